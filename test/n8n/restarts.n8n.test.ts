import type { INodeParameters } from 'n8n-workflow';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually } from '../eventually.ts';
import { aWaybillProcess, type WaybillProcess } from '../waybill-process.ts';
import { anN8nClient, type Execution, type N8nClient } from './n8n-client.ts';
import type { N8nProcess } from './n8n-process.ts';
import { ownN8n } from './shared.ts';
import { publishCase, TRIGGERS, type TriggerCase, triggerNode } from './trigger-cases.ts';
import { anOrganization, type WaybillOrganization } from './waybill-organization.ts';

const EVENTS = 200;
/** 30 s alone on 2 cores. */
const LIMIT_MS = 420_000;
const KILL_LIMIT_MS = 3 * LIMIT_MS;

let process: N8nProcess;
let waybill: WaybillProcess;
let n8n: N8nClient;
let organization: WaybillOrganization;

beforeAll(async () => {
  process = await ownN8n();
  waybill = await aWaybillProcess();
  await Promise.all([process.start(), waybill.start()]);
  n8n = await anN8nClient(process);
  organization = await anOrganization(waybill);
});
afterAll(async () => {
  await process?.dispose();
  await waybill?.dispose();
});

async function aPublishedWorkflow(one: TriggerCase, parameters: INodeParameters = {}): Promise<string> {
  const changed = { ...one, parameters: { ...one.parameters, ...parameters } };
  const id = await n8n.workflow({ name: one.node, nodes: [await triggerNode(n8n, organization, changed)] });
  expect(await n8n.publish(id)).toBeUndefined();
  return id;
}

/** Publishes in batches and returns the ids. */
async function publishMany({ dialect, type, data }: TriggerCase, count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let batch = 0; batch < count / 100; batch += 1) {
    const body = { events: Array.from({ length: 100 }, () => ({ dialect, type, data })) };
    const { data: accepted } = await organization.call<{ data: { id: string }[] }>('POST', '/v1/events/batch', body);
    ids.push(...accepted.map(({ id }) => id));
  }
  return ids;
}

/** Deliveries that n8n has acknowledged. */
async function deliveredCount(): Promise<number> {
  let count = 0;
  for (let cursor: string | null = ''; cursor !== null; ) {
    const query = new URLSearchParams({ status: 'delivered', limit: '100', ...(cursor !== '' && { cursor }) });
    const page: { data: object[]; nextCursor: string | null } = await organization.call(
      'GET',
      `/v1/deliveries?${query}`,
    );
    count += page.data.length;
    cursor = page.nextCursor;
  }
  return count;
}

/** Executions of the workflow by the event that started them, those that n8n was killed in included. */
async function runsByEvent(workflow: string): Promise<Map<unknown, Execution[]>> {
  const trigger = TRIGGERS[0]?.node ?? '';
  // Of a run that it was killed in, n8n puts together from its log that there was an output, but not what was in it.
  const itemsOf = ({ output, left }: Execution) => [...left, ...(output[trigger] ?? [])];
  const eventOf = (run: Execution) => itemsOf(run).find(({ eventId }) => eventId !== undefined)?.eventId;
  return Map.groupBy(await n8n.executions(workflow), eventOf);
}

/** Executions by event once each of `published` has one, or one that n8n was killed in, and none runs any more. */
async function settledRuns(workflow: string, published: readonly string[]): Promise<Map<unknown, Execution[]>> {
  return eventually(
    'the end of every run',
    async () => {
      // n8n answers when a run has begun, and lists one that has only just begun not yet.
      await n8n.ended(workflow, published.length);
      const all = await runsByEvent(workflow);
      const isRunning = [...all.values()].flat().some(({ status }) => status === 'new' || status === 'running');
      const unseen = published.filter((eventId) => !all.has(eventId));
      return !isRunning && unseen.length <= (all.get(undefined)?.length ?? 0) && all;
    },
    LIMIT_MS,
  );
}

test.each([
  ['when their runs have finished, each of 200 events has a run that succeeded', 'lastNode'],
  ['when their runs have begun, each of 200 events has a run on record', 'onReceived'],
])(
  'n8n killed in the midst and started again: acknowledged %s',
  async (_promise, acknowledge) => {
    const one = TRIGGERS[0] as TriggerCase;
    const workflow = await aPublishedWorkflow(one, { acknowledge });
    const [endpoint] = await organization.endpoints();
    // A retry every 5 s while n8n is away, where the schedule soon waits for minutes and hours.
    const retryDelaysMs = Array.from({ length: 30 }, () => 5_000);
    await organization.call('PATCH', `/v1/endpoints/${endpoint?.id}`, { retryDelaysMs });
    const earlier = await deliveredCount();
    const published = await publishMany(one, EVENTS);
    const deliveredAtLeast = (count: number) => async () => (await deliveredCount()) - earlier >= count;
    await eventually('a third of the deliveries', deliveredAtLeast(EVENTS / 3), LIMIT_MS);
    await process.kill();
    const before = (await deliveredCount()) - earlier;
    expect(before).toBeLessThan(EVENTS);
    await process.start();
    await eventually('every delivery', deliveredAtLeast(EVENTS), LIMIT_MS);
    const all = await settledRuns(workflow, published);
    // What n8n no longer knows the event of, it was killed in.
    const unread = all.get(undefined) ?? [];
    expect(unread.filter(({ status }) => status !== 'crashed')).toEqual([]);
    const isDone = (eventId: string) => all.get(eventId)?.some(({ status }) => status === 'success');
    const unfinished = published.filter((eventId) => !isDone(eventId));
    const twice = published.filter((eventId) => (all.get(eventId)?.length ?? 0) > 1).length;
    console.log(
      `[n8n] acknowledged ${acknowledge}: ${EVENTS} events, killed after ${before}; ${twice} ran twice, n8n died within the only run of ${unfinished.length}`,
    );
    if (acknowledge === 'lastNode') expect(unfinished).toEqual([]);
    await n8n.unpublish(workflow);
  },
  KILL_LIMIT_MS,
);

test('with another WEBHOOK_URL, publishing again replaces the endpoint', async () => {
  const one = TRIGGERS[1] as TriggerCase;
  const workflow = await aPublishedWorkflow(one);
  const urls = async () =>
    (await organization.endpoints()).filter(({ dialect }) => dialect === one.dialect).map(({ url }) => String(url));
  const moved = process.url.replace('localhost', '127.0.0.1');
  expect(await urls()).toEqual([expect.stringContaining(process.url)]);
  await process.kill();
  await process.start({ WEBHOOK_URL: `${moved}/` });
  await n8n.unpublish(workflow);
  expect(await n8n.publish(workflow)).toBeUndefined();
  expect(await urls()).toEqual([expect.stringContaining(moved)]);
  await publishCase(organization, one);
  expect(await n8n.ended(workflow, 1)).toMatchObject([{ status: 'success' }]);
});
