import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { HIBERNATING } from '../../../cli/demo/vendors/servicenow.ts';
import {
  type Changes,
  NOW_MS,
  type ServicenowRuns,
  SUBJECT_KEY,
  servicenowRuns,
} from '../../../test/destinations/servicenow-runs.ts';
import { recordFaults } from '../../../test/vendors/servicenow.ts';
import { aHugeMessage, aMessage, HARD_TEXTS } from '../fixtures.ts';
import type { Severity } from '../message.ts';
import type { ServicenowConfig } from './config.ts';
import { servicenowDestination } from './destination.ts';

let runs: ServicenowRuns;

beforeEach(async () => {
  runs = await servicenowRuns();
});
afterEach(async () => {
  expect(runs.fake.events.flatMap(recordFaults)).toEqual([]);
  expect(runs.fake.faults).toEqual([]);
  await runs.close();
});

const accepted = { kind: 'accepted' };
const config = () => runs.fake.eventConfig as unknown as ServicenowConfig;
const deliver = (changes: Changes = {}) => runs.deliver({ config: config(), ...changes });
const solved = aMessage({ title: 'Job completed', severity: 'info', resolved: true });

test('an event is sent with a key that makes one alert of a subject', async () => {
  const message = aMessage({ link: { label: 'Open', url: 'https://example.com/jobs/1' } });
  const remote = { place: `${runs.fake.url}/em_event`, id: SUBJECT_KEY, name: '', link: null, resolved: false };
  expect(await deliver({ message })).toEqual({ verdict: accepted, remote });
  expect(runs.fake.events).toEqual([
    {
      source: 'Waybill',
      event_class: 'Waybill',
      node: 'orders_eu',
      resource: 'flexorch:job:job_abc123',
      type: 'FlexOrch · job.failed',
      message_key: SUBJECT_KEY,
      severity: '2',
      resolution_state: 'New',
      time_of_event: '2024-01-15 10:30:00',
      description: expect.stringMatching(/^Job job_abc123 failed\n/),
      additional_info: expect.any(String),
    },
  ]);
  expect(JSON.parse(runs.fake.events[0]?.additional_info ?? '')).toEqual({
    Job: 'job_abc123',
    waybill_delivery: 'dlv_1',
    waybill_severity: 'high',
    waybill_subject: 'flexorch:job:job_abc123',
    waybill_link: 'https://example.com/jobs/1',
  });
});

test.each<[Severity, string]>([
  ['critical', '1'],
  ['high', '2'],
  ['medium', '3'],
  ['low', '4'],
  ['info', '5'],
])('%s is %s', async (severity, level) => {
  await deliver({ message: aMessage({ severity }) });
  expect(runs.fake.events[0]?.severity).toBe(level);
});

test('later events change the alert, a resolved one clears it, one delivered twice shows once', async () => {
  await deliver();
  const { remote } = await deliver({ deliveryKey: 'dlv_2', message: solved });
  expect(remote?.resolved).toBe(true);
  expect(runs.fake.events[1]).toMatchObject({ message_key: SUBJECT_KEY, severity: '0', resolution_state: 'Closing' });
  await deliver({ deliveryKey: 'dlv_2', message: solved });
  expect(runs.fake.things()).toEqual([expect.objectContaining({ id: SUBJECT_KEY, resolved: true })]);
});

test('an outdated event leaves the alert as it is', async () => {
  await deliver({ message: solved });
  expect(await deliver({ deliveryKey: 'dlv_2', outdated: true })).toEqual({ verdict: accepted });
  expect(runs.fake.things()).toEqual([
    expect.objectContaining({ id: SUBJECT_KEY, resolved: true, updates: 0 }),
    expect.objectContaining({ id: `${SUBJECT_KEY}-dlv_2`, resolved: false }),
  ]);
  expect(runs.fake.events[1]?.severity).toBe('5');
});

test('a test says so; a time that is none is now', async () => {
  await deliver({ test: true, message: aMessage({ occurredAt: 'yesterday' }) });
  expect(runs.fake.events[0]?.description).toMatch(/^\[TEST\] Job job_abc123 failed\n\nThis is a test/);
  expect(runs.fake.events[0]?.time_of_event).toBe(new Date(NOW_MS).toISOString().slice(0, 19).replace('T', ' '));
});

test.each([
  ['a lost answer', 'lost', 'connection_reset'],
  ['an error of a gateway', { status: 502, done: true }, 'http_502'],
  ['a page', HIBERNATING, 'vendor_error'],
] as const)('after %s the event is sent again without a search', async (_, accident, code) => {
  runs.fake.script([accident]);
  expect((await deliver()).verdict).toMatchObject({ kind: 'retry', code });
  expect((await deliver()).verdict).toEqual(accepted);
  expect(runs.fake.things()).toHaveLength(1);
  expect(new Set(runs.steps)).toEqual(new Set(['send the event']));
});

test('without a node none is sent', async () => {
  const { eventNode: _, ...rest } = config();
  await deliver({ config: { ...rest, eventSource: 'Pipelines' } });
  expect(runs.fake.events[0]).toMatchObject({ source: 'Pipelines', event_class: 'Pipelines' });
  expect(runs.fake.events[0]).not.toHaveProperty('node');
});

test('its address is that of events', () => {
  expect(servicenowDestination.address(config())).toBe(`${runs.fake.url}/api/global/em/jsonv2`);
});

describe.each(HARD_TEXTS)('%s', (_, unit) => {
  test('anywhere and of any length is within the columns', async () => {
    await deliver({ message: aHugeMessage(unit, 5_000) });
    const [event] = runs.fake.events;
    expect(event?.additional_info?.length).toBeLessThanOrEqual(4_000);
    expect([event?.resource, event?.type].every((name) => (name?.length ?? 0) <= 100)).toBe(true);
  });
});
