import type { DeliverInput, Steps } from '../destination.ts';
import type { Message, Severity } from '../message.ts';
import type { Refusal } from './answers.ts';
import { call, type Jira, type Outcome, verdictOf } from './api.ts';
import type { JiraConfig } from './config.ts';
import { type Issue, PROPERTY } from './find-issue.ts';
import { renderSummary } from './summary.ts';
import { descriptionOf, plainDocument, withRow } from './texts.ts';

/** Jira names all that it refuses at once, but what it says of one field may depend on another. */
const MAX_TRIES = 5;

type IssueFields = Record<string, unknown>;

/** The names of Jira's default priority scheme. */
const PRIORITIES: Readonly<Record<Severity, string>> = {
  critical: 'Highest',
  high: 'High',
  medium: 'Medium',
  low: 'Low',
  info: 'Lowest',
};
/** An issue is worth more than these: where Jira refuses one, it is made without, and says so. */
const OPTIONAL = ['priority', 'components', 'assignee'];

/**
 * Makes the issue, with the label it is found by and the property that says which delivery made it: both are there with the
 * issue or not at all. Optional fields that Jira refuses are left out, each at most once.
 */
export function* createIssue(
  jira: Jira,
  message: Message,
  { subjectKey, deliveryKey }: DeliverInput<JiraConfig>,
): Steps<Outcome<Issue>> {
  const properties = [{ key: PROPERTY, value: { subjectKey, deliveryKey } }];
  let fields = fieldsOf(jira.config, message, subjectKey);
  let leftOut: string[] = [];
  for (let tries = 1; ; tries++) {
    const told = leftOut.length > 0 ? withRow(message, 'Left out, since Jira refused it', leftOut.join('\n')) : message;
    const answer = yield* call(jira, {
      step: leftOut.length > 0 ? 'make the issue without what was refused' : 'make the issue',
      method: 'POST',
      path: '/issue',
      body: { fields: { ...fields, description: descriptionOf(told, jira.config) }, properties },
      makes: true,
    });
    const mended = answer.kind === 'refused' && tries < MAX_TRIES ? mend(jira.config, fields, answer) : null;
    if (mended) {
      fields = mended.fields;
      leftOut = [...leftOut, ...mended.leftOut];
      continue;
    }
    if (answer.kind !== 'ok') return { kind: 'stopped', verdict: verdictOf(answer) };
    return madeIssue(answer.body, deliveryKey);
  }
}

function madeIssue(body: unknown, deliveryKey: string): Outcome<Issue> {
  const { id, key } = (body ?? {}) as { id?: unknown; key?: unknown };
  if (typeof id !== 'string' || typeof key !== 'string') {
    return { kind: 'stopped', verdict: { kind: 'ambiguous', message: 'Jira did not say which issue it made' } };
  }
  return { kind: 'ok', value: { id, key, done: false, resolution: null, resolvedAtMs: null, madeBy: deliveryKey } };
}

function fieldsOf(config: JiraConfig, message: Message, subjectKey: string): IssueFields {
  const { deployment, project, issueType, labels = [], components = [], assignee, fields = {} } = config;
  const priority = (config.priorities ?? PRIORITIES)[message.severity];
  const custom = Object.entries(fields).map(([id, text]) => [id, jsonOrText(text)]);
  return {
    project: { key: project },
    issuetype: /^\d+$/.test(issueType) ? { id: issueType } : { name: issueType },
    summary: renderSummary(message),
    labels: [...new Set([...labels, subjectKey])],
    ...(priority ? { priority: { name: priority } } : {}),
    ...(components.length > 0 ? { components: components.map((name) => ({ name })) } : {}),
    ...(assignee ? { assignee: deployment === 'cloud' ? { accountId: assignee } : { name: assignee } } : {}),
    ...Object.fromEntries(custom),
  };
}

/** `"3"` in quotes is the text, 3 the number. */
export function jsonOrText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** The fields with all that was refused made right; null where that is not possible, so that the refusal stands. */
function mend(
  { fields: configured = {} }: JiraConfig,
  fields: IssueFields,
  { fields: refused }: Refusal,
): { fields: IssueFields; leftOut: string[] } | null {
  const mended = { ...fields };
  const leftOut: string[] = [];
  for (const [id, reason] of Object.entries(refused)) {
    const value = mended[id];
    const text = configured[id];
    if (text !== undefined && typeof value !== 'object' && reason.includes('Atlassian Document')) {
      mended[id] = plainDocument(text);
    } else if (text !== undefined && typeof value !== 'string' && reason.includes('must be a string')) {
      mended[id] = text;
    } else if (OPTIONAL.includes(id) && value !== undefined) {
      delete mended[id];
      leftOut.push(`${id} ${shown(value)}: ${reason}`);
    } else return null;
  }
  return Object.keys(refused).length > 0 ? { fields: mended, leftOut } : null;
}

function shown(value: unknown): string {
  const values = (Array.isArray(value) ? value : [value]) as { name?: string; accountId?: string }[];
  return values.map(({ name, accountId }) => `“${name ?? accountId ?? ''}”`).join(', ');
}
