import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { anOrganization, startTestGateway, type TestGateway } from './testing/test-gateway.ts';

let gateway: TestGateway;
let key: string;
let connectorId: number;

beforeAll(async () => {
  gateway = await startTestGateway();
  const organization = await anOrganization(gateway);
  key = organization.key;
  const connector = await gateway.store.connectors.create(organization.id, {
    name: 'exports',
    url: 'https://s3.example.com',
    region: 'eu-central-1',
    bucket: 'datasets',
    pathStyle: true,
    accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
    secretAccessKey: 'hunter2',
  });
  connectorId = connector.number;
});
afterAll(() => gateway.close());

const create = (autoExport: unknown, dialect = 'flexorch') =>
  gateway.call('POST', '/v1/endpoints', {
    key,
    body: { url: 'https://hooks.example.com/in', dialect, options: { autoExport } },
  });

describe('an export ordered through the plain API', () => {
  it("is the dialect's own: FlexOrch's API shows it, and what the plain API shows can be sent back", async () => {
    const created = await create({ connectorId, format: 'jsonl' });
    expect(created.statusCode).toBe(201);
    const { id, options } = created.json();
    expect(options).toEqual({ autoExport: { connectorId, format: 'jsonl', prefix: '' } });
    const path = `/v1/endpoints/${id}`;
    const again = await gateway.call('PATCH', path, { key, body: { options } });
    expect([again.statusCode, again.json().options]).toEqual([200, options]);
    const [webhook] = (await gateway.call('GET', '/flexorch/v1/webhooks', { headers: { 'x-api-key': key } })).json()
      .data;
    expect(webhook.auto_export).toEqual({ connector_id: connectorId, format: 'jsonl', prefix: '' });
  });

  it.each([
    ['text', 'yes', 'options.autoExport', 'expected object'],
    ['no connector', { format: 'jsonl' }, 'options.autoExport.connectorId', 'is required'],
    ['a connector by name', { connectorId: 'exports', format: 'jsonl' }, 'options.autoExport.connectorId', 'number'],
    [
      'one that is not there',
      { connectorId: 999, format: 'jsonl' },
      'options.autoExport.connectorId',
      'names no connector',
    ],
    ['another format', { connectorId: 1, format: 'xml' }, 'options.autoExport.format', 'must be one of jsonl, csv'],
    ['a line break', { connectorId: 1, format: 'csv', prefix: 'a\n' }, 'options.autoExport.prefix', 'control'],
    ['an unknown field', { connectorId: 1, format: 'csv', path: '' }, 'options.autoExport.path', 'not a known field'],
  ])('is refused with %s, at creation and at a change', async (_what, autoExport, field, rule) => {
    const standing = (await create({ connectorId, format: 'csv' })).json();
    const changed = await gateway.call('PATCH', `/v1/endpoints/${standing.id}`, {
      key,
      body: { options: { autoExport } },
    });
    for (const response of [await create(autoExport), changed]) {
      expect(response.json()).toMatchObject({ status: 422, errors: [{ field, rule: expect.stringContaining(rule) }] });
    }
    const kept = (await gateway.call('GET', `/v1/endpoints/${standing.id}`, { key })).json();
    expect(kept.options).toEqual(standing.options);
  });

  it('is refused in a dialect that exports nothing, and other options take no objects', async () => {
    expect((await create({ connectorId, format: 'jsonl' }, 'orion')).json()).toMatchObject({
      status: 422,
      errors: [{ field: 'options.autoExport', rule: 'is not known to the dialect orion' }],
    });
    const body = { url: 'https://hooks.example.com/in', options: { other: { a: 1 } } };
    expect((await gateway.call('POST', '/v1/endpoints', { key, body })).json()).toMatchObject({
      status: 422,
      errors: [{ field: 'options.other' }],
    });
  });
});
