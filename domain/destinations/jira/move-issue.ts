import type { Steps } from '../destination.ts';
import type { Severity } from '../message.ts';
import { call, type Jira, type Outcome, verdictOf } from './api.ts';
import { DEFAULT_REOPEN_WITHIN_DAYS, type JiraConfig } from './config.ts';
import { jsonOrText } from './create-issue.ts';
import type { Issue } from './find-issue.ts';

/**
 * What becomes of an issue's status. `stays`: nothing is to be done. `moves`: with this transition. `stuck`: it should change,
 * but no transition can be made; `reason` for people.
 */
export type Move =
  | { kind: 'stays' }
  | { kind: 'moves'; transition: Transition; fields: Record<string, unknown>; done: boolean }
  | { kind: 'stuck'; reason: string };

interface Transition {
  id: string;
  name: string;
  to?: { name?: string; statusCategory?: { key?: string } };
  fields?: Record<string, TransitionField>;
}

interface TransitionField {
  required?: boolean;
  hasDefaultValue?: boolean;
  name?: string;
  allowedValues?: { name?: string }[];
}

const DAY_MS = 86_400_000;
/** Resolutions by which somebody decided that nothing is to be done, in the words of Jira's own and common schemes. */
const NOT_TO_BE_DONE = /won.?t|declined|rejected|duplicate|cannot reproduce|not a bug|invalid|obsolete|abandoned/i;
/** Chosen in this order where the configured one is not offered; else the first that is. */
const GOOD_RESOLUTIONS = ['done', 'fixed', 'resolved', 'complete', 'completed'];

/** What an event means for the status; looks for a transition only where one is needed. */
export function* planMove(
  jira: Jira,
  issue: Issue,
  event: { resolved: boolean; severity: Severity },
): Steps<Outcome<Move>> {
  const wanted = event.resolved ? !issue.done : issue.done && mayReopen(jira, issue, event.severity);
  if (!wanted) return { kind: 'ok', value: { kind: 'stays' } };
  const offered = yield* transitionsOf(jira, issue);
  if (offered.kind === 'stopped') return offered;
  return { kind: 'ok', value: choose(jira.config, offered.value, event.resolved) };
}

/** Only a new problem reopens, soon enough after, and not what somebody has decided against. */
function mayReopen({ config, nowMs }: Jira, { resolution, resolvedAtMs }: Issue, severity: Severity): boolean {
  const days = config.reopenWithinDays ?? DEFAULT_REOPEN_WITHIN_DAYS;
  if (severity === 'info' || days === 0 || resolvedAtMs === null) return false;
  return nowMs - resolvedAtMs <= days * DAY_MS && !NOT_TO_BE_DONE.test(resolution ?? '');
}

function* transitionsOf(jira: Jira, { id }: Issue): Steps<Outcome<Transition[]>> {
  const read = (expand: string) =>
    call(jira, {
      step: 'look for a transition',
      method: 'GET',
      path: `/issue/${encodeURIComponent(id)}/transitions${expand}`,
      ofIssue: true,
    });
  let answer = yield* read('?expand=transitions.fields');
  // With thousands of versions to choose from, the answer is longer than what is read of it.
  if (answer.kind === 'ok' && answer.body === undefined) answer = yield* read('');
  if (answer.kind !== 'ok') return { kind: 'stopped', verdict: verdictOf(answer) };
  const { transitions = [] } = (answer.body ?? {}) as { transitions?: Transition[] };
  return { kind: 'ok', value: transitions };
}

/** By name, else by the category of the status it leads to; only one whose required fields can be filled. */
function choose(config: JiraConfig, offered: Transition[], resolves: boolean): Move {
  const name = (resolves ? config.resolveTransition : config.reopenTransition)?.trim().toLowerCase();
  const named = offered.filter(
    (transition) => name && [transition.name, transition.to?.name].some((text) => text?.trim().toLowerCase() === name),
  );
  const fitting = resolves
    ? offered.filter(isDone)
    : offered.filter((transition) => !isDone(transition)).sort(likeliest);
  let missing = '';
  for (const transition of [...named, ...fitting]) {
    const filled = fill(config, transition);
    if ('fields' in filled) return { kind: 'moves', transition, fields: filled.fields, done: isDone(transition) };
    missing ||= `the transition “${transition.name}” asks for ${filled.missing}`;
  }
  const aim = resolves ? 'resolved' : 'reopened';
  return { kind: 'stuck', reason: `Not ${aim}: ${missing || `no transition leads there from its status`}` };
}

function isDone({ to }: Transition): boolean {
  return to?.statusCategory?.key === 'done';
}

/** What is called so, else where work has not begun, else anywhere. */
function likeliest(one: Transition, other: Transition): number {
  const rank = ({ name, to }: Transition) => {
    if (/re-?open/i.test(name)) return 0;
    return to?.statusCategory?.key === 'new' ? 1 : 2;
  };
  return rank(one) - rank(other);
}

function fill(
  { fields: configured = {}, resolution = 'Done' }: JiraConfig,
  { fields = {} }: Transition,
): { fields: Record<string, unknown> } | { missing: string } {
  const filled: Record<string, unknown> = {};
  for (const [id, { required, hasDefaultValue, name, allowedValues = [] }] of Object.entries(fields)) {
    const value = configured[id];
    if (id === 'resolution' && required) filled[id] = { name: resolutionOf(allowedValues, resolution) };
    else if (value !== undefined && required) filled[id] = jsonOrText(value);
    else if (required && !hasDefaultValue) return { missing: `${name ?? id} (${id})` };
  }
  return { fields: filled };
}

function resolutionOf(allowed: { name?: string }[], wanted: string): string {
  const names = allowed.map(({ name = '' }) => name);
  const inOrder = [wanted.toLowerCase(), ...GOOD_RESOLUTIONS];
  const found = inOrder.map((text) => names.find((name) => name.toLowerCase() === text)).find(Boolean);
  return found ?? names.find((name) => !NOT_TO_BE_DONE.test(name)) ?? wanted;
}

/** Makes the transition. Doing it twice does no harm: the second time the status is read first. */
export function* moveIssue(jira: Jira, issue: Issue, move: Extract<Move, { kind: 'moves' }>): Steps<Outcome<null>> {
  const { transition, fields, done } = move;
  const answer = yield* call(jira, {
    step: `${done ? 'resolve' : 'reopen'} the issue`,
    method: 'POST',
    path: `/issue/${encodeURIComponent(issue.id)}/transitions`,
    body: { transition: { id: transition.id }, ...(Object.keys(fields).length > 0 ? { fields } : {}) },
    ofIssue: true,
  });
  if (answer.kind === 'ok') return { kind: 'ok', value: null };
  if (answer.kind !== 'refused') return { kind: 'stopped', verdict: verdictOf(answer) };
  const message = `${issue.key} holds this event, but Jira refused the transition “${transition.name}” (400): ${answer.words}`;
  return { kind: 'stopped', verdict: { kind: 'bad_payload', message } };
}
