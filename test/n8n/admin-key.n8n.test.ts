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

test('the admin key passes the test of the credential with an organization, and without is told to name one', async () => {
  const { url: baseUrl, adminKey: apiKey, id: organizationId } = organization;
  expect(await n8n.testCredential('waybillApi', { baseUrl, apiKey, organizationId })).toMatchObject({ status: 'OK' });
  expect(await n8n.testCredential('waybillApi', { baseUrl, apiKey })).toEqual({
    status: 'Error',
    message: expect.stringContaining('Organization ID'),
  });
});

test('with the admin key a trigger and a node work in the organization that the credential names', async () => {
  const { url: baseUrl, adminKey: apiKey, id: organizationId } = organization;
  const waybillApi = await n8n.credential('waybillApi', { baseUrl, apiKey, organizationId });
  const workflow = await n8n.workflow({
    name: 'Admin key',
    nodes: [
      {
        name: 'Trigger',
        type: 'n8n-nodes-waybill.waybillTrigger',
        parameters: { events: ['order.created'] },
        credentials: { waybillApi },
      },
      {
        name: 'Endpoints',
        type: 'n8n-nodes-waybill.waybill',
        parameters: { resource: 'endpoint', operation: 'getAll' },
        credentials: { waybillApi },
      },
    ],
  });
  expect(await n8n.publish(workflow)).toBeUndefined();
  await organization.publish('order.created', { total: 3 });
  const [run] = await n8n.ended(workflow, 1);
  expect(run?.output.Trigger).toMatchObject([{ type: 'order.created', data: { total: 3 } }]);
  expect(run?.output.Endpoints).toMatchObject([{ url: await n8n.webhookUrl(workflow, 'Trigger') }]);
  await n8n.unpublish(workflow);
  expect(await organization.endpoints()).toEqual([]);
});
