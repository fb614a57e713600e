import type { Steps } from '../destination.ts';
import { call, type Jira, type Outcome, verdictOf } from './api.ts';

/** At most so many pages are read. */
export const MAX_PAGES = 5;
/** An entry takes up to 1 KB, and 64 KB of an answer are read. */
const TYPES_PER_PAGE = 50;
/** A field may come with hundreds of values to choose from. */
const FIELDS_PER_PAGE = 20;

export interface IssueType {
  id: string;
  name: string;
  subtask?: boolean;
}

/** A field as the form for a new issue has it. */
export interface CreateField {
  fieldId: string;
  name: string;
  required?: boolean;
  hasDefaultValue?: boolean;
  allowedValues?: { name?: string; value?: string }[];
}

/** What issues may be made in the project, by this account. Sub-tasks, which need a parent, are none of them. */
export function* issueTypes(jira: Jira): Steps<Outcome<IssueType[]>> {
  const path = `/issue/createmeta/${encodeURIComponent(jira.config.project)}/issuetypes`;
  const types = yield* pages<IssueType>(jira, 'list the issue types', path, TYPES_PER_PAGE, ['issueTypes', 'values']);
  return types.kind === 'ok' ? { kind: 'ok', value: types.value.filter(({ subtask }) => !subtask) } : types;
}

/** The configured type, by name or id; undefined if it is none of them. */
export function typeIn(types: IssueType[], wanted: string): IssueType | undefined {
  return types.find(({ id, name }) => id === wanted || name.toLowerCase() === wanted.toLowerCase());
}

export function* createFields(jira: Jira, type: IssueType): Steps<Outcome<CreateField[]>> {
  const path = `/issue/createmeta/${encodeURIComponent(jira.config.project)}/issuetypes/${encodeURIComponent(type.id)}`;
  return yield* pages<CreateField>(jira, 'list the fields', path, FIELDS_PER_PAGE, ['fields', 'values']);
}

/** Entries of a list, page by page; the first of `names` that the answer has is theirs: Cloud and Data Center differ. */
export function* pages<T>(
  jira: Jira,
  step: string,
  path: string,
  perPage: number,
  names: string[],
): Steps<Outcome<T[]>> {
  const entries: T[] = [];
  for (let page = 0; page < MAX_PAGES; page++) {
    const query = `${path.includes('?') ? '&' : '?'}startAt=${page * perPage}&maxResults=${perPage}`;
    const answer = yield* call(jira, { step, method: 'GET', path: path + query });
    if (answer.kind !== 'ok') return { kind: 'stopped', verdict: verdictOf(answer) };
    const body = (answer.body ?? {}) as Record<string, unknown>;
    const found = names.map((name) => body[name]).find(Array.isArray) ?? [];
    entries.push(...(found as T[]));
    if (found.length < perPage) break;
  }
  return { kind: 'ok', value: entries };
}
