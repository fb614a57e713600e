import { randomUUID } from 'node:crypto';
import { and, asc, eq } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Finding } from '../domain/validations/validation.ts';
import { attempts, deliveries, events, validations } from '../store/schema.ts';
import { APPLY_RETENTION_WORKFLOW, type RetentionInput, TASK_QUEUE } from '../workflows/messages.ts';
import { eventually } from './eventually.ts';
import { aPipeline, type Pipeline } from './pipeline.ts';
import { aReceiver, type Receiver } from './receiver.ts';

const DAY_MS = 86_400_000;
const KEPT_DAYS = 90;
const FINDING: Finding = {
  ruleId: 'FC-UIP-HCD-001',
  severity: 'critical',
  category: 'hardcoded_value',
  location: 'Main.xaml:42',
  description: 'Hardcoded credential or sensitive value detected.',
};

let p: Pipeline;
let receiver: Receiver;

beforeEach(async () => {
  p = await aPipeline(() => ({ keepDays: KEPT_DAYS, keepIdempotencyDays: KEPT_DAYS }));
  receiver = await aReceiver();
});
afterEach(async () => {
  await p.close();
  await receiver.close();
});

async function aValidation(score: number): Promise<string> {
  const validationId = randomUUID();
  const summary = { critical: 1, high: 0, medium: 0, low: 0, total: 1 };
  const added = await p.store.validations.add(p.organizationId, {
    validation: {
      validationId,
      platform: 'uipath',
      fileName: 'Main.xaml',
      label: null,
      passed: false,
      score,
      enforcementMode: 'blocking',
      policyPackSlug: 'base',
      validatedAt: new Date().toISOString(),
      summary,
    },
    findings: [FINDING],
    result: JSON.stringify({ validationId, score, findings: [FINDING] }),
    fingerprint: '',
  });
  expect(added.kind).toBe('stored');
  return validationId;
}

/** Data of the organization's events of a type, oldest first. */
async function dataOf(type: string) {
  const rows = await p.store.db
    .select({ data: events.data })
    .from(events)
    .where(and(eq(events.organizationId, p.organizationId), eq(events.type, type)))
    .orderBy(asc(events.createdAt));
  return rows.map(({ data }) => JSON.parse(data));
}

describe('alert-thresholds, run by its schedule', () => {
  /** A zone in which it is about noon, so that no day ends between two runs. */
  const offset = new Date().getUTCHours() - 12;
  const scanTimeZone = `Etc/GMT${offset < 0 ? '' : '+'}${offset}`;
  const id = `alert-thresholds-04-${scanTimeZone.replace('/', '.')}`;

  beforeEach(async () => {
    await p.store.alertSettings.update(p.organizationId, { scanHour: 4, scanTimeZone });
    // A restarted worker makes the schedule of the new zone.
    const runtime = await p.anotherRuntime();
    await eventually('the schedule is made', async () =>
      (await runtime.schedules.list()).some((schedule) => schedule.id === id),
    );
  });

  /** Begins a run now, once the one before is known to have ended, and returns what it counted. */
  async function run(): Promise<unknown> {
    const schedule = p.client.schedule.getHandle(id);
    const before = await eventually('no run is under way', async () => {
      const { info } = await schedule.describe();
      return info.runningActions.length === 0 && info;
    });
    expect(await p.runtime.schedules.trigger(id)).toBe(true);
    const begun = await eventually('a run has begun', async () => {
      const { info } = await schedule.describe();
      return info.numActionsTaken > before.numActionsTaken && info.recentActions.at(-1)?.action.workflow;
    });
    return p.client.workflow.getHandle(begun.workflowId, begun.firstExecutionRunId).result();
  }

  test('a validation under a threshold that was set later is alerted once over two runs', async () => {
    await p.anEndpoint({ url: receiver.url, dialect: 'flowcerta', eventTypes: ['validation.below_threshold'] });
    const low = await aValidation(47);
    await aValidation(70);
    expect(await dataOf('validation.below_threshold')).toEqual([]);
    await p.store.alertSettings.update(p.organizationId, { scoreThreshold: 70 });
    expect(await run()).toEqual({ counts: { alerted: 1, failing: 0 } });
    expect(await run()).toEqual({ counts: { alerted: 0, failing: 0 } });
    expect(await dataOf('validation.below_threshold')).toEqual([
      { validationId: low, platform: 'uipath', fileName: 'Main.xaml', label: null, score: 47, threshold: 70 },
    ]);
    await eventually('it is delivered', () => receiver.received.length === 1);
    expect(JSON.parse(receiver.received[0]?.body ?? '')).toMatchObject({
      event: 'validation.below_threshold',
      data: { validationId: low, threshold: 70 },
    });
  });

  test('an endpoint of which more than half of 22 attempts failed is told of as endpoint.failing, once over two runs', async () => {
    await p.anEndpoint({ url: `${receiver.url}operations`, eventTypes: ['endpoint.failing'] });
    const settings = { eventTypes: ['order.created'], retryDelaysMs: [], alertFailureShare: 0.5 };
    const failing = await p.anEndpoint({ url: `${receiver.url}failing`, ...settings });
    const half = await p.anEndpoint({ url: `${receiver.url}half`, ...settings });
    const requests = new Map<string, number>();
    const failures: Record<string, number> = { '/failing': 12, '/half': 11 };
    receiver.answerWith(({ path }, response) => {
      const number = (requests.get(path) ?? 0) + 1;
      requests.set(path, number);
      response.writeHead(number <= (failures[path] ?? 0) ? 503 : 200).end();
    });
    const published = await Promise.all(Array.from({ length: 22 }, () => p.publish()));
    for (const eventId of published) {
      for (const endpointId of [failing, half]) await p.settled(eventId, endpointId);
    }
    expect(await run()).toEqual({ counts: { alerted: 0, failing: 1 } });
    expect(await run()).toEqual({ counts: { alerted: 0, failing: 1 } });
    expect(await dataOf('endpoint.failing')).toEqual([
      expect.objectContaining({
        endpoint: expect.objectContaining({ id: failing }),
        attempts: 22,
        failed: 12,
        alertFailureShare: 0.5,
      }),
    ]);
    await eventually('it is delivered', () => requests.get('/operations') === 1);
  });
});

