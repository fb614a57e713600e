import type { ConfigFault, OptionLoaders, Steps } from '../destination.ts';
import type { FieldOption } from '../fields.ts';
import type { Verdict } from '../verdict.ts';
import { call, type Jira, type Outcome, verdictOf } from './api.ts';
import type { JiraConfig } from './config.ts';
import { checkCredentials } from './config-rules.ts';
import { type CreateField, createFields, issueTypes, pages, typeIn } from './create-meta.ts';
import { quoted } from './find-issue.ts';

const PROJECTS_PER_PAGE = 50;
/** Data Center's picker has no pages. */
const PICKED_PROJECTS = 150;
const USERS_PER_PAGE = 50;

type Loaded = FieldOption[] | ConfigFault;

/** Values to pick, of what is there; each needs address and credentials, most the project. */
export const jiraOptions: OptionLoaders<JiraConfig> = {
  project: (config) => load(config, [], projects),
  issueType: (config) => load(config, ['project'], types),
  priorities: (config) => load(config, ['project', 'issueType'], (jira) => allowed(jira, 'priority')),
  components: (config) => load(config, ['project', 'issueType'], (jira) => allowed(jira, 'components')),
  assignee: (config) => load(config, ['project'], assignees),
  resolveTransition: (config) => load(config, ['project'], (jira) => transitions(jira, '!=')),
  reopenTransition: (config) => load(config, ['project'], (jira) => transitions(jira, '=')),
};

function* load(
  given: Partial<JiraConfig>,
  needed: ('project' | 'issueType')[],
  read: (jira: Jira) => Steps<Outcome<FieldOption[]>>,
): Steps<Loaded> {
  const missing = ([...(['deployment', 'baseUrl'] as const), ...needed] as const).find((field) => !given[field]);
  if (missing) return { field: missing, rule: 'is needed first' };
  const config = { project: '', issueType: '', ...given } as JiraConfig;
  const [fault] = checkCredentials(config);
  if (fault) return fault;
  const loaded = yield* read({ config, nowMs: 0 });
  return loaded.kind === 'ok' ? loaded.value : { field: '', rule: messageOf(loaded.verdict) };
}

function messageOf(verdict: Verdict): string {
  return 'message' in verdict ? verdict.message : 'Jira gave no usable answer';
}

interface Project {
  key: string;
  name: string;
}

function* projects(jira: Jira): Steps<Outcome<FieldOption[]>> {
  const step = 'list the projects';
  if (jira.config.deployment === 'cloud') {
    const listed = yield* pages<Project>(jira, step, '/project/search?action=create', PROJECTS_PER_PAGE, ['values']);
    return mapped(listed, projectOption);
  }
  const path = `/projects/picker?maxResults=${PICKED_PROJECTS}`;
  const answer = yield* call(jira, { step, method: 'GET', path });
  if (answer.kind !== 'ok') return { kind: 'stopped', verdict: verdictOf(answer) };
  const { projects: picked = [] } = (answer.body ?? {}) as { projects?: Project[] };
  return { kind: 'ok', value: picked.map(projectOption) };
}

function projectOption({ key, name }: Project): FieldOption {
  return { value: key, label: `${name} (${key})` };
}

function* types(jira: Jira): Steps<Outcome<FieldOption[]>> {
  return mapped(yield* issueTypes(jira), ({ name }) => ({ value: name, label: name }));
}

/** Values of a field that has a list of them; none where the type or the field is not there. */
function* allowed(jira: Jira, id: string): Steps<Outcome<FieldOption[]>> {
  const listed = yield* issueTypes(jira);
  if (listed.kind === 'stopped') return listed;
  const type = typeIn(listed.value, jira.config.issueType);
  const fields: Outcome<CreateField[]> = type ? yield* createFields(jira, type) : { kind: 'ok', value: [] };
  if (fields.kind === 'stopped') return fields;
  const values = fields.value.find(({ fieldId }) => fieldId === id)?.allowedValues ?? [];
  return { kind: 'ok', value: values.map(({ name = '' }) => ({ value: name, label: name })) };
}

interface User {
  accountId?: string;
  name?: string;
  displayName?: string;
}

/** The first page: whoever is not on it is typed. */
function* assignees(jira: Jira): Steps<Outcome<FieldOption[]>> {
  const path = `/user/assignable/search?project=${encodeURIComponent(jira.config.project)}&maxResults=${USERS_PER_PAGE}`;
  const answer = yield* call(jira, { step: 'list who can be assigned', method: 'GET', path });
  if (answer.kind !== 'ok') return { kind: 'stopped', verdict: verdictOf(answer) };
  const users = Array.isArray(answer.body) ? (answer.body as User[]) : [];
  const options = users.map(({ accountId, name, displayName }) => {
    const value = (jira.config.deployment === 'cloud' ? accountId : name) ?? '';
    return { value, label: displayName ?? value };
  });
  return { kind: 'ok', value: options.filter(({ value }) => value !== '') };
}

/** Jira lists transitions only of an issue: of the youngest one that is open, or closed. */
function* transitions(jira: Jira, operator: '=' | '!='): Steps<Outcome<FieldOption[]>> {
  const { project, issueType, deployment } = jira.config;
  const type = issueType ? ` AND issuetype = ${quoted(issueType)}` : '';
  const jql = `project = ${quoted(project)}${type} AND statusCategory ${operator} Done ORDER BY created DESC`;
  const search = yield* call(jira, {
    step: 'look for an issue',
    method: 'POST',
    path: deployment === 'cloud' ? '/search/jql' : '/search',
    body: { jql, fields: ['status'], maxResults: 1 },
  });
  if (search.kind !== 'ok') return { kind: 'stopped', verdict: verdictOf(search) };
  const { issues = [] } = (search.body ?? {}) as { issues?: { id: string }[] };
  const [issue] = issues;
  if (!issue) return { kind: 'ok', value: [] };
  const answer = yield* call(jira, {
    step: 'list its transitions',
    method: 'GET',
    path: `/issue/${encodeURIComponent(issue.id)}/transitions`,
  });
  if (answer.kind !== 'ok') return { kind: 'stopped', verdict: verdictOf(answer) };
  const { transitions: listed = [] } = (answer.body ?? {}) as {
    transitions?: { name: string; to?: { name?: string } }[];
  };
  const options = listed.map(({ name, to }) => ({ value: name, label: to?.name ? `${name} → ${to.name}` : name }));
  return { kind: 'ok', value: options };
}

function mapped<T>(outcome: Outcome<T[]>, option: (entry: T) => FieldOption): Outcome<FieldOption[]> {
  return outcome.kind === 'ok' ? { kind: 'ok', value: outcome.value.map(option) } : outcome;
}
