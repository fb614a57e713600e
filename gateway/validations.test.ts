import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { events } from '../store/schema.ts';
import { anOrganization, startTestGateway, type TestGateway } from './testing/test-gateway.ts';

let gateway: TestGateway;
let organization: { id: string; key: string };
let other: { id: string; key: string };

beforeAll(async () => {
  gateway = await startTestGateway();
  other = await anOrganization(gateway);
});
beforeEach(async () => {
  organization = await anOrganization(gateway);
});
afterAll(() => gateway.close());

const API = '/flowcerta/api/v1';
const ID = '11111111-1111-1111-1111-111111111111';
type Method = Parameters<TestGateway['call']>[0];
const call = (method: Method, path: string, body?: unknown, key = organization.key) =>
  gateway.call(method, `${API}${path}`, { key, ...(body === undefined ? {} : { body }) });

const aFinding = (severity = 'critical', changes = {}) => ({
  ruleId: 'FC-UIP-HCD-001',
  severity,
  category: 'hardcoded_value',
  location: 'Main.xaml:42',
  description: 'Hardcoded credential or sensitive value detected.',
  ...changes,
});
const aValidation = <Changes extends object>(changes: Changes = {} as Changes) => ({
  platform: 'uipath',
  fileName: 'Main.xaml',
  passed: false,
  score: 47,
  enforcementMode: 'blocking',
  policyPackSlug: 'uipath-reframework-baseline',
  validatedAt: '2026-05-15T18:42:11.5Z',
  findings: [aFinding('low'), aFinding()],
  ...changes,
});
async function fired() {
  const rows = await gateway.store.db.select().from(events).where(eq(events.organizationId, organization.id));
  return rows.map(({ type, data }) => ({ type, data: JSON.parse(data) })).sort((a, b) => (a.type < b.type ? -1 : 1));
}

describe('a validation', () => {
  it('is answered with its summary, and read in full at results', async () => {
    const posted = aValidation({ validationId: ID.toUpperCase(), durationMs: 812 });
    const response = await call('POST', '/validations', posted);
    const head = { ...posted, validationId: ID, label: null, validatedAt: '2026-05-15T18:42:11.500Z' };
    const { findings, durationMs, ...answer } = head;
    const summary = { critical: 1, high: 0, medium: 0, low: 1, total: 2 };
    expect(response.statusCode).toBe(201);
    expect(response.json()).toEqual({ ...answer, summary, createdAt: expect.any(String) });
    const result = await call('GET', `/results/${ID}`);
    expect(result.headers['content-type']).toBe('application/json; charset=utf-8');
    expect(result.json()).toEqual({ ...answer, summary, findings, durationMs });
    expect((await call('GET', `/results/${ID.toUpperCase()}`)).body).toBe(result.body);
  });

  it('publishes validation.completed, and validation.below_threshold under the threshold of the settings', async () => {
    await call('PATCH', '/alert-settings', { scoreThreshold: 47.5 });
    const { validationId } = (await call('POST', '/validations', aValidation({ label: 'nightly' }))).json();
    expect(await fired()).toMatchObject([
      {
        type: 'validation.below_threshold',
        data: { validationId, platform: 'uipath', fileName: 'Main.xaml', label: 'nightly', score: 47, threshold: 47.5 },
      },
      {
        type: 'validation.completed',
        data: { validationId, findings: [{ severity: 'critical' }, { severity: 'low' }] },
      },
    ]);
  });

  it('posted again under its id changes nothing, fires nothing and is answered the same; other content is a 409', async () => {
    const posted = aValidation({ validationId: randomUUID() });
    const first = await call('POST', '/validations', posted);
    const second = await call('POST', '/validations', posted);
    expect([first.statusCode, second.statusCode]).toEqual([201, 200]);
    expect(second.json()).toEqual(first.json());
    const third = await call('POST', '/validations', { ...posted, score: 48 });
    expect([third.statusCode, third.json().code]).toEqual([409, 'idempotency_conflict']);
    expect((await call('GET', `/results/${posted.validationId}`)).json().score).toBe(47);
    expect(await fired()).toHaveLength(1);
  });

  it('of another organization is a 404, as are ids of any other form', async () => {
    const { validationId } = (await call('POST', '/validations', aValidation())).json();
    for (const [path, key] of [
      [`/results/${validationId}`, other.key],
      [`/results/${randomUUID()}`, organization.key],
      ['/results/nothing', organization.key],
    ] as const) {
      expect((await call('GET', path, undefined, key)).statusCode).toBe(404);
    }
    expect((await call('GET', '/validations', undefined, other.key)).json().data).toEqual([]);
  });

  it('has any number of findings, up to 10 MiB, of which the event has 10', async () => {
    const description = 'x'.repeat(500);
    const findings = Array.from({ length: 14_000 }, (_, i) =>
      aFinding('info', { description, location: `Main.xaml:${i}` }),
    );
    const posted = aValidation({ findings });
    expect(JSON.stringify(posted).length).toBeGreaterThan(8_000_000);
    const response = await call('POST', '/validations', posted);
    expect(response.json().summary).toMatchObject({ total: 14_000, critical: 0 });
    const result = (await call('GET', `/results/${response.json().validationId}`)).json();
    expect(result.findings).toHaveLength(14_000);
    expect((await fired())[0]?.data.findings).toEqual(findings.slice(0, 10));
    const tooLarge = await call('POST', '/validations', aValidation({ label: 'x'.repeat(10 * 1024 * 1024) }));
    expect([tooLarge.statusCode, tooLarge.json().code]).toEqual([413, 'payload_too_large']);
  });

  it.each([
    ['no score', { score: undefined }, 'score'],
    ['a score above 100', { score: 101 }, 'score'],
    ['no findings', { findings: undefined }, 'findings'],
    ['an unknown severity', { findings: [aFinding(), aFinding('urgent')] }, 'findings.1.severity'],
    ['a finding that is none', { findings: [1] }, 'findings.0'],
    ['NUL in a name', { fileName: 'a\0' }, 'fileName'],
    ['an id that is no UUID', { validationId: 'mine' }, 'validationId'],
  ])('with %s is a 422 that names the field', async (_, changes, field) => {
    const response = await call('POST', '/validations', aValidation(changes));
    expect(response.statusCode).toBe(422);
    expect(response.json().details[0].field).toBe(field);
    expect(await fired()).toEqual([]);
  });

  it('nested deeper than 100 levels is a 422', async () => {
    const nested = `{"extra":${'['.repeat(200_000)}${']'.repeat(200_000)},`;
    const response = await call('POST', '/validations', JSON.stringify(aValidation()).replace('{', nested));
    expect([response.statusCode, response.json().details[0].field]).toEqual([422, 'body']);
  });

  it('with a million wrong findings names the first of them', async () => {
    const response = await call('POST', '/validations', aValidation({ findings: Array(1_000_000).fill(1) }));
    expect(response.statusCode).toBe(422);
    expect(response.json().details).toHaveLength(10);
  });

  it('is listed newest first, page by page', async () => {
    const ids: string[] = [];
    for (let i = 0; i < 3; i++) ids.unshift((await call('POST', '/validations', aValidation())).json().validationId);
    const first = (await call('GET', '/validations?limit=2')).json();
    const second = (await call('GET', `/validations?limit=2&cursor=${first.next_cursor}`)).json();
    expect([...first.data, ...second.data].map((row) => row.validationId)).toEqual(ids);
    expect(second.next_cursor).toBeNull();
    expect(first.data[0]).not.toHaveProperty('findings');
    expect((await call('GET', '/validations?cursor=WzFd')).statusCode).toBe(400);
  });
});

