import { beforeAll, expect, test } from 'vitest';
import type { N8nClient } from './n8n-client.ts';
import { aSharedOrganization, sharedN8n } from './shared.ts';
import type { WaybillOrganization } from './waybill-organization.ts';

let n8n: N8nClient;
let organization: WaybillOrganization;

beforeAll(async () => {
  n8n = await sharedN8n();
  organization = await aSharedOrganization();
});

test('an event of Waybill runs the workflow', async () => {
  const { url: baseUrl, apiKey } = organization;
  const waybillApi = await n8n.credential('waybillApi', { baseUrl, apiKey });
  const type = 'n8n-nodes-waybill.waybillTrigger';
  const id = await n8n.workflow({
    name: 'Orders',
    nodes: [{ name: 'Trigger', type, parameters: { events: ['order.*'] }, credentials: { waybillApi } }],
  });
  expect(await n8n.publish(id)).toBeUndefined();
  const eventId = await organization.publish('order.created', { total: 3 });
  const [run] = await n8n.ended(id, 1);
  expect(run).toMatchObject({ status: 'success', mode: 'webhook' });
  expect(run?.output.Trigger).toMatchObject([{ type: 'order.created', eventId, data: { total: 3 } }]);
});
