import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { anOrganization, startTestGateway, type TestGateway } from './testing/test-gateway.ts';

let gateway: TestGateway;
let key: string;

beforeAll(async () => {
  gateway = await startTestGateway();
  ({ key } = await anOrganization(gateway));
});
afterAll(() => gateway.close());

const url = 'https://hooks.example.com/in';
const slack = { via: 'webhook', webhookUrl: 'https://hooks.slack.com/services/T0/B0/abcdefgh' };
const jira = {
  deployment: 'cloud',
  baseUrl: 'https://example.atlassian.net',
  email: 'a@example.com',
  apiToken: 'token',
  project: 'DQ',
  issueType: 'Task',
};
const paid = { field: 'total', operator: 'atLeast', value: 100 };

/** Takes no event unless it says which. */
const create = (body: object) =>
  gateway.call('POST', '/v1/endpoints', { key, body: { eventTypes: ['quiet.*'], ...body } });
const get = async (path: string, as = key) => (await gateway.call('GET', path, { key: as })).json();

async function publish(type: string, data: object, changes: object = {}): Promise<string> {
  const answer = await gateway.call('POST', '/v1/events', { key, body: { type, data, ...changes } });
  expect(answer.statusCode).toBe(202);
  return answer.json().id;
}

describe('a filter', () => {
  it('is kept with what it left out filled in, shown, changed and taken away', async () => {
    const created = (await create({ url, eventTypes: ['kept.*'], filter: { conditions: [paid] } })).json();
    const whole = { match: 'all', conditions: [paid], minSeverity: null };
    expect(created.filter).toEqual(whole);
    const path = `/v1/endpoints/${created.id}`;
    expect((await get(path)).filter).toEqual(whole);
    const change = (body: object) => gateway.call('PATCH', path, { key, body });
    expect((await change({ description: 'x' })).json().filter).toEqual(whole);
    const severe = { match: 'any', conditions: [], minSeverity: 'high' };
    expect((await change({ filter: severe })).json().filter).toEqual(severe);
    expect((await change({ filter: null })).json().filter).toBeNull();
    expect((await create({ url })).json().filter).toBeNull();
  });

  it.each([
    [{ conditions: [paid, { ...paid, operator: 'like' }] }, 'filter.conditions.1.operator', 'one of'],
    [{ conditions: [{ ...paid, field: 'a..b' }] }, 'filter.conditions.0.field', 'must be a path into data'],
    [{ conditions: [{ ...paid, value: true }] }, 'filter.conditions.0.value', 'must be a number or a text'],
    [{ conditions: [{ ...paid, value: {} }] }, 'filter.conditions.0.value', 'Invalid input'],
    [{ conditions: [{ ...paid, operator: 'in' }] }, 'filter.conditions.0.value', 'a list of 1 to 100'],
    [{ conditions: [{ ...paid, operator: 'equals', value: '\ud800' }] }, 'filter.conditions.0.value', 'half of'],
    [{ conditions: Array(21).fill(paid) }, 'filter.conditions', 'must not be more than 20'],
    [{ conditions: [paid], not: true }, 'filter.not', 'is not a known field'],
    [{ minSeverity: 'worst' }, 'filter.minSeverity', 'one of'],
    [{ match: 'all' }, 'filter', 'must have conditions or minSeverity'],
  ])('%j is refused by field and rule', async (filter, field, rule) => {
    const answer = await create({ url, filter });
    expect(answer.statusCode).toBe(422);
    expect(answer.json()).toMatchObject({ code: 'validation_failed' });
    expect(answer.json().errors).toContainEqual({ field, rule: expect.stringContaining(rule) });
  });

  it('decides who gets an event; a test comes anyway', async () => {
    const filter = { conditions: [paid] };
    const { id } = (await create({ url, eventTypes: ['decide.*'], filter })).json();
    const count = async (eventId: string) => (await get(`/v1/events/${eventId}`)).deliveries.length;
    expect(await count(await publish('decide.a', { total: 99 }))).toBe(0);
    expect(await count(await publish('decide.a', { total: 100 }))).toBe(1);
    const body = { type: 'decide.a', data: { total: 1 } };
    const tested = await gateway.call('POST', `/v1/endpoints/${id}/test`, { key, body });
    expect(tested.statusCode).toBe(202);
    expect((await get(`/v1/deliveries?endpointId=${id}`)).data).toHaveLength(2);
  });

  it('decides what a replay brings', async () => {
    await publish('replayed.a', { total: 1 });
    await publish('replayed.a', { total: 1_000 });
    const { id } = (await create({ url, eventTypes: ['replayed.*'], filter: { conditions: [paid] } })).json();
    const body = { since: '2020-01-01T00:00:00Z', include: ['missing'] };
    const answer = await gateway.call('POST', `/v1/endpoints/${id}/replay`, { key, body });
    expect(answer.json()).toEqual({ matched: { failed: 0, cancelled: 0, missing: 1 }, replayed: 1 });
  });
});

