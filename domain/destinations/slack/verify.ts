import { oneLine } from '../clean-text.ts';
import type { CheckResult, ConfigFault, Steps } from '../destination.ts';
import { judgeCall, judgeWebhook, type SlackAnswer } from './answers.ts';
import { readCall, webhookCall } from './api.ts';
import { botOf, type SlackConfig } from './config.ts';

/** What a webhook that exists says of a message without content, which it does not post. */
const EMPTY_REFUSED = ['no_text', 'invalid_payload', 'missing_text_or_fallback_or_attachments'];

type Failed = Exclude<SlackAnswer, { kind: 'ok' }>;

/** Whether the credentials work and the channel can be posted to and read; nothing is posted. */
export function* verifySlack(config: SlackConfig): Steps<CheckResult> {
  return config.via === 'webhook' ? yield* verifyWebhook(config) : yield* verifyBot(config);
}

/** No method reads a webhook. An empty message is refused by one that exists, and never shown. */
function* verifyWebhook(config: SlackConfig): Steps<CheckResult> {
  const answer = yield webhookCall('ask whether the webhook exists', config.webhookUrl ?? '', {});
  const verdict = judgeWebhook(answer, 0);
  const refused = verdict.kind === 'bad_payload' && EMPTY_REFUSED.some((token) => verdict.message.includes(token));
  // Slack-compatible servers may take even that.
  if (refused || verdict.kind === 'delivered') return { ok: true, found: ['the webhook exists'], faults: [] };
  return withFaults([], [{ field: 'webhookUrl', rule: ruleOf({ kind: 'failed', verdict }) }]);
}

function* verifyBot(config: SlackConfig): Steps<CheckResult> {
  const bot = botOf(config);
  const signedIn = judgeCall(yield readCall('ask who the token is', bot, 'auth.test'), 'read', 0);
  if (signedIn.kind !== 'ok') return withFaults([], [faultOf(signedIn, 'botToken')]);
  const { user, team } = signedIn.body;
  const found = [`signed in as ${named(user)} in ${named(team)}`];
  const scopes = scopesIn(signedIn.headers['x-oauth-scopes']);
  const args = { channel: bot.channel };
  const channel = judgeCall(yield readCall('look at the channel', bot, 'conversations.info', args), 'read', 0);
  if (channel.kind !== 'ok') {
    return withFaults(found, [...scopeFaults(scopes, ['chat:write']), faultOf(channel, 'channel')]);
  }
  const info = (channel.body.channel ?? {}) as Readonly<Record<string, unknown>>;
  const name = typeof info.name === 'string' ? `#${named(info.name)}` : bot.channel;
  const faults = [...scopeFaults(scopes, ['chat:write', historyScope(info)]), ...channelFaults(info, name)];
  return withFaults([...found, `channel ${name}`], faults);
}

function channelFaults(info: Readonly<Record<string, unknown>>, name: string): ConfigFault[] {
  if (info.is_archived === true) return [{ field: 'channel', rule: `${name} is archived: choose another channel` }];
  // A public channel may be posted to from outside, but then not read after an answer was lost.
  if (info.is_member === false)
    return [{ field: 'channel', rule: `the app is not in ${name}: invite it there with /invite` }];
  return [];
}

/** Needed to see, after an answer was lost, whether the message stands. */
function historyScope(info: Readonly<Record<string, unknown>>): string {
  if (info.is_im === true) return 'im:history';
  return info.is_private === true ? 'groups:history' : 'channels:history';
}

function scopeFaults(scopes: ReadonlySet<string> | undefined, needed: readonly string[]): ConfigFault[] {
  const missing = scopes ? needed.filter((scope) => !scopes.has(scope)) : [];
  return missing.map((scope) => ({
    field: 'botToken',
    rule: `the app lacks the scope ${scope}: add it under “OAuth & Permissions” and install the app again`,
  }));
}

/** Undefined where a proxy keeps them back. */
function scopesIn(header: string | undefined): ReadonlySet<string> | undefined {
  return header === undefined ? undefined : new Set(header.split(',').map((scope) => scope.trim()));
}

/**
 * By what failed: a channel that is not there is a fault of the field `asked`, a token or a permission one of `botToken`, an address
 * that is not Slack's one of `apiBaseUrl`; an outage is of none.
 */
export function faultOf(answer: Failed, asked: 'botToken' | 'channel'): ConfigFault {
  return { field: fieldOf(answer, asked), rule: ruleOf(answer) };
}

function fieldOf(answer: Failed, asked: 'botToken' | 'channel'): string {
  if (answer.kind === 'gone' || answer.verdict.kind !== 'bad_configuration') return '';
  if (answer.token === undefined) return 'apiBaseUrl';
  return /channel|archived/.test(answer.token) ? asked : 'botToken';
}

function ruleOf(answer: Failed): string {
  if (answer.kind === 'gone' || !('message' in answer.verdict)) return 'Slack does not know it';
  return answer.verdict.message;
}

function withFaults(found: string[], faults: ConfigFault[]): CheckResult {
  return { ok: faults.length === 0, found, faults };
}

function named(value: unknown): string {
  return typeof value === 'string' && value ? oneLine(value) : '(without a name)';
}
