import type { DeliverResult, Remote, Steps } from '../destination.ts';
import { httpsUrl } from '../https-url.ts';
import type { Verdict } from '../verdict.ts';
import { judgeCall, judgeWebhook, type SlackAnswer } from './answers.ts';
import { readCall, webhookCall, writeCall } from './api.ts';
import { LATE, type Reply, replyBody, rootBody, type SlackInput, updateBody, webhookBody } from './bodies.ts';
import { botOf } from './config.ts';
import { findRoot, lookInThread } from './search.ts';

/** Searches in vain after which a message counts as never sent. */
const MAX_SEARCHES = 4;
const NOT_FOUND: Verdict = { kind: 'ambiguous', message: 'what may have been sent is not there yet' };
const DELIVERED: Verdict = { kind: 'delivered' };

/** One message per subject, updated or replied to; through a webhook one per event. */
export function* deliverToSlack(input: SlackInput): Steps<DeliverResult> {
  const { config, nowMs } = input;
  if (config.via === 'webhook') {
    const answer = yield webhookCall('post the message', config.webhookUrl ?? '', webhookBody(input));
    return { verdict: judgeWebhook(answer, nowMs) };
  }
  if (input.test) return { verdict: yield* deliverTest(input) };
  const known = input.remote?.place === config.channel ? input.remote : null;
  if (known) return yield* followUp(input, known);
  return input.unsure ? yield* findOrCreate(input, input.unsure.searches) : yield* create(input);
}

/** Slack's messages cannot be searched by key, only read one after the other: done where one may have been made just before. */
function* findOrCreate(input: SlackInput, searches: number): Steps<DeliverResult> {
  const search = yield* findRoot(input);
  if (search.kind === 'failed') return { verdict: search.verdict };
  if (search.kind === 'absent') return searches < MAX_SEARCHES ? { verdict: NOT_FOUND } : yield* create(input);
  const remote = { ...(yield* rootAt(input, search.ts)), resolved: search.resolved };
  // What was in doubt is this message. A reply cannot be: without it there was nothing to reply to.
  return search.byThisDelivery ? { verdict: DELIVERED, remote } : yield* followUp({ ...input, unsure: null }, remote);
}

/** A test is a message of its own: nobody would notice an update, and what stands for the subject is left as it is. */
function* deliverTest(input: SlackInput): Steps<Verdict> {
  if (input.unsure) {
    const search = yield* findRoot(input);
    if (search.kind === 'failed') return search.verdict;
    if (search.kind === 'found') return DELIVERED;
    if (input.unsure.searches < MAX_SEARCHES) return NOT_FOUND;
  }
  const answer = yield* post(input);
  return answer.kind === 'failed' ? answer.verdict : DELIVERED;
}

function* post(input: SlackInput): Steps<SlackAnswer> {
  const request = writeCall('post the message', botOf(input.config), 'chat.postMessage', rootBody(input));
  return judgeCall(yield request, 'create', input.nowMs);
}

function* create(input: SlackInput): Steps<DeliverResult> {
  const answer = yield* post(input);
  if (answer.kind === 'failed') return { verdict: answer.verdict, remote: null };
  const ts = answer.kind === 'ok' ? answer.body.ts : undefined;
  // Without an id nothing can be updated: the next event makes a message of its own.
  if (typeof ts !== 'string') return { verdict: DELIVERED, remote: null };
  return { verdict: DELIVERED, remote: yield* rootAt(input, ts) };
}

/** What is remembered of a root. That its link cannot be had does not matter. */
function* rootAt({ config, message, nowMs }: SlackInput, ts: string): Steps<Remote> {
  const channel = config.channel ?? '';
  const request = readCall('ask for the link', botOf(config), 'chat.getPermalink', { channel, message_ts: ts });
  const answer = judgeCall(yield request, 'read', nowMs);
  const link = answer.kind === 'ok' ? httpsUrl(answer.body.permalink) : null;
  return { place: channel, id: ts, name: '', link, resolved: message.resolved };
}

/** What a later event of a subject does to its message. */
interface Plan {
  updatesRoot: boolean;
  reply: Reply | null;
}

/**
 * An update makes no sound, so that a subject's end, and that it is open again, are told in the thread as well. Where the
 * channel would not show it otherwise, the reply is shown there.
 */
function planOf({ config, message, outdated }: SlackInput, remote: Remote): Plan {
  if (outdated) return { updatesRoot: false, reply: { word: LATE, short: false, broadcast: false } };
  const changed = message.resolved !== remote.resolved;
  const word = changed ? (message.resolved ? 'Resolved' : 'Open again') : '';
  if (config.updates === 'thread') return { updatesRoot: false, reply: { word, short: false, broadcast: changed } };
  return { updatesRoot: true, reply: changed ? { word, short: true, broadcast: !message.resolved } : null };
}

/** The root first: done again, its update changes nothing, while `resolved` is remembered only once the reply stands, too. */
function* followUp(input: SlackInput, remote: Remote): Steps<DeliverResult> {
  const plan = planOf(input, remote);
  const resolved = input.outdated ? remote.resolved : input.message.resolved;
  const done: DeliverResult = { verdict: DELIVERED, remote: { ...remote, resolved } };
  if (plan.reply) {
    const next = yield* beforeReply(input, remote, plan);
    if (next === 'create') return yield* create(input);
    if (next === 'done') return done;
    if (next !== 'reply') return { verdict: next, remote };
  }
  if (plan.updatesRoot) {
    const answer = yield* update(input, remote.id);
    if (answer.kind === 'gone') return yield* create(input);
    if (answer.kind === 'failed') return { verdict: answer.verdict, remote };
  }
  if (plan.reply) {
    const answer = yield* reply(input, remote.id, plan.reply);
    // Only a locked thread takes no reply to a message that could be updated, which says it all.
    if (answer.kind === 'gone') return plan.updatesRoot ? done : yield* create(input);
    if (answer.kind === 'failed') return { verdict: answer.verdict, remote };
  }
  return done;
}

function* update(input: SlackInput, ts: string): Steps<SlackAnswer> {
  const request = writeCall('update the message', botOf(input.config), 'chat.update', updateBody(input, ts));
  return judgeCall(yield request, 'update', input.nowMs);
}

function* reply(input: SlackInput, rootTs: string, what: Reply): Steps<SlackAnswer> {
  const body = replyBody(input, rootTs, what);
  const request = writeCall('reply in the thread', botOf(input.config), 'chat.postMessage', body);
  return judgeCall(yield request, 'reply', input.nowMs);
}

/** Whether the reply stands already, or may: then the verdict is to look again. Only what is unsure depends on the look. */
function* beforeReply(input: SlackInput, remote: Remote, plan: Plan): Steps<'create' | 'done' | 'reply' | Verdict> {
  const { unsure } = input;
  const look = yield* lookInThread(input, remote.id);
  if (look.kind === 'gone') return 'create';
  if (look.kind === 'failed') return unsure ? look.verdict : 'reply';
  if (look.replied || (look.rootByThisDelivery && !plan.updatesRoot)) return 'done';
  // The root is updated before: as long as that was not seen, no reply was sent.
  const mayStand = unsure !== null && (look.rootByThisDelivery || !plan.updatesRoot);
  return mayStand && unsure.searches < MAX_SEARCHES ? NOT_FOUND : 'reply';
}
