import type { FakeProject } from './jira-project.ts';

export type Category = 'new' | 'indeterminate' | 'done';

export const STATUSES: Readonly<Record<string, Category>> = {
  'To Do': 'new',
  'In Progress': 'indeterminate',
  Done: 'done',
};

interface TransitionField {
  required: boolean;
  hasDefaultValue: boolean;
  name: string;
  allowedValues: { name: string }[];
}

export interface FakeTransition {
  id: string;
  name: string;
  from: string[];
  to: string;
  fields: Record<string, TransitionField>;
}

const RESOLUTIONS = ["Won't Do", 'Duplicate', 'Done'];
const RESOLUTION: TransitionField = {
  required: true,
  hasDefaultValue: false,
  name: 'Resolution',
  allowedValues: RESOLUTIONS.map((name) => ({ name })),
};

export function fakeWorkflow(): FakeTransition[] {
  return [
    { id: '11', name: 'Start', from: ['To Do'], to: 'In Progress', fields: {} },
    { id: '31', name: 'Close', from: ['To Do', 'In Progress'], to: 'Done', fields: { resolution: RESOLUTION } },
    { id: '41', name: 'Reopen', from: ['Done'], to: 'To Do', fields: {} },
  ];
}

export interface FakeIssue {
  id: string;
  key: string;
  fields: Record<string, unknown>;
  properties: Record<string, unknown>;
  comments: { id: string; body: unknown; created: string }[];
  status: string;
  resolution: string | null;
  resolvedAt: string | null;
  updatedAt: string;
  /** Changes of status. */
  moves: number;
  gone: boolean;
}

/** What the search index knew of an issue from a time on. */
interface Indexed {
  atMs: number;
  labels: string[];
  type: string;
  category: Category;
  gone: boolean;
}

/** Issues twice: as they are, and as the index has them, which learns of changes late. */
export class FakeIssues {
  readonly all: FakeIssue[] = [];
  readonly #index = new Map<FakeIssue, Indexed[]>();
  readonly #project: FakeProject;
  readonly #nowMs: () => number;
  readonly #lagMs: () => number;

  constructor(project: FakeProject, nowMs: () => number, lagMs: () => number) {
    this.#project = project;
    this.#nowMs = nowMs;
    this.#lagMs = lagMs;
  }

  create(fields: Record<string, unknown>, properties: { key: string; value: unknown }[]): FakeIssue {
    const number = this.all.length + 1;
    const issue: FakeIssue = {
      id: String(10_000 + number),
      key: `${this.#project.key}-${number}`,
      fields,
      properties: Object.fromEntries(properties.map(({ key, value }) => [key, value])),
      comments: [],
      status: 'To Do',
      resolution: null,
      resolvedAt: null,
      updatedAt: this.#now(),
      moves: 0,
      gone: false,
    };
    this.all.push(issue);
    this.#note(issue);
    return issue;
  }

  /** By id or key; undefined for one that is not there, or not any more. */
  find(idOrKey: string): FakeIssue | undefined {
    return this.all.find(({ id, key, gone }) => !gone && (id === idOrKey || key === idOrKey));
  }

  comment(issue: FakeIssue, body: unknown): FakeIssue['comments'][number] {
    const comment = { id: String(20_000 + issue.comments.length), body, created: this.#now() };
    issue.comments.push(comment);
    issue.updatedAt = comment.created;
    return comment;
  }

  move(issue: FakeIssue, status: string, resolution: string | null): void {
    const done = STATUSES[status] === 'done';
    Object.assign(issue, { status, resolution: done ? resolution : null, resolvedAt: done ? this.#now() : null });
    issue.updatedAt = this.#now();
    issue.moves += 1;
    this.#note(issue);
  }

  remove(issue: FakeIssue): void {
    issue.gone = true;
    this.#note(issue);
  }

  /** Ids that match as the index has them; those of `reconciled` as they are. Null: the query is not understood. */
  search(jql: string, reconciled: readonly string[] = []): FakeIssue[] | null {
    const query = parseJql(jql);
    if (!query) return null;
    const seen = this.all.filter((issue) => {
      const known = this.#known(issue, reconciled.includes(issue.id));
      return known && !known.gone && query.clauses.every((clause) => matches(clause, known, this.#project));
    });
    return query.descending ? seen.reverse() : seen;
  }

  #known(issue: FakeIssue, now: boolean): Indexed | undefined {
    const latestMs = now ? Number.POSITIVE_INFINITY : this.#nowMs() - this.#lagMs();
    return this.#index.get(issue)?.findLast(({ atMs }) => atMs <= latestMs);
  }

  #note(issue: FakeIssue): void {
    const { fields, status, gone } = issue;
    const wanted = fields.issuetype as { id?: string; name?: string };
    const type = this.#project.issueTypes.find(({ id, name }) => id === wanted.id || name === wanted.name);
    const known = this.#index.get(issue) ?? [];
    this.#index.set(issue, [
      ...known,
      {
        atMs: this.#nowMs(),
        labels: (fields.labels as string[] | undefined) ?? [],
        type: type?.name ?? '',
        category: STATUSES[status] ?? 'new',
        gone,
      },
    ]);
  }

  #now(): string {
    return new Date(this.#nowMs()).toISOString().replace('Z', '+0000');
  }
}

interface Clause {
  field: string;
  equal: boolean;
  value: string;
}

const CLAUSE = /^(project|labels|issuetype|statusCategory) (=|!=) (?:"((?:\\.|[^"\\])*)"|(\w+))$/;

/** Conditions joined by AND, ordered by creation: all that is asked here. Anything else is refused. */
function parseJql(jql: string): { clauses: Clause[]; descending: boolean } | null {
  const [, conditions, direction] = /^(.+) ORDER BY created (ASC|DESC)$/.exec(jql) ?? [];
  const clauses = (conditions ?? '').split(' AND ').map((text): Clause | null => {
    const [whole, field = '', operator, quoted, word] = CLAUSE.exec(text) ?? [];
    if (whole === undefined) return null;
    return { field, equal: operator === '=', value: quoted?.replace(/\\(.)/g, '$1') ?? word ?? '' };
  });
  const good = clauses.filter((clause) => clause !== null);
  return good.length === clauses.length ? { clauses: good, descending: direction === 'DESC' } : null;
}

function matches({ field, equal, value }: Clause, issue: Indexed, project: FakeProject): boolean {
  const categories: Record<Category, string> = { new: 'To Do', indeterminate: 'In Progress', done: 'Done' };
  const has = {
    project: value.toUpperCase() === project.key,
    labels: issue.labels.includes(value),
    issuetype: issue.type === value,
    statusCategory: categories[issue.category] === value,
  }[field];
  return has === equal;
}
