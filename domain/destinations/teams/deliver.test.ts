import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { aFakeTeams, type TeamsFake } from '../../../cli/demo/vendors/teams.ts';
import { LOOPBACK_NETWORKS } from '../../../outbound/address-guard.ts';
import { createHttpClient } from '../../../outbound/http-client.ts';
import { adaptiveCardFaults } from '../../../test/vendors/adaptive-card.ts';
import type { DeliverInput, DeliverResult, Remote } from '../destination.ts';
import { aHugeMessage, aMessage, HARD_TEXTS } from '../fixtures.ts';
import { previewSteps, runSteps } from '../run-steps.ts';
import type { TeamsConfig } from './deliver.ts';
import { teamsDestination } from './destination.ts';

const NOW_MS = Date.UTC(2024, 0, 15, 10, 30, 5);

let teams: TeamsFake;
let http: ReturnType<typeof createHttpClient>;

beforeEach(async () => {
  teams = await aFakeTeams();
  http = createHttpClient({ allowNetworks: LOOPBACK_NETWORKS });
});
afterEach(async () => {
  await http.close();
  await teams.close();
});

function anInput(changes: Partial<DeliverInput<TeamsConfig>> = {}): DeliverInput<TeamsConfig> {
  return {
    config: teams.config,
    message: aMessage(),
    deliveryKey: 'dlv_01J2ZA-1',
    subjectKey: `wb-${'0'.repeat(40)}`,
    remote: null,
    outdated: false,
    unsure: null,
    test: false,
    tokens: { get: () => undefined, set: () => undefined, clear: () => undefined },
    nowMs: NOW_MS,
    ...changes,
  };
}

/** Over real HTTP. */
function deliver(changes: Partial<DeliverInput<TeamsConfig>> = {}): Promise<DeliverResult> {
  const ports = { exchange: http.exchange, nowMs: () => performance.now(), onExchange: () => undefined };
  return runSteps(teamsDestination.deliver(anInput(changes)), ports);
}

const lastCard = () => teams.requests.at(-1)?.body ?? '';
const titles = () => teams.things().map(({ title }) => title);

test('a card is accepted, and appears; the run can be found by the delivery', async () => {
  expect(await deliver()).toEqual({
    verdict: { kind: 'accepted' },
    remote: { place: `${teams.url}/`, id: '2024-01-15T10:30:05.000Z', name: '', link: null, resolved: false },
  });
  expect(titles()).toEqual(['🟠 Job job_abc123 failed']);
  expect(teams.runs).toEqual([expect.objectContaining({ trackingId: 'dlv_01J2ZA-1', status: 'Succeeded' })]);
  expect(teams.requests[0]?.headers).toMatchObject({ 'content-type': 'application/json; charset=utf-8' });
  expect(teams.requests[0]?.headers).not.toHaveProperty('authorization');
  expect(teams.requests[0]?.path).toBe(teams.config.webhookUrl.slice(teams.url.length));
});

describe('later events of a subject', () => {
  let remote: Remote;
  beforeEach(async () => {
    remote = (await deliver()).remote as Remote;
  });

  test('post a new card that refers to the first by subject and time', async () => {
    const later = await deliver({ remote, nowMs: NOW_MS + 60_000, message: aMessage({ title: 'Job failed again' }) });
    expect(later.remote).toEqual(remote);
    expect(titles()).toEqual(['🟠 Job job_abc123 failed', '🟠 Job failed again']);
    expect(lastCard()).toContain('**Update.** Follows the card of 2024-01-15 10:30:05 UTC about flexorch:job:job');
  });

  test('a resolved one says so, is remembered as resolved, and what comes after is news', async () => {
    const message = aMessage({ title: 'Job completed', severity: 'info', resolved: true });
    const resolved = await deliver({ remote, message });
    expect(resolved.remote).toEqual({ ...remote, resolved: true });
    expect(teams.things()[1]).toMatchObject({ title: '✅ Job completed', resolved: true });
    expect(lastCard()).toContain('"style":"good"');
    const reopened = await deliver({ remote: resolved.remote as Remote });
    expect(reopened.remote).toEqual(remote);
    expect(lastCard()).toContain('**Update.**');
  });

  test('an outdated one is posted as late and changes nothing that is remembered', async () => {
    const result = await deliver({ remote, outdated: true, message: aMessage({ resolved: true }) });
    expect(result).toEqual({ verdict: { kind: 'accepted' } });
    expect(lastCard()).toMatch(/\*\*Late\.\*\* Follows .* Newer cards tell how things stand\./);
    expect(teams.things()[1]?.resolved).toBe(false);
  });

  test('of another channel begin anew', async () => {
    const other = {
      ...remote,
      place: 'https://prod-1.westeurope.logic.azure.com/workflows/1/triggers/manual/paths/invoke',
    };
    const result = await deliver({ remote: other, nowMs: NOW_MS + 1_000 });
    expect(result.remote).toMatchObject({ place: remote.place, id: '2024-01-15T10:30:06.000Z' });
    expect(lastCard()).not.toContain('Follows');
  });
});