describe('alert settings', () => {
  const defaults = { scoreThreshold: null, warningWindowDays: 7, scanHour: 4, scanTimeZone: 'UTC' };

  it('are off, 7 days and 04:00 UTC unless set, and change field by field', async () => {
    expect((await call('GET', '/alert-settings')).json()).toEqual(defaults);
    const changed = await call('PATCH', '/alert-settings', { scoreThreshold: 0, scanTimeZone: 'europe/berlin' });
    expect(changed.json()).toEqual({ ...defaults, scoreThreshold: 0, scanTimeZone: 'Europe/Berlin' });
    const again = { scanHour: 23, warningWindowDays: 30, scoreThreshold: null };
    await call('PATCH', '/alert-settings', again);
    expect((await call('GET', '/alert-settings')).json()).toEqual({ ...again, scanTimeZone: 'Europe/Berlin' });
    expect((await call('PATCH', '/alert-settings', {})).json()).toEqual({ ...again, scanTimeZone: 'Europe/Berlin' });
    expect((await call('GET', '/alert-settings', undefined, other.key)).json()).toEqual(defaults);
  });

  it.each([
    [{ scoreThreshold: 100.1 }, 'scoreThreshold'],
    [{ scoreThreshold: -1 }, 'scoreThreshold'],
    [{ warningWindowDays: 0 }, 'warningWindowDays'],
    [{ warningWindowDays: 1.5 }, 'warningWindowDays'],
    [{ scanHour: 24 }, 'scanHour'],
    [{ scanTimeZone: 'Mars/Olympus' }, 'scanTimeZone'],
    [{ scanTimeZone: '+02:00' }, 'scanTimeZone'],
  ])('refuse %j', async (change, field) => {
    const response = await call('PATCH', '/alert-settings', change);
    expect([response.statusCode, response.json().details[0].field]).toEqual([422, field]);
    expect((await call('GET', '/alert-settings')).json()).toEqual(defaults);
  });
});

