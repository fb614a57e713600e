import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { ADMIN_KEY, anOrganization, SCHEDULE, startTestGateway, type TestGateway } from './testing/test-gateway.ts';

let gateway: TestGateway;

beforeAll(async () => {
  gateway = await startTestGateway();
});
beforeEach(() => {
  gateway.outside.temporalFails = false;
});
afterAll(() => gateway.close());

const list = (key = ADMIN_KEY) => gateway.call('GET', '/v1/schedules', { key });
const run = (id: string, key = ADMIN_KEY) =>
  gateway.call('POST', `/v1/schedules/${encodeURIComponent(id)}/run`, { key, body: {} });

it('lists the schedules with last and next run', async () => {
  expect((await list()).json()).toEqual({ data: [SCHEDULE] });
});

it('begins a run; an unknown schedule is a 404', async () => {
  const begun = await run(SCHEDULE.id);
  expect([begun.statusCode, begun.json()]).toEqual([202, { id: SCHEDULE.id }]);
  expect((await run('scan-exceptions-05-UTC')).json()).toMatchObject({ status: 404, code: 'not_found' });
});

it("takes the admin key: an organization's own is refused", async () => {
  const { key } = await anOrganization(gateway);
  expect((await list(key)).statusCode).toBe(403);
  expect((await run(SCHEDULE.id, key)).statusCode).toBe(403);
});

it('says so when Temporal does not answer', async () => {
  gateway.outside.temporalFails = true;
  for (const answer of [await list(), await run(SCHEDULE.id)]) {
    expect(answer.json()).toMatchObject({ status: 503, code: 'temporal_unavailable' });
  }
});