test('apply-retention deletes what is over and old, and keeps what is young or pending, with its keys', async () => {
  receiver.answerWith(({ path }, response) => response.writeHead(path === '/held' ? 503 : 200).end());
  const fast = await p.anEndpoint({ url: `${receiver.url}fast`, eventTypes: ['order.created'] });
  const held = await p.anEndpoint({
    url: `${receiver.url}held`,
    eventTypes: ['order.held'],
    retryDelaysMs: [DAY_MS],
  });
  const old = await p.publish({ idempotencyKey: 'old' });
  const pending = await p.publish({ idempotencyKey: 'pending', type: 'order.held' });
  await aValidation(47);
  await p.settled(old, fast);
  await eventually('it waits for its retry', async () => (await p.delivery(pending, held)).attemptCount === 1);
  const cut = Date.now() + 1;
  await eventually('what follows is younger', () => Date.now() > cut);
  const young = await p.publish({ idempotencyKey: 'young' });
  const youngValidation = await aValidation(47);
  await p.settled(young, fast);

  // What counts as now: so late that what lies before the cut is too old.
  const now = new Date(cut + KEPT_DAYS * DAY_MS).toISOString();
  const input: RetentionInput = {
    soFar: { now, scheduledAt: now, progress: { part: 'attempts', after: null, counts: {} } },
  };
  const result = await p.client.workflow.execute(APPLY_RETENTION_WORKFLOW, {
    workflowId: 'retention',
    taskQueue: TASK_QUEUE,
    args: [input],
  });
  expect(result).toMatchObject({
    counts: { attempts: 1, deliveries: 1, idempotency_keys: 1, events: 2, validations: 1 },
  });

  const { db } = p.store;
  const kept = await db.select({ id: events.id, type: events.type, key: events.idempotencyKey }).from(events);
  expect(new Set(kept)).toEqual(
    new Set([
      { id: pending, type: 'order.held', key: 'pending' },
      { id: young, type: 'order.created', key: 'young' },
      { id: expect.any(String), type: 'validation.completed', key: null },
    ]),
  );
  expect((await db.select().from(validations)).map(({ id }) => id)).toEqual([youngValidation]);
  const left = await db.select().from(deliveries);
  expect(new Set(left.map(({ eventId, status }) => `${eventId} ${status}`))).toEqual(
    new Set([`${pending} pending`, `${young} delivered`]),
  );
  const tries = await db.select({ deliveryId: attempts.deliveryId }).from(attempts);
  expect(new Set(tries.map(({ deliveryId }) => deliveryId))).toEqual(new Set(left.map(({ id }) => id)));
  // The old key is free again; that of what is pending is not.
  expect(await p.publish({ idempotencyKey: 'old', fingerprint: 'other' })).not.toBe(old);
  await expect(p.publish({ idempotencyKey: 'pending', fingerprint: 'other' })).rejects.toThrow('conflict');
});
