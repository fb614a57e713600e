import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { aFakeJira } from '../../cli/demo/vendors/jira.ts';
import { aFakeServicenow } from '../../cli/demo/vendors/servicenow.ts';
import { aFakeSlack } from '../../cli/demo/vendors/slack.ts';
import { aFakeTeams } from '../../cli/demo/vendors/teams.ts';
import type { VendorFake } from '../../cli/demo/vendors/vendor-fake.ts';
import { eventTypeOf } from '../../domain/dialects/catalogues.ts';
import { eventually } from '../eventually.ts';
import { aReceiver, type Receiver } from '../receiver.ts';
import type { N8nClient, WorkflowJson, WorkflowNode } from './n8n-client.ts';
import { aSharedOrganization, sharedN8n } from './shared.ts';
import { TRIGGERS } from './trigger-cases.ts';
import type { WaybillOrganization } from './waybill-organization.ts';

const SEEN_LIMIT_MS = 120_000;
const FOLDER = join(import.meta.dirname, '..', '..', 'examples', 'n8n');

let n8n: N8nClient;
let fakes: Record<string, VendorFake>;
let receiver: Receiver;

beforeAll(async () => {
  n8n = await sharedN8n();
  const [slack, teams, jira, servicenow] = [aFakeSlack(), aFakeTeams(), aFakeJira(), aFakeServicenow()];
  fakes = { slack: await slack, teams: await teams, jira: await jira, servicenow: await servicenow };
  receiver = await aReceiver();
});
afterAll(async () => {
  await Promise.all(Object.values(fakes).map((fake) => fake.close()));
  await receiver.close();
});

/** What stands at a vendor under a title. */
function thingsTitled(destination: string, title: string) {
  return fakes[destination]?.things().filter((thing) => thing.title.includes(title)) ?? [];
}

function seen(destination: string, title: string, is: (thing: { notes: string[]; resolved: boolean }) => boolean) {
  return eventually(`“${title}” in ${destination}`, () => thingsTitled(destination, title).find(is), SEEN_LIMIT_MS);
}

/** As who imports it fills it in: credentials, endpoints made in Waybill, the address of a service. */
async function filledIn(workflow: WorkflowJson, organization: WaybillOrganization): Promise<WorkflowJson> {
  const { url, apiKey } = organization;
  const fill = async (node: WorkflowNode): Promise<WorkflowNode> => {
    const trigger = TRIGGERS.find(({ node: name }) => node.type === `n8n-nodes-waybill.${name}`);
    if (trigger) {
      const { credential, path } = trigger;
      return {
        ...node,
        credentials: { [credential]: await n8n.credential(credential, { baseUrl: url + path, apiKey }) },
      };
    }
    const { parameters = {} } = node;
    if (node.type === 'n8n-nodes-base.httpRequest')
      return { ...node, parameters: { ...parameters, url: receiver.url } };
    if (node.type !== 'n8n-nodes-waybill.waybillRoute') return node;
    const { destination } = parameters;
    // Only what names it, so that no event goes there by itself.
    const body = { destination, eventTypes: ['nothing.else'], config: fakes[String(destination)]?.config };
    const { id } = await organization.call('POST', '/v1/endpoints', body);
    const waybillApi = await n8n.credential('waybillApi', { baseUrl: url, apiKey });
    const endpointId = { __rl: true, mode: 'id', value: String(id) };
    return { ...node, parameters: { ...parameters, endpointId }, credentials: { waybillApi } };
  };
  return { ...workflow, nodes: await Promise.all(workflow.nodes.map(fill)) };
}

async function imported(file: string) {
  const organization = await aSharedOrganization();
  const { pinData: _, ...workflow } = JSON.parse(readFileSync(join(FOLDER, `${file}.json`), 'utf8'));
  const id = await n8n.workflow(await filledIn(workflow, organization));
  expect(await n8n.publish(id)).toBeUndefined();
  let runs = 0;
  /** Publishes the example of an event, with what tells it apart, and waits for the run. */
  const publish = async (dialect: string, type: string, changes: object = {}, more: object = {}) => {
    const data = { ...(eventTypeOf(dialect, type)?.example as object), ...changes };
    await organization.publish(type, data, { dialect, ...more });
    runs += 1;
    const run = (await n8n.ended(id, runs)).at(-1);
    expect([run?.status, run?.error]).toEqual(['success', undefined]);
    return run;
  };
  return { publish, end: () => n8n.unpublish(id) };
}

