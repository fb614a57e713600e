import type { DeliverInput, DeliverResult, Remote, Steps } from '../destination.ts';
import type { Message } from '../message.ts';
import { markedAsTest } from '../test-mark.ts';
import type { Verdict } from '../verdict.ts';
import { browseUrl, type Jira } from './api.ts';
import { addComment, hasCommented } from './comment-issue.ts';
import type { JiraConfig } from './config.ts';
import { createIssue } from './create-issue.ts';
import { type Found, findIssue, type Issue, placeOf } from './find-issue.ts';
import { moveIssue, planMove } from './move-issue.ts';
import { withRow } from './texts.ts';

type Input = DeliverInput<JiraConfig>;

/** The last search: where it is in vain too, what was looked for is made anew. */
const MAX_SEARCHES = 4;
const DELIVERED: Verdict = { kind: 'delivered' };

/**
 * One issue for a subject: its first event makes it, every later one is a comment, and status follows what the events say.
 * Whatever was done before, by this delivery too, is seen first and not done again.
 */
export function* deliverToJira(input: Input): Steps<DeliverResult> {
  const jira = { config: input.config, nowMs: input.nowMs };
  const message = input.test ? markedAsTest(input.message) : input.message;
  const found = yield* findIssue(jira, input);
  if (found.kind === 'stopped') return { verdict: found.verdict };
  const { issue, others } = found.value;
  return issue ? yield* addTo(jira, { issue, others }, message, input) : yield* begin(jira, message, input);
}

function* begin(jira: Jira, message: Message, input: Input): Steps<DeliverResult> {
  const forgotten = input.remote ? { remote: null } : {};
  if (mayAppear(input)) return { verdict: notFoundYet('the issue'), ...forgotten };
  if (!isWorthAnIssue(input)) return { verdict: DELIVERED, ...forgotten };
  const created = yield* createIssue(jira, message, input);
  if (created.kind === 'stopped') return { verdict: created.verdict, ...forgotten };
  const issue = created.value;
  const planned = yield* planMove(jira, issue, message);
  if (planned.kind === 'stopped') return { verdict: planned.verdict, remote: remoteOf(jira, issue) };
  const moved = planned.value.kind === 'moves' ? yield* moveIssue(jira, issue, planned.value) : null;
  if (moved?.kind === 'stopped') return { verdict: moved.verdict, remote: remoteOf(jira, issue) };
  return { verdict: DELIVERED, remote: remoteOf(jira, issue, moved !== null) };
}

/** Where nothing is left to do there is no use for an issue, unless somebody wants one; an older event knows less than that. */
function isWorthAnIssue({ config, message, outdated, test }: Input): boolean {
  return !outdated && (test || !message.resolved || (config.createResolved ?? false));
}

/** The search index lags behind by seconds, at times minutes: an empty answer proves nothing. */
function mayAppear({ unsure }: Input): boolean {
  return unsure !== null && unsure.searches < MAX_SEARCHES;
}

function notFoundYet(what: string): Verdict {
  return { kind: 'ambiguous', message: `An earlier request may have made ${what}, which Jira does not show yet` };
}

function* addTo(
  jira: Jira,
  { issue, others }: Found & { issue: Issue },
  message: Message,
  input: Input,
): Steps<DeliverResult> {
  const stopped = (verdict: Verdict): DeliverResult => ({ verdict, remote: remoteOf(jira, issue) });
  const planned = input.outdated ? STAYS : yield* planMove(jira, issue, message);
  if (planned.kind === 'stopped') return stopped(planned.verdict);
  const move = planned.value;
  const reason = move.kind === 'stuck' ? move.reason : '';
  const commented = yield* comment(jira, issue, withNotes(message, reason, others), input);
  if (commented.kind !== 'delivered' && commented.kind !== 'bad_payload') return stopped(commented);
  const moved = move.kind === 'moves' ? yield* moveIssue(jira, issue, move) : null;
  if (moved?.kind === 'stopped') return stopped(moved.verdict);
  const done = move.kind === 'moves' ? move.done : issue.done;
  return { verdict: commented, remote: remoteOf(jira, issue, done) };
}

const STAYS = { kind: 'ok', value: { kind: 'stays' } } as const;

/** Unless this delivery made the issue or has commented before. An issue that is full is still resolved. */
function* comment(jira: Jira, issue: Issue, message: Message, input: Input): Steps<Verdict> {
  if (issue.madeBy === input.deliveryKey) return DELIVERED;
  const before = yield* hasCommented(jira, issue, input.deliveryKey);
  if (before.kind === 'stopped') return before.verdict;
  if (before.value) return DELIVERED;
  // What was in doubt without a remembered issue is that issue, and it is here.
  if (input.remote && mayAppear(input)) return notFoundYet('a comment');
  const added = yield* addComment(jira, issue, message, input);
  return added.kind === 'stopped' ? added.verdict : DELIVERED;
}

function withNotes(message: Message, reason: string, others: string[]): Message {
  const told = reason ? withRow(message, 'Status', reason) : message;
  return others.length > 0 ? withRow(told, 'More issues about the same', others.join(', ')) : told;
}

function remoteOf(jira: Jira, { id, key, done }: Issue, resolved = done): Remote {
  return { place: placeOf(jira.config), id, name: key, link: browseUrl(jira.config, key), resolved };
}