describe('an event that matched nothing', () => {
  it('says why, where it is shown and in the empty list of its deliveries', async () => {
    await create({ url, eventTypes: ['nothing.filtered'], filter: { conditions: [paid] } });
    for (const [type, unmatched] of [
      ['nothing.filtered', 'filtered'],
      ['nothing.unheard', 'no_endpoint'],
    ] as const) {
      const id = await publish(type, { total: 1 });
      expect(await get(`/v1/events/${id}`)).toMatchObject({ unmatched, deliveries: [] });
      expect(await get(`/v1/deliveries?eventId=${id}`)).toEqual({ data: [], nextCursor: null, unmatched });
      expect((await get('/v1/events?unmatched=true')).data[0]).toMatchObject({ id, unmatched });
    }
  });

  it('is told from one that was delivered, and from what is not there', async () => {
    await create({ url, eventTypes: ['nothing.heard'] });
    const id = await publish('nothing.heard', {});
    expect(await get(`/v1/events/${id}`)).toMatchObject({ unmatched: null });
    expect(await get(`/v1/deliveries?eventId=${id}`)).toMatchObject({ unmatched: null });
    expect(await get(`/v1/deliveries?eventId=${id}&status=failed`)).toMatchObject({ data: [], unmatched: null });
    expect(await get('/v1/deliveries?eventId=evt_none')).toMatchObject({ data: [], unmatched: null });
    expect(await get('/v1/deliveries?status=failed')).toMatchObject({ unmatched: null });
    const listed = (await get('/v1/events?unmatched=true&type=nothing.heard')).data;
    expect(listed).toEqual([]);
  });

  it('is shown to its own organization only', async () => {
    const id = await publish('nothing.mine', {});
    const other = await anOrganization(gateway);
    expect(await get(`/v1/deliveries?eventId=${id}`, other.key)).toMatchObject({ data: [], unmatched: null });
    expect((await get('/v1/events?unmatched=true', other.key)).data).toEqual([]);
  });
});

describe('templates', () => {
  const templates = {
    title: '{{ message.title }} at {{ data.site }}',
    subject: '{{ data.site }}',
    fields: [{ label: 'Site', value: '{{ data.site | upcase }}' }],
  };

  it('are kept with a native destination, shown, changed and taken away', async () => {
    const created = (await create({ destination: 'slack', config: slack, templates })).json();
    expect(created.templates).toEqual(templates);
    const path = `/v1/endpoints/${created.id}`;
    const change = (body: object) => gateway.call('PATCH', path, { key, body });
    expect((await change({ description: 'x' })).json().templates).toEqual(templates);
    expect((await change({ templates: { text: 'a' } })).json().templates).toEqual({ text: 'a' });
    expect((await change({ templates: null })).json().templates).toBeNull();
  });

  it.each([
    [{ title: 'a\n{{ b | nope }}' }, 'templates.title', 'line 2, column 1: undefined filter: nope'],
    [{ text: '{% include "x" %}' }, 'templates.text', 'line 1, column 1: tag "include" not found'],
    [{ subject: '{{ a' }, 'templates.subject', 'line 1, column 1: output "{{ a" not closed'],
    [{ fields: [{ label: 'A', value: '{% if %}' }] }, 'templates.fields.0.value', 'line 1, column 6: invalid value'],
    [{ fields: [{ label: '', value: '' }] }, 'templates.fields.0.label', '>=1'],
    [{ body: '' }, 'templates.body', 'is not a known field'],
  ])('%j are refused by field, line and column', async (broken, field, rule) => {
    const { id } = (await create({ destination: 'slack', config: slack })).json();
    for (const answer of [
      await create({ destination: 'slack', config: slack, templates: broken }),
      await gateway.call('PATCH', `/v1/endpoints/${id}`, { key, body: { templates: broken } }),
    ]) {
      expect(answer.statusCode).toBe(422);
      expect(answer.json().errors).toContainEqual({ field, rule: expect.stringContaining(rule) });
    }
  });

  it('are refused for webhooks', async () => {
    const { id } = (await create({ url })).json();
    const errors = [{ field: 'templates', rule: 'is only for native destinations, such as slack' }];
    expect((await create({ url, templates })).json()).toMatchObject({ code: 'validation_failed', errors });
    const changed = await gateway.call('PATCH', `/v1/endpoints/${id}`, { key, body: { templates } });
    expect(changed.json()).toMatchObject({ code: 'validation_failed', errors });
    expect((await create({ url, templates: null })).statusCode).toBe(201);
  });

  it('say what the requests of a preview hold, and one that fails for the event is named', async () => {
    const preview = (data: object) =>
      gateway.call('POST', '/v1/endpoints/preview', {
        key,
        body: { destination: 'slack', config: slack, templates, type: 'site.down', data },
      });
    const body = (await preview({ site: 'north 👩🏽‍🚀 شمال' })).json().requests[0].body;
    expect(body).toContain('Site down at north 👩🏽‍🚀 شمال');
    expect(body).toContain('NORTH 👩🏽‍🚀 شمال');
    const failed = await preview({ site: 'x'.repeat(20_001) });
    expect(failed.statusCode).toBe(422);
    const rule = expect.stringContaining('more than 20000 characters');
    expect(failed.json().errors).toEqual([{ field: 'templates.subject', rule }]);
  });

  it('in the fields that a destination fills are checked alike', async () => {
    const fields = { customfield_1: '{{ data.site }}', customfield_2: 'x {{ y | nope }}' };
    const answer = await create({ destination: 'jira', config: { ...jira, fields } });
    expect(answer.json().errors).toEqual([
      { field: 'config.fields.customfield_2', rule: 'line 1, column 3: undefined filter: nope' },
    ]);
    const fine = { ...jira, fields: { customfield_1: '{{ data.site }}' } };
    expect((await create({ destination: 'jira', config: fine })).statusCode).toBe(201);
  });
});