describe('an exception', () => {
  const anException = (changes = {}) => ({
    ruleId: 'FC-UIP-HCD-001',
    fileName: 'Main.xaml',
    location: 'Main.xaml:42',
    reason: 'Documented credential injected at runtime\nby Orchestrator.',
    expiresAt: '2026-05-28T02:00:00+02:00',
    requestedByEmail: 'ops-lead@example.com',
    ...changes,
  });
  const times = { createdAt: expect.any(String), updatedAt: expect.any(String) };

  it('is created with an id, requested, and replaced by PUT', async () => {
    const created = await call('POST', '/exceptions', anException());
    expect(created.statusCode).toBe(201);
    const { exceptionId } = created.json();
    const shown = { ...anException(), exceptionId, expiresAt: '2026-05-28T00:00:00.000Z', ...times };
    expect(created.json()).toEqual({ ...shown, status: 'requested' });
    const replaced = await call('PUT', `/exceptions/${exceptionId}`, anException({ status: 'approved' }));
    expect([replaced.statusCode, replaced.json()]).toEqual([200, { ...shown, status: 'approved' }]);
    expect((await call('GET', `/exceptions/${exceptionId}`)).json()).toEqual(replaced.json());
  });

  it('takes an id of the caller, by PUT or POST, and is replaced under it', async () => {
    const exceptionId = randomUUID();
    expect((await call('PUT', `/exceptions/${exceptionId.toUpperCase()}`, anException())).statusCode).toBe(201);
    const posted = await call('POST', '/exceptions', anException({ exceptionId, status: 'rejected' }));
    expect([posted.statusCode, posted.json().exceptionId, posted.json().status]).toEqual([
      200,
      exceptionId,
      'rejected',
    ]);
    expect((await call('GET', '/exceptions')).json().data).toHaveLength(1);
  });

  it('is listed newest first, by status if asked', async () => {
    const ids: string[] = [];
    for (const status of ['approved', 'requested', 'approved']) {
      ids.unshift((await call('POST', '/exceptions', anException({ status }))).json().exceptionId);
    }
    const first = (await call('GET', '/exceptions?limit=2')).json();
    const second = (await call('GET', `/exceptions?limit=2&cursor=${first.next_cursor}`)).json();
    expect([...first.data, ...second.data].map((row) => row.exceptionId)).toEqual(ids);
    const approved = (await call('GET', '/exceptions?status=approved')).json();
    expect(approved.data.map((row: { exceptionId: string }) => row.exceptionId)).toEqual([ids[0], ids[2]]);
    expect((await call('GET', '/exceptions?status=unknown')).statusCode).toBe(422);
  });

  it('of another organization is a 404, and stays as it is', async () => {
    const { exceptionId } = (await call('POST', '/exceptions', anException())).json();
    const path = `/exceptions/${exceptionId}`;
    expect((await call('GET', path, undefined, other.key)).statusCode).toBe(404);
    expect((await call('DELETE', path, undefined, other.key)).statusCode).toBe(404);
    expect((await call('PUT', path, anException({ reason: 'theirs' }), other.key)).statusCode).toBe(201);
    expect((await call('GET', path)).json().reason).toBe(anException().reason);
    expect((await call('DELETE', path, undefined, other.key)).statusCode).toBe(204);
    expect((await call('GET', '/exceptions', undefined, other.key)).json().data).toEqual([]);
  });

  it('is gone once deleted', async () => {
    const { exceptionId } = (await call('POST', '/exceptions', anException())).json();
    expect((await call('DELETE', `/exceptions/${exceptionId}`)).statusCode).toBe(204);
    expect((await call('GET', `/exceptions/${exceptionId}`)).statusCode).toBe(404);
    expect((await call('DELETE', `/exceptions/${exceptionId}`)).statusCode).toBe(404);
  });

  it.each([
    [{ expiresAt: '2026-05-28' }, 'expiresAt'],
    [{ status: 'open' }, 'status'],
    [{ requestedByEmail: 'nobody' }, 'requestedByEmail'],
    [{ reason: 'a\0b' }, 'reason'],
    [{ ruleId: undefined }, 'ruleId'],
  ])('with %j is a 422 that names the field', async (change, field) => {
    const response = await call('POST', '/exceptions', anException(change));
    expect([response.statusCode, response.json().details[0].field]).toEqual([422, field]);
  });
});

describe('docs/validations.md', () => {
  const page = readFileSync(new URL('../docs/validations.md', import.meta.url), 'utf8');
  const calls = [...page.matchAll(/```sh\ncurl -X (\w+) http:\/\/127\.0\.0\.1:8420(\S+).*?-d '(.*?)'\n```/gs)];

  it('has a call for each resource', () => {
    expect(calls.map(([, method]) => method)).toEqual(['POST', 'PATCH', 'PUT']);
  });

  it.each(calls.map(([, method, path, body]) => [method, path, body] as [Method, string, string]))(
    'its %s %s works, and shows what was sent',
    async (method, path, body) => {
      const response = await gateway.call(method, path, { key: organization.key, body });
      expect(response.statusCode).toBe(method === 'PATCH' ? 200 : 201);
      const { findings: _, ...sent } = JSON.parse(body);
      expect(response.json()).toMatchObject(sent);
    },
  );
});
