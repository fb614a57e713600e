import { afterAll, beforeAll, expect, it } from 'vitest';
import { buildProbes } from './probes.ts';
import { ADMIN_KEY, anOrganization, startTestGateway, type TestGateway } from './testing/test-gateway.ts';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startTestGateway();
});
afterAll(() => gateway.close());

it('the gateway shows its metrics to the admin key only', async () => {
  const { key } = await anOrganization(gateway);
  expect((await gateway.call('GET', '/metrics', { key: null })).statusCode).toBe(401);
  expect((await gateway.call('GET', '/metrics', { key })).statusCode).toBe(403);
  const response = await gateway.call('GET', '/metrics', { key: ADMIN_KEY });
  expect(response.headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
  expect(response.body).toBe('a_metric 1\n');
});

it("a worker's probes need no key, and say what is missing", async () => {
  const probes = buildProbes({
    readiness: async () => ({ store: true, temporal: false }),
    metrics: async () => 'a_metric 2\n',
    logger: gateway.app.log,
  });
  try {
    expect((await probes.inject('/metrics')).body).toBe('a_metric 2\n');
    expect((await probes.inject('/health/live')).json()).toEqual({ status: 'live' });
    const ready = await probes.inject('/health/ready');
    expect([ready.statusCode, ready.json()]).toEqual([503, { status: 'not_ready', missing: ['temporal'] }]);
    expect((await probes.inject('/v1/events')).statusCode).toBe(404);
  } finally {
    await probes.close();
  }
});
