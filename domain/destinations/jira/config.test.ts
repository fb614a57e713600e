import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { aFakeJira, type JiraFake } from '../../../cli/demo/vendors/jira.ts';
import { LOOPBACK_NETWORKS } from '../../../outbound/address-guard.ts';
import { createHttpClient } from '../../../outbound/http-client.ts';
import type { StepRequest, Steps } from '../destination.ts';
import { runSteps } from '../run-steps.ts';
import type { JiraConfig } from './config.ts';
import { jiraDestination } from './destination.ts';

const CLOUD: JiraConfig = {
  deployment: 'cloud',
  baseUrl: 'https://example.atlassian.net/',
  email: 'a@example.com',
  apiToken: 's3cret-t0ken',
  project: 'DQ',
  issueType: 'Task',
};
const DATA_CENTER: JiraConfig = {
  deployment: 'datacenter',
  baseUrl: 'https://jira.example.com/jira',
  accessToken: 's3cret-t0ken',
  project: 'DQ',
  issueType: 'Task',
};

test('good configurations have no faults', () => {
  expect(jiraDestination.check(CLOUD)).toEqual([]);
  expect(jiraDestination.check(DATA_CENTER)).toEqual([]);
});

test.each<[string, JiraConfig, Partial<JiraConfig>]>([
  ['baseUrl', CLOUD, { baseUrl: 'https://example.atlassian.net/jira/software/projects/DQ' }],
  ['baseUrl', CLOUD, { baseUrl: 'https://example.atlassian.net/?x=1' }],
  ['baseUrl', CLOUD, { baseUrl: 'https://api.atlassian.com/ex/jira/1' }],
  ['baseUrl', CLOUD, { baseUrl: 'example.atlassian.net' }],
  ['baseUrl', DATA_CENTER, { baseUrl: 'https://jira.example.com/rest/api/2' }],
  ['deployment', DATA_CENTER, { baseUrl: 'https://example.atlassian.net' }],
  ['apiBaseUrl', CLOUD, { apiBaseUrl: 'https://api.atlassian.com/ex/jira/1/rest/api/3' }],
  ['email', CLOUD, { email: undefined }],
  ['email', CLOUD, { email: 'a:b' }],
  ['apiToken', CLOUD, { apiToken: '' }],
  ['accessToken', DATA_CENTER, { accessToken: undefined }],
  ['accessToken', DATA_CENTER, { accessToken: 'two words' }],
  ['project', CLOUD, { project: 'Data quality' }],
  ['project', CLOUD, { project: 'DQ" OR project = "X' }],
  ['labels', CLOUD, { labels: ['data quality'] }],
  ['fields', CLOUD, { fields: { summary: 'x' } }],
  ['reopenWithinDays', CLOUD, { reopenWithinDays: 10_000 }],
])('%s, case %#', (field, config, change) => {
  expect(jiraDestination.check({ ...config, ...change })).toEqual([{ field, rule: expect.any(String) }]);
});

test('the address holds no secret', () => {
  expect(jiraDestination.address(CLOUD)).toBe('https://example.atlassian.net/browse/DQ');
  expect(jiraDestination.address(DATA_CENTER)).toBe('https://jira.example.com/jira/browse/DQ');
});

test('credentials are the secret fields, each asked for with its deployment', () => {
  const secrets = jiraDestination.fields.filter(({ secret }) => secret);
  expect(secrets.map(({ name, when }) => [name, when?.in])).toEqual([
    ['apiToken', ['cloud']],
    ['accessToken', ['datacenter']],
  ]);
});

test('every field whose values can be listed has a loader, and no other', () => {
  const loading = jiraDestination.fields.filter(({ loads }) => loads).map(({ name }) => name);
  expect(Object.keys(jiraDestination.options).sort()).toEqual(loading.sort());
});

const tokens = { get: () => undefined, set: () => undefined, clear: () => undefined };

