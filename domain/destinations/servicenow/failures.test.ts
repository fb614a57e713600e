import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { HIBERNATING, rateLimited } from '../../../cli/demo/vendors/servicenow.ts';
import {
  again,
  NOW_MS,
  type ServicenowRuns,
  servicenowRuns,
  solved,
  writes,
} from '../../../test/destinations/servicenow-runs.ts';

let runs: ServicenowRuns;

beforeEach(async () => {
  runs = await servicenowRuns();
});
afterEach(async () => {
  expect(runs.faults()).toEqual([]);
  await runs.close();
});

const delivered = { kind: 'delivered' };
describe('what goes wrong is told apart', () => {
  test('a limit: waits as long as the instance asks, with all of the endpoint', async () => {
    runs.fake.script([rateLimited(1_800, NOW_MS / 1_000 + 1_800)]);
    const message = 'A rate limit rule of the instance is exceeded';
    expect(await runs.deliver()).toEqual({
      verdict: { kind: 'retry', code: 'rate_limited', message, afterMs: 1_800_000, rests: true },
    });
  });

  test('an instance that hibernates', async () => {
    runs.fake.script([HIBERNATING]);
    expect((await runs.deliver()).verdict).toMatchObject({
      kind: 'retry',
      code: 'vendor_error',
      message: /hibernates/,
    });
  });

  test('a resolution that lacks what a data policy demands', async () => {
    const remote = await runs.begun();
    const body = {
      error: {
        message: 'Operation Failed',
        detail: 'Data Policy Exception: The following fields are mandatory: Root cause',
      },
    };
    runs.fake.script([{ status: 403, body }], writes);
    const { verdict, remote: kept } = await runs.deliver({ remote, deliveryKey: 'dlv_2', message: solved });
    expect(verdict).toMatchObject({ kind: 'bad_payload', message: expect.stringContaining('Root cause') });
    expect(kept).toEqual(remote);
  });

  test('a password that is wrong, without saying it', async () => {
    const password = 'wrong horse é';
    const { verdict } = await runs.deliver({ config: { ...runs.config, password } });
    expect(verdict.kind).toBe('bad_configuration');
    const echoes = `Bad credentials ${Buffer.from(`waybill:${password}`).toString('base64')} ${password}`;
    runs.fake.script([{ status: 401, body: { error: { message: echoes } } }]);
    const echoed = await runs.deliver({ config: { ...runs.config, password } });
    expect(JSON.stringify([verdict, echoed])).not.toMatch(/wrong|d3Jvbmc|d2F5YmlsbDp3/);
  });

  test('a host where nothing listens', async () => {
    const config = { ...runs.config, instanceUrl: 'http://127.0.0.1:9' };
    expect((await runs.deliver({ config })).verdict).toMatchObject({ kind: 'retry', code: 'connection_refused' });
  });
});

describe('an OAuth client', () => {
  const config = () => ({ ...(runs.fake.oauthConfig as unknown as ServicenowRuns['config']) });

  test('gets one token for many deliveries', async () => {
    await runs.deliver({ config: config() });
    await runs.deliver({ config: config(), deliveryKey: 'dlv_2', message: again });
    expect(runs.steps.filter((step) => step === 'get an access token')).toHaveLength(1);
    expect(runs.fake.things()[0]?.notes).toHaveLength(1);
  });

  test('gets another one when the instance no longer takes it, once', async () => {
    await runs.deliver({ config: config() });
    runs.fake.expireTokens();
    expect((await runs.deliver({ config: config(), deliveryKey: 'dlv_2', message: again })).verdict).toEqual(delivered);
    const refused = { status: 401, body: { error: { message: 'User Not Authenticated' } } };
    runs.fake.script([refused, refused], ({ path }) => path.startsWith('/api/'));
    expect((await runs.deliver({ config: config(), deliveryKey: 'dlv_3' })).verdict.kind).toBe('bad_configuration');
    expect(runs.steps.filter((step) => step === 'get an access token')).toHaveLength(3);
  });

  test.each([401, 400, 404])(
    'that is refused with %i is told what to look at, and no record counts as gone',
    async (status) => {
      const remote = await runs.begun();
      runs.fake.script([{ status, body: { error: 'server_error', error_description: 'access_denied' } }]);
      const { verdict, remote: kept } = await runs.deliver({ config: config(), remote, deliveryKey: 'dlv_2' });
      expect(verdict).toMatchObject({
        kind: 'bad_configuration',
        message: expect.stringContaining('check client ID and secret'),
      });
      expect(kept).toBeUndefined();
    },
  );
});