test('a test is marked, in the notification too', async () => {
  await deliver({ test: true });
  expect(titles()).toEqual(['🟠 [TEST] Job job_abc123 failed']);
  expect(lastCard()).toContain('"text":"This is a test of Waybill: nothing has happened.');
  expect(lastCard()).toContain('"fallbackText":"🟠 High: [TEST] Job job_abc123 failed"');
  await deliver();
  expect(lastCard()).not.toMatch(/test/i);
});

test.each(HARD_TEXTS)(
  '%s of any length: the workflow shows the card, and no rule of cards is broken',
  async (_, unit) => {
    const remote: Remote = {
      place: `${teams.url}/`,
      id: '2024-01-15T10:30:05.000Z',
      name: '',
      link: null,
      resolved: false,
    };
    for (const units of [1, 600, 9_001]) {
      const message = { ...aHugeMessage(unit, units), subject: unit.repeat(units) };
      expect((await deliver({ message, remote, test: true })).verdict).toEqual({ kind: 'accepted' });
    }
    expect(teams.runs.map(({ status }) => status)).toEqual(['Succeeded', 'Succeeded', 'Succeeded']);
    for (const { body } of teams.requests) {
      expect(adaptiveCardFaults(JSON.parse(body))).toEqual([]);
      expect(Buffer.byteLength(body)).toBeLessThanOrEqual(20_000);
    }
  },
);

describe('what goes wrong', () => {
  test.each([
    ['disabled', 'bad_configuration', /WorkflowTriggerIsNotEnabled/],
    ['deleted', 'bad_configuration', /WorkflowNotFound/],
    ['schema', 'bad_payload', /TriggerInputSchemaMismatch/],
  ] as const)('a workflow that is %s is %s, and nothing is remembered', async (state, kind, message) => {
    teams.become(state);
    expect(await deliver()).toEqual({ verdict: { kind, message: expect.stringMatching(message) } });
    expect(teams.things()).toEqual([]);
  });

  test('a cut signature is bad configuration', async () => {
    const config = { webhookUrl: teams.config.webhookUrl.slice(0, -1) };
    expect((await deliver({ config })).verdict).toMatchObject({
      kind: 'bad_configuration',
      message: expect.stringMatching(/^HTTP 401 DirectApiAuthorizationRequired: /),
    });
  });

  test('a throttled workflow rests', async () => {
    teams.script([{ status: 429, headers: { 'retry-after': '30' } }]);
    const { verdict } = await deliver();
    expect(verdict).toMatchObject({ kind: 'retry', code: 'rate_limited', afterMs: 30_000, rests: true });
  });

  test('a lost answer is tried again, which posts the card a second time; the message says so', async () => {
    teams.script(['lost']);
    expect((await deliver()).verdict).toMatchObject({
      kind: 'retry',
      code: 'connection_reset',
      message: expect.stringMatching(/may appear twice/),
    });
    expect((await deliver({ unsure: { searches: 0 } })).verdict).toEqual({ kind: 'accepted' });
    expect(teams.things()).toHaveLength(2);
  });

  test('a card that is too large is posted once more, shorter; then it is a bad payload', async () => {
    const message = aMessage({ text: 'long '.repeat(2_000), fields: Array(40).fill({ label: 'L', value: 'v' }) });
    teams.script([{ status: 413 }]);
    expect((await deliver({ message })).verdict).toEqual({ kind: 'accepted' });
    const [first, second] = teams.requests.map(({ body }) => body.length);
    expect(first).toBeGreaterThan(9_000);
    expect(second).toBeLessThan(2_500);
    expect(lastCard()).toContain('more characters');
    teams.script([{ status: 413 }, { status: 413 }]);
    expect((await deliver({ message })).verdict).toMatchObject({ kind: 'bad_payload' });
    expect(teams.requests).toHaveLength(4);
  });

  test('no verdict holds the signature', async () => {
    const [, signature = ''] = /sig=([^&]+)/.exec(teams.config.webhookUrl) ?? [];
    const echo = { error: { code: signature, message: teams.config.webhookUrl } };
    for (const status of [200, 301, 400, 401, 404, 413, 429, 500, 504]) {
      teams.script([
        { status, body: echo },
        { status, body: echo },
      ]);
      expect(JSON.stringify(await deliver())).not.toContain(signature);
      teams.script([]);
    }
  });
});

test('a preview is the one request, taken as accepted', () => {
  const { requests, result } = previewSteps(teamsDestination.deliver(anInput()), teamsDestination.assume);
  expect(requests.map(({ step, method, url }) => [step, method, url])).toEqual([
    ['post the card', 'POST', teams.config.webhookUrl],
  ]);
  expect(result.verdict).toEqual({ kind: 'accepted' });
});
