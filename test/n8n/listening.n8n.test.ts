import { beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '../eventually.ts';
import type { N8nClient } from './n8n-client.ts';
import { aSharedOrganization, sharedN8n } from './shared.ts';
import { publishCase, TRIGGERS, triggerNode } from './trigger-cases.ts';
import type { WaybillOrganization } from './waybill-organization.ts';

describe.each(TRIGGERS)('listening for a test event of $node', (one) => {
  let n8n: N8nClient;
  let organization: WaybillOrganization;
  let workflow: string;

  beforeAll(async () => {
    n8n = await sharedN8n();
    organization = await aSharedOrganization();
    const trigger = await triggerNode(n8n, organization, one, { sendTestEvent: false });
    workflow = await n8n.workflow({ name: one.node, nodes: [trigger] });
    expect(await n8n.publish(workflow)).toBeUndefined();
  });

  test('gets the event beside production, and leaves production as it was', async () => {
    const [production] = await organization.endpoints();
    await n8n.listen(workflow, one.node);
    const urls = (await organization.endpoints()).map(({ url }) => String(url));
    expect(urls.filter((url) => url.includes('/webhook-test/'))).toHaveLength(1);
    await publishCase(organization, one);
    const runs = await n8n.ended(workflow, 2);
    expect(runs.map(({ mode, status }) => [mode, status]).sort()).toEqual([
      ['manual', 'success'],
      ['webhook', 'success'],
    ]);
    for (const { output } of runs) expect(output[one.node]).toMatchObject([{ type: one.type, data: one.data }]);
    await eventually('only production left', async () => (await organization.endpoints()).length === 1);
    expect(await organization.endpoints()).toMatchObject([{ id: production?.id, url: production?.url }]);
    await publishCase(organization, one);
    expect((await n8n.ended(workflow, 3)).filter(({ mode }) => mode === 'webhook')).toHaveLength(2);
  });
});

test('the FLTR trigger asks for a test event while the editor listens', async () => {
  const n8n = await sharedN8n();
  const organization = await aSharedOrganization();
  const fltr = TRIGGERS.find(({ dialect }) => dialect === 'fltr');
  if (fltr === undefined) throw new Error('no case of FLTR');
  const workflow = await n8n.workflow({ name: 'FLTR', nodes: [await triggerNode(n8n, organization, fltr)] });
  await n8n.listen(workflow, fltr.node);
  const [run] = await n8n.ended(workflow, 1);
  expect(run).toMatchObject({ mode: 'manual', status: 'success' });
  expect(run?.output[fltr.node]).toMatchObject([{ type: 'document.processed' }]);
});
