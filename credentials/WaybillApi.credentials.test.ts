import { afterAll, beforeAll, expect, test } from 'vitest';
import { ADMIN_KEY, anOrganization, startTestGateway, type TestGateway } from '../gateway/testing/test-gateway.ts';
import { WaybillTrigger } from '../nodes/WaybillTrigger/WaybillTrigger.node.ts';
import { TriggerNode } from '../test/n8n/trigger-node.ts';
import { waybillServer } from '../test/n8n/waybill-server.ts';
import { WaybillApi } from './WaybillApi.credentials.ts';

let gateway: TestGateway;
let organizationId: string;
let key: string;

beforeAll(async () => {
  gateway = await startTestGateway();
  ({ id: organizationId, key } = await anOrganization(gateway));
});
afterAll(() => gateway.close());

/** As n8n tests a credential: the request that its type names, with the headers that it adds. */
async function tested(credential: { apiKey: string; organizationId?: string }): Promise<number> {
  const { request } = new WaybillApi().test;
  const { statusCode } = await waybillServer(gateway)({
    method: 'GET',
    url: new URL(`${request.url}`, 'http://waybill.test'),
    headers: {
      Authorization: `Bearer ${credential.apiKey}`,
      'Waybill-Organization': credential.organizationId ?? '',
    },
    body: undefined,
  });
  return statusCode;
}

test('an API key passes, and the admin key with an organization; whatever else is told apart', async () => {
  expect(await tested({ apiKey: key })).toBe(200);
  expect(await tested({ apiKey: key, organizationId })).toBe(200);
  expect(await tested({ apiKey: ADMIN_KEY, organizationId })).toBe(200);
  expect(await tested({ apiKey: 'wb_unknown' })).toBe(401);
  const rules = new WaybillApi().test.rules?.map(({ properties }) => 'value' in properties && properties.value);
  expect(rules).toEqual([
    await tested({ apiKey: ADMIN_KEY }),
    await tested({ apiKey: key, organizationId: 'org_00000000000000000000000000' }),
  ]);
});

test('a trigger registers with the admin key in the organization that the credential names', async () => {
  const node = new TriggerNode(new WaybillTrigger(), {
    server: waybillServer(gateway),
    credential: { baseUrl: 'http://waybill.test', apiKey: ADMIN_KEY, organizationId },
    parameters: { dialect: 'standard', events: ['*'], filters: {} },
  });
  await node.publish();
  const { data } = (await gateway.call('GET', '/v1/endpoints', { key })).json();
  expect(data).toMatchObject([{ url: node.url, acknowledge: 'echo' }]);
});
