import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { aWaybillProcess, type WaybillProcess } from '../waybill-process.ts';
import type { N8nClient, WorkflowNode } from './n8n-client.ts';
import { aSharedOrganization, sharedN8n } from './shared.ts';
import { publishCase, TRIGGERS, type TriggerCase, triggerNode } from './trigger-cases.ts';
import { anOrganization, type WaybillOrganization } from './waybill-organization.ts';

let n8n: N8nClient;

beforeAll(async () => {
  n8n = await sharedN8n();
});

/** A workflow of one trigger whose address is known before it is published. */
async function aWorkflow(organization: WaybillOrganization, one: TriggerCase) {
  const trigger: WorkflowNode = { ...(await triggerNode(n8n, organization, one)), webhookId: crypto.randomUUID() };
  const json = { name: one.node, nodes: [trigger] };
  return { json, id: await n8n.workflow(json), url: `${n8n.address.url}/webhook/${trigger.webhookId}/webhook` };
}

async function runsAfter(organization: WaybillOrganization, one: TriggerCase, id: string, runs: number) {
  await publishCase(organization, one);
  expect(await n8n.ended(id, runs)).toHaveLength(runs);
}

describe.each(TRIGGERS)('$node, published', (one) => {
  test('where an endpoint of its URL stands already, makes that its own, twins included', async () => {
    const organization = await aSharedOrganization();
    const { id, url } = await aWorkflow(organization, one);
    const left = { url, dialect: one.dialect, secret: `whsec_${Buffer.alloc(32, 7).toString('base64')}` };
    await organization.call('POST', '/v1/endpoints', left);
    await organization.call('POST', '/v1/endpoints', left);
    const before = (await organization.endpoints()).map((endpoint) => endpoint.id);
    expect(await n8n.publish(id)).toBeUndefined();
    const [endpoint, ...more] = await organization.endpoints();
    expect(more).toEqual([]);
    expect(before).toContain(endpoint?.id);
    expect(endpoint).toMatchObject({ acknowledge: 'echo', disabled: false });
    await runsAfter(organization, one, id, 1);
  });

  test('again, changed or after it was disabled in Waybill, has one endpoint that works', async () => {
    const organization = await aSharedOrganization();
    const { id, json } = await aWorkflow(organization, one);
    expect(await n8n.publish(id)).toBeUndefined();
    expect(await n8n.publish(id)).toBeUndefined();
    const [first] = await organization.endpoints();
    await organization.call('POST', `/v1/endpoints/${first?.id}/disable`);
    await n8n.unpublish(id);
    const nodes = json.nodes.map((node) => ({ ...node, parameters: { ...node.parameters, dropRepeats: true } }));
    await n8n.change(id, { ...json, nodes });
    expect(await n8n.publish(id)).toBeUndefined();
    expect(await organization.endpoints()).toMatchObject([{ disabled: false }]);
    await runsAfter(organization, one, id, 1);
  });
});

describe('while Waybill is down', () => {
  let waybill: WaybillProcess;
  let organization: WaybillOrganization;

  beforeAll(async () => {
    waybill = await aWaybillProcess();
    await waybill.start();
    organization = await anOrganization(waybill);
    await waybill.terminate();
  });
  afterAll(() => waybill?.dispose());

  test('publishing says what is wrong, and works once Waybill is back', async () => {
    const workflows = await Promise.all(TRIGGERS.map((one) => aWorkflow(organization, one)));
    const faults = await Promise.all(workflows.map(({ id }) => n8n.publish(id)));
    for (const [index, fault] of faults.entries()) {
      expect([TRIGGERS[index]?.node, fault]).toEqual([
        TRIGGERS[index]?.node,
        expect.stringContaining(`does not answer at ${waybill.url}`),
      ]);
    }
    await waybill.start();
    for (const [index, { id }] of workflows.entries()) {
      expect(await n8n.publish(id)).toBeUndefined();
      await runsAfter(organization, TRIGGERS[index] as TriggerCase, id, 1);
    }
    expect(await organization.endpoints()).toHaveLength(TRIGGERS.length);
  });
});
