import { beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '../eventually.ts';
import type { Execution, N8nClient } from './n8n-client.ts';
import { aSharedOrganization, sharedN8n } from './shared.ts';
import { publishCase, TRIGGERS, triggerNode } from './trigger-cases.ts';
import type { WaybillOrganization } from './waybill-organization.ts';

describe.each(TRIGGERS)('$node', (one) => {
  let n8n: N8nClient;
  let organization: WaybillOrganization;
  let workflow: string;

  const runs = (count: number) => n8n.ended(workflow, count);
  const deliveryOf = ({ output }: Execution) => output[one.node]?.[0]?.deliveryId;
  const delivered = (eventId: string, attempts: number) =>
    eventually('the delivery', async () => {
      const [delivery] = await organization.deliveriesOf(eventId);
      return delivery?.status === 'delivered' && delivery.attemptCount === attempts && delivery;
    });

  beforeAll(async () => {
    n8n = await sharedN8n();
    organization = await aSharedOrganization();
    const trigger = await triggerNode(n8n, organization, one, { dropRepeats: true });
    workflow = await n8n.workflow({ name: one.node, nodes: [trigger] });
    expect(await n8n.publish(workflow)).toBeUndefined();
  });

  test('registers an acknowledging endpoint for its URL', async () => {
    expect(await organization.endpoints()).toMatchObject([
      {
        url: await n8n.webhookUrl(workflow, one.node),
        dialect: one.dialect,
        acknowledge: 'echo',
        disabled: false,
      },
    ]);
  });

  test('runs the workflow with type, ids, times and data of an event', async () => {
    const eventId = await publishCase(organization, one);
    const delivery = await delivered(eventId, 1);
    const [run] = await runs(1);
    expect(run).toMatchObject({ status: 'success', mode: 'webhook' });
    expect(run?.output[one.node]).toMatchObject([
      {
        type: one.type,
        deliveryId: delivery.id,
        occurredAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
        receivedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
        data: one.data,
      },
    ]);
  });

  test('starts no run for a repeat that is to be dropped, and acknowledges it', async () => {
    const eventId = await publishCase(organization, one);
    const delivery = await delivered(eventId, 1);
    await organization.call('POST', `/v1/deliveries/${delivery.id}/resend`);
    await delivered(eventId, 2);
    // What comes after it is no repeat, and by then a run of the repeat would be on record.
    await delivered(await publishCase(organization, one), 1);
    expect(new Set((await runs(3)).map(deliveryOf)).size).toBe(3);
    expect(await n8n.executions(workflow)).toHaveLength(3);
  });

  test('answers 401 to what is not signed, or signed with another secret, and starts no run', async () => {
    const url = await n8n.webhookUrl(workflow, one.node);
    const body = JSON.stringify({ event: one.type, type: one.type, data: one.data });
    const signature = 'a'.repeat(64);
    const forged = {
      'webhook-id': 'evt_forged',
      'webhook-timestamp': String(Math.floor(Date.now() / 1_000)),
      'webhook-signature': `v1,${Buffer.from(signature, 'hex').toString('base64')}`,
      'x-flexorch-signature': signature,
      'x-fltr-signature': signature,
      'x-flowcerta-signature': `sha256=${signature}`,
      'x-webhook-secret': signature,
      'waybill-delivery': 'dlv_forged',
    };
    for (const headers of [{}, forged]) {
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body,
      });
      expect(response.status).toBe(401);
      expect(await response.text()).not.toContain('dlv_forged');
    }
    // What is signed still runs, and is the only one that was added.
    await delivered(await publishCase(organization, one), 1);
    expect(await runs(4)).toHaveLength(4);
    expect((await n8n.executions(workflow)).map(deliveryOf)).not.toContain('dlv_forged');
  });

  test('keeps no secret where n8n shows it', async () => {
    const { staticData, nodes } = await n8n.stored(workflow);
    const shown = JSON.stringify({ staticData, nodes });
    expect(shown).toContain('registration');
    expect(shown).not.toContain(organization.apiKey);
    expect(shown).not.toMatch(/whsec_/);
  });

  test('takes the endpoint away when the workflow is unpublished', async () => {
    const url = await n8n.webhookUrl(workflow, one.node);
    await n8n.unpublish(workflow);
    expect(await organization.endpoints()).toEqual([]);
    const response = await fetch(url, { method: 'POST', body: '{}' });
    expect(response.status).toBe(404);
    expect((await organization.deliveriesOf(await publishCase(organization, one))).length).toBe(0);
  });
});
