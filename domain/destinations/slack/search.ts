import type { Steps } from '../destination.ts';
import type { Verdict } from '../verdict.ts';
import { readCall } from './api.ts';
import { markIn, type SlackInput } from './bodies.ts';
import { botOf } from './config.ts';
import { type Entry, readPages } from './pages.ts';

/** As many as Slack gives apps that are sold outside its marketplace; messages in blocks are long, too. */
const PAGE_SIZE = 15;
const MAX_REQUESTS = 10;
/** Later than any message. */
const LATEST = '9999999999';
/** A delivery writes nothing before its event; clocks of publishers may be fast by less than this. */
const OWN_MARGIN_S = 3_600;
/** Another delivery of the subject may have been in doubt for as long as it is tried again. */
const SUBJECT_MARGIN_S = 4 * 86_400;

/** The message of a subject, looked for in the channel. */
export type RootSearch =
  | { kind: 'found'; ts: string; resolved: boolean; byThisDelivery: boolean }
  | { kind: 'absent' }
  | { kind: 'failed'; verdict: Verdict };

/**
 * The root that this delivery made, or else the newest of its subject, in the latest messages since the event; of a test only
 * its own message.
 */
export function* findRoot(input: SlackInput): Steps<RootSearch> {
  const part = input.test ? 'test' : 'root';
  const ofSubject = (entry: Entry) => {
    const mark = markIn(entry);
    return mark?.part === part && mark.subject_key === input.subjectKey;
  };
  const byThisDelivery = (entry: Entry) => ofSubject(entry) && markIn(entry)?.delivery_key === input.deliveryKey;
  const step = 'look for the message';
  const read = yield* readPages(
    {
      request: (page) =>
        readCall(step, botOf(input.config), 'conversations.history', argsOf(input, page, SUBJECT_MARGIN_S)),
      entries: 'messages',
      pageSize: PAGE_SIZE,
      maxRequests: MAX_REQUESTS,
      nowMs: input.nowMs,
    },
    (entries) => entries.some(byThisDelivery),
  );
  if (!Array.isArray(read)) return failed(read);
  const root = read.find(byThisDelivery) ?? (input.test ? undefined : read.find(ofSubject));
  if (typeof root?.ts !== 'string') return { kind: 'absent' };
  return {
    kind: 'found',
    ts: root.ts,
    resolved: markIn(root)?.resolved === true,
    byThisDelivery: byThisDelivery(root),
  };
}

/** What stands in a root's thread. `gone`: the root was deleted. */
export type ThreadLook =
  | { kind: 'seen'; replied: boolean; rootByThisDelivery: boolean }
  | { kind: 'gone' }
  | { kind: 'failed'; verdict: Verdict };

/** Whether this delivery has replied already, and whether it was the last to write the root. */
export function* lookInThread(input: SlackInput, rootTs: string): Steps<ThreadLook> {
  const byThisDelivery = (entry: Entry) => markIn(entry)?.delivery_key === input.deliveryKey;
  const isRoot = (entry: Entry) => entry.ts === rootTs;
  const read = yield* readPages(
    {
      request: (page) =>
        readCall('look into the thread', botOf(input.config), 'conversations.replies', {
          ...argsOf(input, page, OWN_MARGIN_S),
          ts: rootTs,
        }),
      entries: 'messages',
      pageSize: PAGE_SIZE,
      maxRequests: MAX_REQUESTS,
      nowMs: input.nowMs,
    },
    (entries) => entries.some((entry) => !isRoot(entry) && byThisDelivery(entry)),
  );
  if (!Array.isArray(read)) return read.kind === 'gone' ? read : failed(read);
  const root = read.find(isRoot);
  // What is left in the channel of a deleted message whose thread has replies.
  if (root?.subtype === 'tombstone') return { kind: 'gone' };
  return {
    kind: 'seen',
    replied: read.some((entry) => !isRoot(entry) && byThisDelivery(entry)),
    rootByThisDelivery: root !== undefined && byThisDelivery(root),
  };
}

function failed(answer: { kind: 'gone' } | { kind: 'failed'; verdict: Verdict }): { kind: 'failed'; verdict: Verdict } {
  if (answer.kind === 'failed') return answer;
  return { kind: 'failed', verdict: { kind: 'bad_payload', message: 'Slack knows no such message' } };
}

/** From `marginS` before the event. `latest` is given as well, since with `oldest` alone Slack would begin with the oldest. */
function argsOf(
  { config, message, nowMs }: SlackInput,
  page: Readonly<Record<string, string>>,
  marginS: number,
): Record<string, string> {
  const occurredMs = Date.parse(message.occurredAt);
  return {
    channel: config.channel ?? '',
    include_all_metadata: 'true',
    ...(occurredMs <= nowMs ? { oldest: String(Math.max(0, Math.floor(occurredMs / 1_000) - marginS)) } : {}),
    latest: LATEST,
    ...page,
  };
}
