/**
 * What one of Slack's error tokens means for a delivery. `hours`: again, but not before long. `unclear`: it may have been done in
 * part. `gone`: the message that was to be changed or replied to cannot be.
 */
export type Fate = 'throttled' | 'retry' | 'hours' | 'unclear' | 'configuration' | 'payload' | 'gone';

export interface TokenMeaning {
  fate: Fate;
  /** What happened or what to do, for people. */
  advice: string;
}

const NEW_TOKEN =
  'the bot token is not valid any more; copy the present one from “OAuth & Permissions” of the Slack app';
const ASK_ADMINS = 'the workspace does not let the app do this; ask its administrators, or choose another channel';
const NEW_HOOK = 'the webhook was removed or disabled; make a new one under “Incoming Webhooks” of the Slack app';
const ARCHIVED = 'the channel is archived; choose another, or restore it';
const NO_CHANNEL =
  'there is no such channel, or it is private and the app is not in it; check the channel, or invite the app';
const NO_WORKSPACE = 'the workspace is gone or disabled';
const LATER = 'Slack could not do it now';
const MIGRATING = 'the workspace is being moved';
const REFUSED = 'Slack does not take this content';
const TOO_LONG = 'the message is too long';
const NO_TEXT = 'the message is empty';
const GONE = 'the message is gone or can no longer be changed';
const NO_REPLY = 'the message is gone or takes no replies';

const ROWS: readonly (readonly [fate: Fate, advice: string, tokens: string])[] = [
  ['throttled', 'too many messages', 'ratelimited rate_limited'],
  ['retry', LATER, 'service_unavailable request_timeout update_failed external_channel_migrating'],
  ['hours', MIGRATING, 'team_added_to_org org_login_required'],
  ['hours', 'the workspace has reached its limit of messages', 'message_limit_exceeded'],
  ['unclear', 'it failed inside, and may have been done in part', 'internal_error fatal_error rollup_error'],
  ['configuration', NEW_TOKEN, 'invalid_auth not_authed account_inactive token_revoked token_expired'],
  ['configuration', 'the token is no bot token; use the one that begins with xoxb-', 'not_allowed_token_type'],
  [
    'configuration',
    'the app lacks a scope; add it under “OAuth & Permissions” and install the app again',
    'missing_scope no_permission',
  ],
  [
    'configuration',
    ASK_ADMINS,
    'access_denied accesslimited ekm_access_denied team_access_not_granted app_access_restricted restricted_action action_prohibited posting_to_general_channel_denied',
  ],
  ['configuration', NO_CHANNEL, 'channel_not_found user_not_found'],
  ['configuration', 'the app is not in the channel; invite it there with /invite', 'not_in_channel'],
  ['configuration', ARCHIVED, 'is_archived channel_is_archived'],
  ['configuration', NO_WORKSPACE, 'team_not_found no_team team_disabled'],
  ['configuration', NEW_HOOK, 'no_service no_service_id no_active_hooks invalid_token'],
  [
    'payload',
    REFUSED,
    'invalid_payload invalid_blocks invalid_blocks_format invalid_metadata_format invalid_metadata_schema markdown_text_conflict invalid_arguments invalid_post_type invalid_charset too_many_attachments',
  ],
  ['payload', TOO_LONG, 'msg_too_long msg_blocks_too_long metadata_too_large attachment_payload_limit_exceeded'],
  ['payload', NO_TEXT, 'no_text missing_text_or_fallback_or_attachments'],
  ['gone', GONE, 'message_not_found cant_update_message edit_window_closed is_inactive'],
  ['gone', NO_REPLY, 'thread_not_found cannot_reply_to_message restricted_action_thread_locked'],
];

const TOKENS: ReadonlyMap<string, TokenMeaning> = new Map(
  ROWS.flatMap(([fate, advice, tokens]) => tokens.split(' ').map((token) => [token, { fate, advice }] as const)),
);

/** Families whose members Slack adds to. */
const PREFIXES: readonly (readonly [prefix: string, like: string])[] = [
  ['restricted_action_', 'restricted_action'],
  ['invalid_arg', 'invalid_arguments'],
];

/** Undefined for a token that is not known. Source: the errors of chat.postMessage, chat.update and incoming webhooks. */
export function meaningOfToken(token: string): TokenMeaning | undefined {
  const family = PREFIXES.find(([prefix]) => token.startsWith(prefix))?.[1];
  return TOKENS.get(token) ?? (family === undefined ? undefined : TOKENS.get(family));
}