describe.each(['cloud', 'datacenter'] as const)('a look at %s', (deployment) => {
  let jira: JiraFake;
  let http: ReturnType<typeof createHttpClient>;
  let made: StepRequest[];
  beforeEach(async () => {
    jira = await aFakeJira({ deployment });
    http = createHttpClient({ allowNetworks: LOOPBACK_NETWORKS });
    made = [];
  });
  afterEach(async () => {
    await http.close();
    await jira.close();
  });

  function run<T>(steps: Steps<T>): Promise<T> {
    const onExchange = (request: StepRequest) => void made.push(request);
    return runSteps(steps, { exchange: http.exchange, nowMs: () => performance.now(), onExchange });
  }
  const verify = (change: Partial<JiraConfig> = {}) =>
    run(jiraDestination.verify({ ...jira.config, ...change }, tokens));
  const options = (name: string, config: Partial<JiraConfig> = jira.config) =>
    run(jiraDestination.options[name]?.(config, tokens) as Steps<unknown>);

  test('finds account, project and issue type, and only reads', async () => {
    const checked = await verify({ components: ['Pipeline'], fields: { customfield_10042: '{"value":"Data"}' } });
    const found = ['signed in as Waybill Bot', 'project DQ', 'issue type Task'];
    expect(checked).toEqual({ ok: true, found, faults: [] });
    expect(made.map(({ method }) => method)).toEqual(['GET', 'GET', 'GET', 'GET']);
    expect(jira.faults).toEqual([]);
  });

  test.each<[string, Partial<JiraConfig>, string, RegExp]>([
    ['a project', { project: 'NOPE' }, 'project', /No project could be found with key 'NOPE'/],
    ['an issue type', { issueType: 'Epic' }, 'issueType', /has these: Task, Bug$/],
    ['a sub-task', { issueType: 'Sub-task' }, 'issueType', /has these: Task, Bug$/],
    ['a priority', { priorities: { high: 'P1' } }, 'priorities', /“P1” is none of: Highest, High/],
    ['a component', { components: ['Nope'] }, 'components', /“Nope” is none of: Pipeline, Exports/],
    ['a field', { fields: { customfield_1: 'x' } }, 'fields', /has no customfield_1/],
  ])('tells %s that is not there', async (_, change, field, rule) => {
    expect(await verify(change)).toMatchObject({ ok: false, faults: [{ field, rule: expect.stringMatching(rule) }] });
  });

  test('tells which token is refused, which permission is missing, and which field is demanded', async () => {
    const [token, name] = deployment === 'cloud' ? ['apiToken', /API token/] : ['accessToken', /personal access token/];
    const refused = await verify({ [token]: 'wr0ng' });
    expect(refused).toEqual({ ok: false, found: [], faults: [{ field: token, rule: expect.stringMatching(name) }] });
    jira.project.denied.push('ADD_COMMENTS');
    Object.assign(jira.project.fields, { customfield_10050: { name: 'Root cause', kind: 'text', required: true } });
    expect((await verify()).faults).toEqual([
      { field: 'project', rule: 'the account may not add comments there' },
      { field: 'fields', rule: 'the project demands Root cause (customfield_10050)' },
    ]);
  });

  test('lists what can be picked', async () => {
    expect(await options('project')).toEqual([{ value: 'DQ', label: 'Data quality (DQ)' }]);
    expect(await options('issueType')).toEqual([
      { value: 'Task', label: 'Task' },
      { value: 'Bug', label: 'Bug' },
    ]);
    expect(await options('priorities')).toMatchObject([{ value: 'Highest' }, {}, {}, {}, { value: 'Lowest' }]);
    expect(await options('components')).toMatchObject([{ value: 'Pipeline' }, { value: 'Exports' }]);
    const user = deployment === 'cloud' ? '5b10a2844c20165700ede21g' : 'mia';
    expect(await options('assignee')).toEqual([{ value: user, label: 'Mia Krystof' }]);
    expect(jira.faults).toEqual([]);
  });

  test('lists transitions of an issue there is', async () => {
    expect(await options('resolveTransition')).toEqual([]);
    const headers = { ...(await signedIn()), 'content-type': 'application/json' };
    const fields = { project: { key: 'DQ' }, issuetype: { name: 'Task' }, summary: 'x' };
    const url = `${jira.url}/rest/api/2/issue`;
    expect((await fetch(url, { method: 'POST', headers, body: JSON.stringify({ fields }) })).status).toBe(201);
    expect(await options('resolveTransition')).toEqual([
      { value: 'Start', label: 'Start → In Progress' },
      { value: 'Close', label: 'Close → Done' },
    ]);
    jira.move('DQ-1', 'Done');
    expect(await options('reopenTransition')).toEqual([{ value: 'Reopen', label: 'Reopen → To Do' }]);
  });

  test('says what is needed first, and what went wrong', async () => {
    expect(await options('issueType', { ...jira.config, project: '' })).toEqual({
      field: 'project',
      rule: 'is needed first',
    });
    expect(await options('project', { deployment })).toEqual({ field: 'baseUrl', rule: 'is needed first' });
    expect(await options('project', { deployment, baseUrl: jira.url })).toMatchObject({
      rule: expect.stringMatching(/^is required/),
    });
    const wrong = { ...jira.config, apiToken: 'wr0ng', accessToken: 'wr0ng' };
    expect(await options('project', wrong)).toEqual({ field: '', rule: expect.stringContaining('(401)') });
  });

  async function signedIn(): Promise<Record<string, string>> {
    await verify();
    return { authorization: String(made[0]?.headers.authorization) };
  }
});
