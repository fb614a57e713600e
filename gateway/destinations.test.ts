import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MASK } from '../domain/delivery/mask.ts';
import { anOrganization, startTestGateway, type TestGateway } from './testing/test-gateway.ts';

let gateway: TestGateway;
let key: string;
let organizationId: string;

beforeAll(async () => {
  gateway = await startTestGateway();
  ({ key, id: organizationId } = await anOrganization(gateway));
});
afterAll(() => gateway.close());

const slack = { via: 'webhook', webhookUrl: 'https://hooks.slack.com/services/T0/B0/abcdefgh' };
const jira = {
  deployment: 'cloud',
  baseUrl: 'https://acme.atlassian.net',
  email: 'waybill@acme.example',
  apiToken: 'a-token-of-jira',
  project: 'DQ',
  issueType: 'Task',
};

const create = (body: object, as = key) => gateway.call('POST', '/v1/endpoints', { key: as, body });
const stored = (id: string) => gateway.store.endpoints.config(organizationId, id);
const patch = (id: string, body: object) => gateway.call('PATCH', `/v1/endpoints/${id}`, { key, body });

describe('native destinations', () => {
  it('do not count towards the limit of a dialect, and are not held up by it', async () => {
    const { key: own } = await anOrganization(gateway);
    const native = { destination: 'slack', dialect: 'fltr', config: slack };
    const webhook = { url: 'https://hooks.example.com/in', dialect: 'fltr' };
    expect((await create(native, own)).statusCode).toBe(201);
    const statuses = (await Promise.all(Array.from({ length: 101 }, () => create(webhook, own)))).map(
      (r) => r.statusCode,
    );
    expect(statuses.filter((status) => status === 201)).toHaveLength(100);
    expect((await create(native, own)).statusCode).toBe(201);
  });

  it('are not created with a secret as it is shown', async () => {
    const errors = [{ field: 'config.apiToken', rule: expect.stringContaining('masked') }];
    const config = { ...jira, apiToken: MASK };
    expect((await create({ destination: 'jira', config })).json()).toMatchObject({ status: 422, errors });
    const path = '/v1/destinations/jira/check';
    expect((await gateway.call('POST', path, { key, body: { config } })).json()).toMatchObject({ status: 422, errors });
    const { id } = (await create({ destination: 'jira', config: jira })).json();
    expect((await patch(id, { config })).statusCode).toBe(200);
    expect(await stored(id)).toMatchObject({ secret: { apiToken: jira.apiToken } });
  });

  it.each([
    ['a number for an address', { ...jira, baseUrl: 5 }, 'config.baseUrl'],
    ['a line break in a token', { ...jira, apiToken: 'a\nb' }, 'config.apiToken'],
    ['a field that there is not', { ...jira, colour: 'red' }, 'config.colour'],
    ['a private address', { ...jira, baseUrl: 'https://10.0.0.1' }, 'config.baseUrl'],
  ])('values to pick are not asked for with %s', async (_, config, field) => {
    const before = gateway.sent.length;
    const body = { field: 'project', config };
    const answer = await gateway.call('POST', '/v1/destinations/jira/options', { key, body });
    expect(answer.json()).toMatchObject({ status: 422, errors: [{ field }] });
    expect(gateway.sent).toHaveLength(before);
  });

  it('values to pick are asked for with what a form has so far', async () => {
    const { deployment, baseUrl } = jira;
    const body = { field: 'project', config: { deployment, baseUrl } };
    const answer = await gateway.call('POST', '/v1/destinations/jira/options', { key, body });
    expect(answer.json()).toMatchObject({ code: 'destination_refused', errors: [{ field: 'config.email' }] });
  });

  it('send what is stored to no other host: with a new address the secrets are given again', async () => {
    const { id } = (await create({ destination: 'jira', config: jira })).json();
    const errors = [{ field: 'config.apiToken', rule: expect.stringContaining('again') }];
    const before = gateway.sent.length;
    for (const config of [
      { baseUrl: 'https://evil.example' },
      { apiBaseUrl: 'https://evil.example', apiToken: MASK },
      { baseUrl: 'http://acme.atlassian.net' },
    ]) {
      expect((await patch(id, { config })).json()).toMatchObject({ status: 422, errors });
      const body = { field: 'project', endpointId: id, config };
      const answer = await gateway.call('POST', '/v1/destinations/jira/options', { key, body });
      expect(answer.json()).toMatchObject({ status: 422, errors });
    }
    expect(gateway.sent).toHaveLength(before);
    for (const config of [
      { baseUrl: `${jira.baseUrl}/` },
      { baseUrl: 'https://new.atlassian.net', apiToken: 'another-token' },
      { baseUrl: 'https://new.atlassian.net', project: 'OPS' },
    ]) {
      expect((await patch(id, { config })).statusCode).toBe(200);
    }
  });

  it('a default that is given in words is no other address', async () => {
    const config = { via: 'bot', botToken: 'xoxb-a-token', channel: 'C0123ABC456' };
    const { id } = (await create({ destination: 'slack', config })).json();
    const same = { config: { apiBaseUrl: 'https://slack.com/api', botToken: MASK } };
    expect((await patch(id, same)).statusCode).toBe(200);
  });

  it('two changes of different fields at once are both kept', async () => {
    const { id } = (await create({ destination: 'jira', config: jira })).json();
    await Promise.all([
      patch(id, { config: { project: 'OPS' } }),
      patch(id, { config: { issueType: 'Bug' } }),
      patch(id, { config: { assignee: 'abc' } }),
    ]);
    const { config } = (await gateway.call('GET', `/v1/endpoints/${id}`, { key })).json();
    expect(config).toMatchObject({ project: 'OPS', issueType: 'Bug', assignee: 'abc' });
  });

  it('of another organization are not found, whatever is asked of them', async () => {
    const { key: other } = await anOrganization(gateway);
    const { id } = (await create({ destination: 'jira', config: jira })).json();
    const path = `/v1/endpoints/${id}`;
    const options = '/v1/destinations/jira/options';
    const answers = [
      await gateway.call('POST', `${path}/check`, { key: other }),
      await gateway.call('POST', `${path}/preview`, { key: other, body: {} }),
      await gateway.call('POST', `${path}/test`, { key: other, body: {} }),
      await gateway.call('PATCH', path, { key: other, body: { config: { project: 'X' } } }),
      await gateway.call('GET', `${options}?field=project&endpointId=${id}`, { key: other }),
      await gateway.call('POST', options, { key: other, body: { field: 'project', endpointId: id, config: jira } }),
    ];
    expect(answers.map((answer) => answer.statusCode)).toEqual([404, 404, 404, 404, 404, 404]);
  });
});

describe('a preview of a webhook', () => {
  const preview = async (id: string) =>
    (await gateway.call('POST', `/v1/endpoints/${id}/preview`, { key })).json().requests[0];
  const headers = [{ name: 'X-Token', value: 'a-token-of-ours' }];

  it('has every header that a delivery would have, those of the customer masked', async () => {
    const { id } = (await create({ url: 'https://hooks.example.com/in', acknowledge: 'echo', headers })).json();
    expect((await preview(id)).headers).toMatchObject({
      'x-token': MASK,
      'webhook-signature': MASK,
      'waybill-delivery': 'dlv_preview',
    });
  });

  it('asks for no acknowledgement where none is wanted', async () => {
    const { id } = (await create({ url: 'https://hooks.example.com/in', headers })).json();
    expect((await preview(id)).headers).not.toHaveProperty('waybill-delivery');
  });
});
