import type { DeliverInput, Steps } from '../destination.ts';
import { badConfiguration, NOT_JIRA } from './answers.ts';
import { call, type Jira, type Outcome, verdictOf } from './api.ts';
import { type JiraConfig, withoutSlash } from './config.ts';

/** An issue as Jira's store has it now; the search index may lag behind. */
export interface Issue {
  id: string;
  key: string;
  /** Whether its status is of the category Done. */
  done: boolean;
  resolution: string | null;
  /** When it was resolved, as well as Jira knows; null: not known. */
  resolvedAtMs: number | null;
  /** The delivery that made it; null: somebody else did. */
  madeBy: string | null;
}

export interface Found {
  issue: Issue | null;
  /** Keys of other issues with the same label. */
  others: string[];
}

/** Entity property of an issue, which only programs see. */
export const PROPERTY = 'waybill';
/** Enough to see that there are several, and to skip those whose deletion the index has not seen. */
const MAX_FOUND = 5;

/** Where an issue of this configuration stands: another site or project is another place. */
export function placeOf({ baseUrl, project }: JiraConfig): string {
  return `${withoutSlash(baseUrl)} ${project.toUpperCase()}`;
}

/** The subject's issue: the one remembered if it still exists, else the oldest open one with the subject's label, else the oldest. */
export function* findIssue(jira: Jira, { remote, subjectKey }: DeliverInput<JiraConfig>): Steps<Outcome<Found>> {
  const remembered = remote?.place === placeOf(jira.config) ? remote.id : null;
  if (remembered !== null) {
    const read = yield* readIssue(jira, remembered);
    if (read.kind === 'stopped') return read;
    if (read.value) return { kind: 'ok', value: { issue: read.value, others: [] } };
  }
  const hits = yield* search(jira, subjectKey, remembered);
  if (hits.kind === 'stopped') return hits;
  const candidates = hits.value.filter(({ id }) => id !== remembered);
  for (const hit of candidates) {
    const read = yield* readIssue(jira, hit.id);
    if (read.kind === 'stopped') return read;
    const others = candidates.map(({ key }) => key).filter((key) => key !== hit.key);
    if (read.value) return { kind: 'ok', value: { issue: read.value, others } };
  }
  return { kind: 'ok', value: { issue: null, others: [] } };
}

interface Hit {
  id: string;
  key: string;
}

interface IssueBody {
  id: string;
  key: string;
  fields?: {
    status?: { statusCategory?: { key?: string } };
    resolution?: { name?: string } | null;
    resolutiondate?: string | null;
    statuscategorychangedate?: string | null;
    updated?: string | null;
  };
  properties?: { [PROPERTY]?: { deliveryKey?: string } };
}

/** Open ones first, oldest first. `gone`: an id that the index may still hold, which Cloud then looks up in its store. */
function* search(jira: Jira, subjectKey: string, gone: string | null): Steps<Outcome<Hit[]>> {
  const { project, deployment } = jira.config;
  const asked = {
    jql: `project = ${quoted(project)} AND labels = ${quoted(subjectKey)} ORDER BY created ASC`,
    fields: ['key', 'status'],
    maxResults: MAX_FOUND,
  };
  const cloud = deployment === 'cloud';
  const answer = yield* call(jira, {
    step: 'look for the issue',
    method: 'POST',
    path: cloud ? '/search/jql' : '/search',
    body: cloud && gone !== null && /^\d+$/.test(gone) ? { ...asked, reconcileIssues: [Number(gone)] } : asked,
  });
  if (answer.kind !== 'ok') return { kind: 'stopped', verdict: verdictOf(answer) };
  const { issues } = (answer.body ?? {}) as { issues?: IssueBody[] };
  if (!Array.isArray(issues)) return { kind: 'stopped', verdict: badConfiguration(NOT_JIRA) };
  const open = issues.filter((issue) => !isDone(issue));
  return { kind: 'ok', value: [...open, ...issues.filter(isDone)].map(({ id, key }) => ({ id, key })) };
}

/** A text for JQL. */
export function quoted(text: string): string {
  return `"${text.replace(/[\\"]/g, '\\$&')}"`;
}

/** Null: there is none any more, or not for this account. */
function* readIssue(jira: Jira, id: string): Steps<Outcome<Issue | null>> {
  const fields = 'status,resolution,resolutiondate,statuscategorychangedate,updated';
  const answer = yield* call(jira, {
    step: 'read the issue',
    method: 'GET',
    path: `/issue/${encodeURIComponent(id)}?fields=${fields}&properties=${PROPERTY}`,
    ofIssue: true,
  });
  if (answer.kind === 'gone') return { kind: 'ok', value: null };
  if (answer.kind !== 'ok') return { kind: 'stopped', verdict: verdictOf(answer) };
  const body = answer.body as IssueBody | undefined;
  if (typeof body?.id !== 'string') return { kind: 'stopped', verdict: badConfiguration(NOT_JIRA) };
  return { kind: 'ok', value: issueOf(body) };
}

function issueOf(body: IssueBody): Issue {
  const { resolution, resolutiondate, statuscategorychangedate, updated } = body.fields ?? {};
  const at = Date.parse(resolutiondate ?? statuscategorychangedate ?? updated ?? '');
  return {
    id: body.id,
    key: body.key,
    done: isDone(body),
    resolution: resolution?.name ?? null,
    resolvedAtMs: Number.isNaN(at) ? null : at,
    madeBy: body.properties?.[PROPERTY]?.deliveryKey ?? null,
  };
}

function isDone({ fields }: IssueBody): boolean {
  return fields?.status?.statusCategory?.key === 'done';
}