test('FLTR: a document that fails is one issue in Jira, however often, and resolved once it is processed', async () => {
  const { publish, end } = await imported('fltr-processing-failed-to-jira');
  const document = { document_id: 'doc_jira' };
  await publish('fltr', 'document.processing_failed', document);
  await seen('jira', 'doc_jira', () => true);
  await publish('fltr', 'document.processing_failed', document);
  await seen('jira', 'doc_jira', ({ notes }) => notes.length > 0);
  await publish('fltr', 'document.processed', document);
  await seen('jira', 'doc_jira', ({ resolved }) => resolved);
  expect(thingsTitled('jira', 'doc_jira')).toHaveLength(1);
  await end();
});

test('Flowcerta: a validation below the threshold is a card in Teams, and a file one incident in ServiceNow', async () => {
  const { publish, end } = await imported('flowcerta-below-threshold-to-teams-and-servicenow');
  const file = { fileName: 'Billing.xaml' };
  const run = await publish('flowcerta', 'validation.below_threshold', file);
  expect(Object.keys(run?.output ?? {}).sort()).toEqual(['Flowcerta Trigger', 'ServiceNow', 'Teams']);
  for (const destination of ['teams', 'servicenow']) await seen(destination, 'Billing.xaml', () => true);
  const validationId = '33333333-3333-3333-3333-333333333333';
  await publish('flowcerta', 'validation.below_threshold', { ...file, score: 30, validationId });
  await seen('servicenow', 'Billing.xaml', ({ notes }) => notes.length > 0);
  await eventually('two cards', () => thingsTitled('teams', 'Billing.xaml').length === 2, SEEN_LIMIT_MS);
  expect(thingsTitled('servicenow', 'Billing.xaml')).toHaveLength(1);
  await end();
});

test('Flowcerta: an exception that expires is a message in Slack', async () => {
  const { publish, end } = await imported('flowcerta-exception-expiring-to-slack');
  await publish('flowcerta', 'exception.expiring_soon', { ruleId: 'FC-SLACK-1' });
  await seen('slack', 'Exception for FC-SLACK-1 in Main.xaml ends in 6 days', () => true);
  await end();
});

test('FlexOrch: a dataset that is ready is posted to a service', async () => {
  const { publish, end } = await imported('flexorch-dataset-ready-to-http');
  await publish('flexorch', 'dataset.ready', { dataset_id: 'ds_http' });
  const request = await eventually('the request', () => receiver.received.at(-1), SEEN_LIMIT_MS);
  expect(JSON.parse(request.body)).toMatchObject({ dataset_id: 'ds_http', status: 'ready' });
  expect(request.headers['idempotency-key']).toMatch(/^dlv_|^evt_/);
  await end();
});

test('job status: a job that fails and then completes is one message in Slack with a thread', async () => {
  const { publish, end } = await imported('job-failed-to-slack-thread');
  await publish('job-status', 'job.failed', { job_id: 'job_thread' });
  await seen('slack', 'Job job_thread failed', () => true);
  await publish('job-status', 'job.completed', { job_id: 'job_thread' });
  await seen('slack', 'job_thread', ({ notes, resolved }) => notes.length > 0 && resolved);
  expect(thingsTitled('slack', 'job_thread')).toHaveLength(1);
  await end();
});

test('Orion: a notification of a presence is a card in Teams', async () => {
  const { publish, end } = await imported('orion-job-to-teams');
  await publish('orion', 'job.completed', { job_id: 'job_orion' }, { presenceName: 'job-notifications' });
  await seen('teams', 'Orion: job_orion completed', () => true);
  await end();
});

test('Waybill: an order that fails is one incident in ServiceNow, resolved when it is shipped', async () => {
  const { publish, end } = await imported('waybill-order-failed-to-servicenow');
  const order = { orderId: 'o-1042', reason: 'The card was declined.' };
  await publish('standard', 'order.failed', order);
  await seen('servicenow', 'o-1042', () => true);
  await publish('standard', 'order.shipped', order);
  await seen('servicenow', 'o-1042', ({ resolved }) => resolved);
  expect(thingsTitled('servicenow', 'o-1042')).toHaveLength(1);
  await end();
});
