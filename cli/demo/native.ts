import { randomBytes } from 'node:crypto';
import { eventTypeOf } from '../../domain/dialects/catalogues.ts';
import { type Api, createApi } from '../api.ts';
import { type Delivery, type DemoRow, type ScenarioOptions, untilSettled } from './deliveries.ts';
import { aFakeJira } from './vendors/jira.ts';
import { aFakeServicenow } from './vendors/servicenow.ts';
import { aFakeSlack } from './vendors/slack.ts';
import { aFakeTeams } from './vendors/teams.ts';
import type { VendorFake } from './vendors/vendor-fake.ts';

/** A destination, and what its users must see once a job has failed and then completed. */
interface NativeDemo {
  kind: string;
  title: string;
  start(): Promise<VendorFake>;
  /** Why it is not as it should be; null: it is. */
  judge(job: string, things: ReturnType<VendorFake['things']>): string | null;
}

const DEMOS: readonly NativeDemo[] = [
  { kind: 'slack', title: 'Slack', start: aFakeSlack, judge: oneResolved('message') },
  { kind: 'teams', title: 'Microsoft Teams', start: aFakeTeams, judge: cardForEach },
  { kind: 'jira', title: 'Jira', start: aFakeJira, judge: oneResolved('issue') },
  { kind: 'servicenow', title: 'ServiceNow', start: aFakeServicenow, judge: oneResolved('incident') },
];

const DIALECT = 'flexorch';
const TYPES = ['job.failed', 'job.completed'] as const;

/**
 * Sends the failure of a job and then its completion to all native destinations, each with a fake of its vendor that has the vendor's
 * limits: one message, issue or incident has to tell both. One row per event and destination.
 */
export async function runNativeScenario(options: ScenarioOptions): Promise<DemoRow[]> {
  const started = await Promise.all(DEMOS.map(async (demo) => ({ demo, fake: await demo.start() })));
  try {
    const admin = createApi(options.url, options.adminKey);
    const { key } = await admin.post<{ key: string }>('/v1/organizations', { name: 'Demo of native destinations' });
    const api = createApi(options.url, key);
    const endpoints = new Map<string, string>();
    for (const { demo, fake } of started) {
      const body = { destination: demo.kind, dialect: DIALECT, config: fake.config };
      endpoints.set(demo.kind, (await api.post<{ id: string }>('/v1/endpoints', body)).id);
    }
    options.report(`made ${DEMOS.length} endpoints at native destinations`);
    const job = `job-${randomBytes(4).toString('hex')}`;
    const deliveries = await publishInTurn(api, job, options);
    return started.flatMap(({ demo, fake }) => {
      const seen = fake.faults[0] ?? demo.judge(job, fake.things());
      return TYPES.map((type) => {
        const own = (one: Delivery) => one.endpointId === endpoints.get(demo.kind) && one.eventType === type;
        return toRow(demo.title, type, deliveries.find(own), seen);
      });
    });
  } finally {
    await Promise.all(started.map(({ fake }) => fake.close()));
  }
}

/** The completion follows once the failure is told everywhere: it is to be seen how the same message or ticket changes. */
async function publishInTurn(api: Api, job: string, options: ScenarioOptions): Promise<Delivery[]> {
  let deliveries: Delivery[] = [];
  for (const [index, type] of TYPES.entries()) {
    const data = { ...eventTypeOf(DIALECT, type)?.example, job_id: job };
    await api.post('/v1/events', { dialect: DIALECT, type, data });
    deliveries = await untilSettled(api, (index + 1) * DEMOS.length, options);
  }
  return deliveries;
}

function toRow(system: string, event: string, delivery: Delivery | undefined, seen: string | null): DemoRow {
  const undelivered = delivery?.status === 'delivered' ? null : `it is ${delivery?.status ?? 'not there'}`;
  const problem = undelivered ?? seen;
  return {
    system,
    event,
    attempts: delivery?.attemptCount ?? 0,
    verified: problem === null,
    problem,
    workflow: delivery?.workflowUrl ?? delivery?.workflowId ?? '',
  };
}

function oneResolved(what: string): NativeDemo['judge'] {
  return (job, things) => {
    const about = things.filter(({ title }) => title.includes(job));
    if (about.length !== 1) return `there are ${about.length} of the ${what} about the job, not one`;
    return about[0]?.resolved ? null : `the ${what} about the job is not resolved`;
  };
}

/** Teams can neither change a card nor be asked for one. */
function cardForEach(job: string, things: ReturnType<VendorFake['things']>): string | null {
  const about = things.filter(({ title }) => title.includes(job)).length;
  return about === TYPES.length ? null : `there are ${about} cards about the job, not ${TYPES.length}`;
}
