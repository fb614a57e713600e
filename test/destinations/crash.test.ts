import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { aFakeJira } from '../../cli/demo/vendors/jira.ts';
import { aFakeServicenow } from '../../cli/demo/vendors/servicenow.ts';
import { aFakeSlack } from '../../cli/demo/vendors/slack.ts';
import type { VendorFake } from '../../cli/demo/vendors/vendor-fake.ts';
import { splitConfig } from '../../domain/destinations/config-secrets.ts';
import type { NativeKind } from '../../domain/destinations/destination.ts';
import { destinationOf } from '../../domain/destinations/destinations.ts';
import { aPipeline, type Pipeline } from '../pipeline.ts';

/** What the next attempt dies of. */
let dies: 'before it is remembered' | 'before it is finished' | 'before the subject is let go' | null = null;
let pipeline: Pipeline;
let fake: VendorFake | undefined;

class Died extends Error {}

function die(where: typeof dies): void {
  if (dies !== where) return;
  dies = null;
  throw new Died(`died ${where}`);
}

beforeAll(async () => {
  pipeline = await aPipeline(
    (store) => ({
      store: {
        ...store,
        subjects: {
          ...store.subjects,
          remember: async (...args) => {
            die('before it is remembered');
            await store.subjects.remember(...args);
          },
          release: async (...args) => {
            die('before the subject is let go');
            await store.subjects.release(...args);
          },
        },
        attempts: {
          ...store.attempts,
          finish: async (input) => {
            die('before it is finished');
            return store.attempts.finish(input);
          },
        },
      },
    }),
    { timeScale: 0.001 },
  );
});
afterEach(() => fake?.close());
afterAll(() => pipeline.close());

const KINDS: [NativeKind, () => Promise<VendorFake>][] = [
  ['slack', aFakeSlack],
  ['jira', aFakeJira],
  ['servicenow', aFakeServicenow],
];
const DEATHS = ['before it is remembered', 'before it is finished'] as const;

describe.each(KINDS)('%s', (kind, start) => {
  // What dies before the subject is let go keeps the next until the lease is over: 40 s, so only for one.
  test.each(kind === 'jira' ? [...DEATHS, 'before the subject is let go' as const] : DEATHS)(
    'an attempt that dies %s, after its request, makes no second message or ticket',
    async (death) => {
      fake = await start();
      const endpointId = await anEndpoint(kind, fake);
      for (const [type, at] of [
        ['job.failed', '2026-03-01T10:00:00.000Z'],
        ['job.completed', '2026-03-01T11:00:00.000Z'],
      ] as const) {
        dies = death;
        const eventId = await pipeline.publish({
          dialect: 'flexorch',
          type,
          data: JSON.stringify({ event: type, job_id: 'job-1', status: 'x', pii_findings_count: 0 }),
          occurredAt: at,
          to: [endpointId],
        });
        expect(await pipeline.settled(eventId, endpointId, 60_000)).toMatchObject({ status: 'delivered' });
        expect(dies).toBeNull();
      }
      const [thing, ...others] = fake.things();
      expect(others).toEqual([]);
      expect(thing).toMatchObject({ resolved: true });
      // Each delivery's own words stand there once.
      expect(new Set(thing?.notes).size).toBe(thing?.notes.length);
    },
  );
});

test('a template that fails for an event ends the delivery, and says which and why', async () => {
  fake = await aFakeSlack();
  const endpointId = await anEndpoint('slack', fake, {
    title: '{% for a in (1..900) %}{% for b in (1..900) %}{{ data.x }}{% endfor %}{% endfor %}',
  });
  const eventId = await pipeline.publish({ data: '{"x":"xxxxxxxxxxxxxxxx"}', to: [endpointId] });
  const delivery = await pipeline.settled(eventId, endpointId);
  expect(delivery).toMatchObject({ status: 'failed', lastErrorCode: 'render_failed', attemptCount: 1 });
  const [attempt] = await pipeline.attempts(delivery.id);
  expect(attempt?.errorMessage).toMatch(/^templates\.title: /);
  expect(fake.requests).toEqual([]);
});

function anEndpoint(
  kind: NativeKind,
  { config }: VendorFake,
  templates: { title: string } | null = null,
): Promise<string> {
  const destination = destinationOf(kind);
  return pipeline.anEndpoint({
    destination: kind,
    url: destination?.address(config) ?? '',
    config: splitConfig(destination?.fields ?? [], config),
    templates,
    eventTypes: ['nothing.by.itself'],
    secret: null,
  });
}
