import { slackRefusal } from './slack-limits.ts';
import type { SlackChannel, SlackPost, SlackWorkspace } from './slack-workspace.ts';
import type { VendorRequest } from './vendor-fake.ts';

type Json = Record<string, unknown>;

export interface SlackCallContext {
  workspace: SlackWorkspace;
  channels: readonly SlackChannel[];
  scopes: ReadonlySet<string>;
}

type Method = (args: Json, context: SlackCallContext) => Json;

const refused = (error: string, more: Json = {}): Json => ({ ok: false, error, ...more });
const APP = { user: 'U0WAYBILL1', bot_id: 'B0WAYBILL1' };

/** What the Web API answers to a method. Reading methods take their arguments from the query, as they take no JSON. */
export function slackMethod(name: string, request: VendorRequest, context: SlackCallContext): Json {
  const method = Object.hasOwn(METHODS, name) ? METHODS[name] : undefined;
  if (!method) return refused('unknown_method');
  const query = Object.fromEntries(new URL(request.path, 'http://slack.invalid').searchParams);
  if (request.method === 'GET') return method(query, context);
  if (!request.headers['content-type']?.startsWith('application/json')) return refused('invalid_post_type');
  try {
    return method(JSON.parse(request.body), context);
  } catch {
    return refused('invalid_json');
  }
}

const METHODS: Readonly<Record<string, Method>> = {
  'auth.test': () => ({ ok: true, url: 'https://acme.slack.com/', team: 'Acme', user: 'waybill', user_id: APP.user }),
  'chat.getPermalink': (args, { workspace }) => {
    const post = workspace.find(String(args.channel), args.message_ts);
    if (!post) return refused('message_not_found');
    const permalink = `https://acme.slack.com/archives/${post.channel}/p${post.ts.replace('.', '')}`;
    return { ok: true, channel: post.channel, permalink };
  },
  'chat.postMessage': (args, context) =>
    lacks(context, 'chat:write') ??
    posting(args, context) ??
    slackFault(args, 'chat.postMessage') ??
    post(args, context),
  'chat.update': (args, context) => lacks(context, 'chat:write') ?? update(args, context),
  'conversations.history': (args, context) => reading(args, context) ?? history(args, context),
  'conversations.replies': (args, context) => reading(args, context) ?? replies(args, context),
  'conversations.info': (args, context) => info(args, context),
  'conversations.list': (args, context) => list(args, context),
};

function lacks({ scopes }: SlackCallContext, needed: string): Json | undefined {
  return scopes.has(needed) ? undefined : refused('missing_scope', { needed, provided: [...scopes].join(',') });
}

function channelOf({ channel }: Json, { channels }: SlackCallContext): SlackChannel | undefined {
  const found = channels.find(({ id }) => id === channel);
  return found?.is_private && !found.is_member ? undefined : found;
}

function posting(args: Json, context: SlackCallContext): Json | undefined {
  const channel = channelOf(args, context);
  if (!channel) return refused('channel_not_found');
  if (channel.is_archived) return refused('is_archived');
  if (!channel.is_member && !context.scopes.has('chat:write.public')) return refused('not_in_channel');
  const { thread_ts: threadTs } = args;
  return threadTs === undefined || context.workspace.thread(channel.id, threadTs)
    ? undefined
    : refused('thread_not_found');
}

function slackFault(args: Json, method: 'chat.postMessage' | 'chat.update'): Json | undefined {
  const refusal = slackRefusal(args, method);
  return refusal && { ok: false, ...refusal };
}

function post(args: Json, { workspace }: SlackCallContext): Json {
  const made = workspace.post(String(args.channel), args, true);
  return { ok: true, channel: made.channel, ts: made.ts, message: shown(made, true) };
}

function update(args: Json, context: SlackCallContext): Json {
  const channel = channelOf(args, context);
  if (!channel) return refused('channel_not_found');
  const found = context.workspace.find(channel.id, args.ts);
  if (!found) return refused('message_not_found');
  if (!found.byBot) return refused('cant_update_message');
  if (found.closed) return refused('edit_window_closed');
  const fault = slackFault(args, 'chat.update');
  if (fault) return fault;
  context.workspace.update(found, args);
  return { ok: true, channel: found.channel, ts: found.ts, text: found.text, message: shown(found, true) };
}

function reading(args: Json, context: SlackCallContext): Json | undefined {
  const channel = channelOf(args, context);
  if (!channel) return refused('channel_not_found');
  if (!channel.is_member) return refused('not_in_channel');
  return lacks(context, channel.is_private ? 'groups:history' : 'channels:history');
}

/** With `oldest` alone Slack begins with the oldest; within a page the newest still comes first. */
function history(args: Json, { workspace }: SlackCallContext): Json {
  const posts = workspace.history(String(args.channel)).filter((one) => within(one, args));
  const forward = args.oldest !== undefined && args.latest === undefined;
  const { entries, ...page } = paged(forward ? posts.reverse() : posts, args, 999);
  const listed = forward ? entries.reverse() : entries;
  return { ok: true, messages: listed.map((one) => shown(one, args.include_all_metadata === 'true')), ...page };
}

/** The root always comes first. */
function replies(args: Json, { workspace }: SlackCallContext): Json {
  const [root, ...answers] = workspace.thread(String(args.channel), args.ts) ?? [];
  if (!root) return refused('thread_not_found');
  const { entries, ...page } = paged([root, ...answers.filter((one) => within(one, args))], args, 1_000);
  return { ok: true, messages: entries.map((one) => shown(one, args.include_all_metadata === 'true')), ...page };
}

function within({ ts }: SlackPost, { oldest = '0', latest = '1e12' }: Json): boolean {
  return Number(ts) > Number(oldest) && Number(ts) < Number(latest);
}

function info(args: Json, context: SlackCallContext): Json {
  const channel = channelOf(args, context);
  if (!channel) return refused('channel_not_found');
  return lacks(context, channel.is_private ? 'groups:read' : 'channels:read') ?? { ok: true, channel };
}

function list(args: Json, context: SlackCallContext): Json {
  const types = String(args.types ?? 'public_channel').split(',');
  const missing = types.map((type) => lacks(context, type === 'private_channel' ? 'groups:read' : 'channels:read'));
  const visible = context.channels.filter((channel) => {
    const ofType = types.includes(channel.is_private ? 'private_channel' : 'public_channel');
    return (
      ofType && (channel.is_member || !channel.is_private) && !(args.exclude_archived === 'true' && channel.is_archived)
    );
  });
  const { entries, ...page } = paged(visible, args, 1_000);
  return missing.find(Boolean) ?? { ok: true, channels: entries, ...page };
}

function paged<T>(all: readonly T[], { limit, cursor }: Json, max: number) {
  const from = cursor ? Number(atob(String(cursor)).replace('next:', '')) : 0;
  const to = from + Math.min(max, Number(limit ?? 100));
  const more = to < all.length;
  return {
    entries: all.slice(from, to),
    has_more: more,
    response_metadata: { next_cursor: more ? btoa(`next:${to}`) : '' },
  };
}

function shown(one: SlackPost, withMetadata: boolean): Json {
  if (one.deleted) return { type: 'message', subtype: 'tombstone', ts: one.ts, text: 'This message was deleted.' };
  return {
    type: 'message',
    ...(one.broadcast ? { subtype: 'thread_broadcast' } : {}),
    ...APP,
    ts: one.ts,
    ...(one.threadTs ? { thread_ts: one.threadTs } : {}),
    text: one.text,
    blocks: one.blocks,
    ...(withMetadata && one.metadata ? { metadata: one.metadata } : {}),
  };
}
