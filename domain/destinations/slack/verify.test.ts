import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { aFakeSlack, type SlackFake } from '../../../cli/demo/vendors/slack.ts';
import { LOOPBACK_NETWORKS } from '../../../outbound/address-guard.ts';
import { createHttpClient } from '../../../outbound/http-client.ts';
import type { CheckResult, Steps } from '../destination.ts';
import { runSteps } from '../run-steps.ts';
import type { SlackConfig } from './config.ts';
import { slackDestination } from './destination.ts';

const tokens = { get: () => undefined, set: () => undefined, clear: () => undefined };

let slack: SlackFake;
let http: ReturnType<typeof createHttpClient>;

beforeEach(async () => {
  slack = await aFakeSlack();
  http = createHttpClient({ allowNetworks: LOOPBACK_NETWORKS });
});
afterEach(async () => {
  await http.close();
  await slack.close();
});

function run<Result>(steps: Steps<Result>): Promise<Result> {
  return runSteps(steps, { exchange: http.exchange, nowMs: () => performance.now(), onExchange: () => undefined });
}
const verify = (config: SlackConfig): Promise<CheckResult> => run(slackDestination.verify(config, tokens));
const fault = (field: string, rule: string) => ({ field, rule: expect.stringContaining(rule) });

describe('a check of a bot', () => {
  test('says who it is and which channel it is, reads only, and posts nothing', async () => {
    expect(await verify(slack.config)).toEqual({
      ok: true,
      found: ['signed in as waybill in Acme', 'channel #alerts'],
      faults: [],
    });
    expect(slack.requests.map(({ method }) => method)).toEqual(['GET', 'GET']);
    expect(slack.things()).toEqual([]);
  });

  test.each([
    ['botToken', { botToken: 'xoxb-9-other' }, 'not valid any more'],
    ['channel', { channel: 'C0UNKNOWN1' }, 'there is no such channel'],
    ['channel', { channel: 'C0GENERAL1' }, 'the app is not in #general: invite it'],
    ['channel', { channel: 'C0OLD00001' }, '#old-alerts is archived'],
  ] as const)('%s: %o', async (field, changes, rule) => {
    const checked = await verify({ ...slack.config, ...changes });
    expect(checked).toMatchObject({ ok: false, faults: [fault(field, rule)] });
  });

  test.each([
    ['chat:write', 'C0ALERTS01'],
    ['channels:history', 'C0ALERTS01'],
    ['groups:history', 'C0OPS00001'],
    ['channels:read', 'C0ALERTS01'],
  ])('names the scope %s that is missing', async (scope, channel) => {
    slack.scopes.delete(scope);
    expect(await verify({ ...slack.config, channel })).toMatchObject({ ok: false, faults: [fault('botToken', scope)] });
  });

  test('a public channel needs no scopes of private ones', async () => {
    for (const scope of ['groups:read', 'groups:history']) slack.scopes.delete(scope);
    expect(await verify(slack.config)).toMatchObject({ ok: true });
  });

  test('an address that is not Slack’s is a fault of the address', async () => {
    slack.script([{ status: 404, body: '<html>' }]);
    expect(await verify(slack.config)).toMatchObject({ faults: [fault('apiBaseUrl', 'not as Slack')] });
  });

  test('an outage is nobody’s fault, but told', async () => {
    const ratelimited = { ok: false, error: 'ratelimited' };
    slack.script([
      { status: 503, body: '' },
      { status: 429, body: ratelimited },
    ]);
    expect(await verify(slack.config)).toEqual({ ok: false, found: [], faults: [fault('', 'HTTP 503')] });
    expect(await verify(slack.config)).toEqual({ ok: false, found: [], faults: [fault('', 'ratelimited')] });
  });
});

describe('a check of a webhook', () => {
  test('finds it without posting anything', async () => {
    expect(await verify(slack.webhookConfig)).toEqual({ ok: true, found: ['the webhook exists'], faults: [] });
    expect(slack.things()).toEqual([]);
  });

  test('says that it was removed, without its address', async () => {
    slack.webhook.removed = true;
    const checked = await verify(slack.webhookConfig);
    expect(checked).toMatchObject({ ok: false, faults: [fault('webhookUrl', 'make a new one')] });
    expect(JSON.stringify(checked)).not.toContain('s3cr3t');
  });
});

describe('channels to pick', () => {
  const channels = (config: Partial<SlackConfig>) =>
    run(slackDestination.options.channel?.(config, tokens) as Steps<unknown>);

  test('those the app is in come first; archived ones do not', async () => {
    expect(await channels(slack.config)).toEqual([
      { value: 'C0ALERTS01', label: '#alerts' },
      { value: 'C0OPS00001', label: '#ops (private)' },
      { value: 'C0GENERAL1', label: '#general (invite the app first)' },
    ]);
  });

  test('without the scope for private ones the public ones are listed', async () => {
    slack.scopes.delete('groups:read');
    const listed = (await channels(slack.config)) as { value: string }[];
    expect(listed.map(({ value }) => value)).toEqual(['C0ALERTS01', 'C0GENERAL1']);
  });

  test('of very many the first are listed, in five requests', async () => {
    for (let index = 0; index < 2_000; index++) {
      slack.channels.push({
        id: `C${index}`,
        name: `c${index}`,
        is_private: false,
        is_member: false,
        is_archived: false,
      });
    }
    expect(await channels(slack.config)).toHaveLength(1_000);
    expect(slack.requests).toHaveLength(5);
  });

  test('without a token, or with one that is refused, the fault is told', async () => {
    expect(await channels({ via: 'bot' })).toEqual(fault('botToken', 'is needed'));
    expect(await channels({ ...slack.config, botToken: 'xoxb-9-other' })).toEqual(
      fault('botToken', 'not valid any more'),
    );
  });
});
