import type { CheckResult, ConfigFault, Steps, TokenMemory } from '../destination.ts';
import type { Verdict } from '../verdict.ts';
import { call, type Jira, type Outcome, verdictOf } from './api.ts';
import type { JiraConfig } from './config.ts';
import { type CreateField, createFields, issueTypes, typeIn } from './create-meta.ts';

const PERMISSIONS = {
  BROWSE_PROJECTS: 'browse the project',
  CREATE_ISSUES: 'create issues',
  ADD_COMMENTS: 'add comments',
  TRANSITION_ISSUES: 'transition issues',
};
/** Fields that Waybill fills, or that Jira fills with whoever asks. */
const FILLED = ['project', 'issuetype', 'summary', 'description', 'labels', 'reporter'];

/** Looks at account, permissions, issue type and fields; makes nothing. The clock matters to no read. */
export function* verifyJira(config: JiraConfig, _tokens: TokenMemory): Steps<CheckResult> {
  const jira: Jira = { config, nowMs: 0 };
  const account = yield* whoAmI(jira);
  if (account.kind === 'stopped') return failed([], account.verdict, config);
  const found = [`signed in as ${account.value}`];
  const missing = yield* missingPermissions(jira);
  if (missing.kind === 'stopped') return failed(found, missing.verdict, config, 'project');
  const faults: ConfigFault[] = missing.value.map((right) => ({
    field: 'project',
    rule: `the account may not ${right} there`,
  }));
  const types = yield* issueTypes(jira);
  if (types.kind === 'stopped') return failed(found, types.verdict, config, 'project');
  found.push(`project ${config.project}`);
  const type = typeIn(types.value, config.issueType);
  if (!type) {
    const names = types.value.map(({ name }) => name).join(', ') || 'none';
    return { ok: false, found, faults: [...faults, { field: 'issueType', rule: `the project has these: ${names}` }] };
  }
  found.push(`issue type ${type.name}`);
  const fields = yield* createFields(jira, type);
  if (fields.kind === 'stopped') return failed(found, fields.verdict, config, 'issueType');
  faults.push(...fieldFaults(config, fields.value));
  return { ok: faults.length === 0, found, faults };
}

function* whoAmI(jira: Jira): Steps<Outcome<string>> {
  const answer = yield* call(jira, { step: 'ask who is signed in', method: 'GET', path: '/myself' });
  if (answer.kind !== 'ok') return { kind: 'stopped', verdict: verdictOf(answer) };
  const { displayName, name } = (answer.body ?? {}) as { displayName?: string; name?: string };
  return { kind: 'ok', value: displayName ?? name ?? 'an account without a name' };
}

function* missingPermissions(jira: Jira): Steps<Outcome<string[]>> {
  const names = Object.keys(PERMISSIONS).join(',');
  const query = `projectKey=${encodeURIComponent(jira.config.project)}&permissions=${names}`;
  const answer = yield* call(jira, { step: 'ask for permissions', method: 'GET', path: `/mypermissions?${query}` });
  if (answer.kind !== 'ok') return { kind: 'stopped', verdict: verdictOf(answer) };
  const { permissions = {} } = (answer.body ?? {}) as { permissions?: Record<string, { havePermission?: boolean }> };
  const missing = Object.entries(PERMISSIONS).filter(([name]) => permissions[name]?.havePermission === false);
  return { kind: 'ok', value: missing.map(([, right]) => right) };
}

function failed(found: string[], verdict: Verdict, config: JiraConfig, field = ''): CheckResult {
  const rule = 'message' in verdict ? verdict.message : 'Jira gave no usable answer';
  const credential = config.deployment === 'cloud' ? 'apiToken' : 'accessToken';
  return { ok: false, found, faults: [{ field: rule.includes('(401)') ? credential : field, rule }] };
}

/** Nothing where the form lists no fields: then it is not known. */
function fieldFaults(config: JiraConfig, listed: CreateField[]): ConfigFault[] {
  if (listed.length === 0) return [];
  const faults: ConfigFault[] = [];
  const { fields = {}, priorities = {}, components = [], assignee } = config;
  const given = [...FILLED, ...Object.keys(fields), 'priority', ...(components.length > 0 ? ['components'] : [])];
  if (assignee) given.push('assignee');
  for (const { fieldId, name, required, hasDefaultValue } of listed) {
    if (!required || hasDefaultValue || given.includes(fieldId)) continue;
    faults.push({ field: 'fields', rule: `the project demands ${name} (${fieldId})` });
  }
  const known = (id: string) => listed.some(({ fieldId }) => fieldId === id);
  if (!known('labels'))
    faults.push({ field: 'labels', rule: 'the project has no labels for this issue type, by which issues are found' });
  for (const id of Object.keys(fields).filter((id) => !known(id))) {
    faults.push({ field: 'fields', rule: `the project has no ${id} for this issue type` });
  }
  faults.push(...notAllowed('priorities', Object.values(priorities), listed, 'priority'));
  faults.push(...notAllowed('components', components, listed, 'components'));
  return faults;
}

function notAllowed(field: string, names: readonly string[], listed: CreateField[], id: string): ConfigFault[] {
  const allowed = listed.find(({ fieldId }) => fieldId === id)?.allowedValues;
  if (!allowed) return names.length > 0 ? [{ field, rule: `the project has no ${id} for this issue type` }] : [];
  const has = (name: string) => allowed.some((value) => value.name?.toLowerCase() === name.toLowerCase());
  const choice = allowed.map(({ name }) => name).join(', ');
  return names.filter((name) => !has(name)).map((name) => ({ field, rule: `“${name}” is none of: ${choice}` }));
}
