import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { type Api, createApi } from '../api.ts';
import { type DemoRow, rowOf, type ScenarioOptions, untilSettled } from './deliveries.ts';
import { type DemoReceiver, startReceiver } from './receiver.ts';
import { checkFlowcertaSlack, RECEIVER_CHECKS } from './receiver-checks.ts';

/** Of organizations that set no other hour. */
const SCHEDULE = 'scan-exceptions-04-UTC';
/** A run that was under way may have passed the organization by, and then no other was begun. */
const RUN_AGAIN_MS = 10_000;
const DAY_MS = 86_400_000;
const DAYS_LEFT = 5;
const THRESHOLD = 70;
const BELOW_THRESHOLD = 'validation.below_threshold';
const EXPIRING_SOON = 'exception.expiring_soon';

const FILE = { fileName: 'Main.xaml', ruleId: 'FC-UIP-HCD-001', location: 'Main.xaml:42' };
const VALIDATION = { platform: 'uipath', fileName: FILE.fileName, label: null, score: 47 };

/** The two formats of Flowcerta's webhooks that are shown, each with a receiver of its own. */
const TARGETS = ['generic', 'slack'] as const;
const TITLES = { generic: 'Flowcerta, as it is', slack: 'Flowcerta, for Slack' };

/**
 * Hands in a validation that scores under its organization's threshold, and an exception that is about to expire, has the daily scan
 * run now, and waits until both are told to both receivers or `limitMs` are over. One row per event and receiver.
 */
export async function runDailyScenario(options: ScenarioOptions): Promise<DemoRow[]> {
  const checks = { generic: RECEIVER_CHECKS.flowcerta, slack: checkFlowcertaSlack };
  const receiver = await startReceiver(checks, []);
  try {
    const admin = createApi(options.url, options.adminKey);
    const { key } = await admin.post<{ key: string }>('/v1/organizations', { name: 'Demo of the daily work' });
    const api = createApi(options.url, key);
    await api.patch('/flowcerta/api/v1/alert-settings', { scoreThreshold: THRESHOLD });
    const endpoints = new Map<string, string>();
    for (const target of TARGETS) endpoints.set(target, await createEndpoint(api, receiver, target));
    await handIn(api, receiver);
    options.report('handed in a validation and an exception');
    let nextRunAt = 0;
    const deliveries = await untilSettled(api, 2 * TARGETS.length, options, async () => {
      if (performance.now() < nextRunAt) return;
      nextRunAt = performance.now() + RUN_AGAIN_MS;
      await admin.post(`/v1/schedules/${SCHEDULE}/run`, {});
    });
    return TARGETS.flatMap((target) =>
      [BELOW_THRESHOLD, EXPIRING_SOON].map((type) => {
        const endpoint = endpoints.get(target);
        const delivery = deliveries.find((one) => one.endpointId === endpoint && one.eventType === type);
        return rowOf({ system: TITLES[target], receiver: target, type, requests: 1 }, delivery, receiver);
      }),
    );
  } finally {
    await receiver.close();
  }
}

async function createEndpoint(api: Api, receiver: DemoReceiver, target: string): Promise<string> {
  const { id, secret } = await api.post<{ id: string; secret: string }>('/v1/endpoints', {
    url: receiver.urlOf(target),
    dialect: 'flowcerta',
    options: { target },
    eventTypes: [BELOW_THRESHOLD, EXPIRING_SOON],
  });
  receiver.know(target, { secret, sharedHeader: '' });
  return id;
}

/** Says first what is to arrive, since the validation's event leaves at once. */
async function handIn(api: Api, receiver: DemoReceiver): Promise<void> {
  const validation = { validationId: randomUUID(), ...VALIDATION };
  const exception = {
    exceptionId: randomUUID(),
    ...FILE,
    reason: 'Documented credential injected at runtime by Orchestrator.',
    expiresAt: new Date(Date.now() + DAYS_LEFT * DAY_MS).toISOString(),
    requestedByEmail: 'ops-lead@example.com',
  };
  const told = {
    [BELOW_THRESHOLD]: { ...validation, threshold: THRESHOLD },
    [EXPIRING_SOON]: { ...exception, daysRemaining: DAYS_LEFT },
  };
  const words = {
    [BELOW_THRESHOLD]: [FILE.fileName, `scored ${VALIDATION.score}`, `threshold of ${THRESHOLD}`],
    [EXPIRING_SOON]: [FILE.ruleId, FILE.location, `${DAYS_LEFT} days`],
  };
  for (const type of [BELOW_THRESHOLD, EXPIRING_SOON] as const) {
    receiver.expect('generic', type, { fits: (received) => isDeepStrictEqual(received, told[type]) });
    receiver.expect('slack', type, {
      fits: (message) => words[type].every((word) => JSON.stringify(message).includes(word)),
    });
  }
  await api.post('/flowcerta/api/v1/validations', {
    ...validation,
    passed: false,
    enforcementMode: 'blocking',
    policyPackSlug: 'uipath-reframework-baseline',
    findings: [
      {
        ruleId: FILE.ruleId,
        severity: 'critical',
        category: 'hardcoded_value',
        location: FILE.location,
        description: 'Hardcoded credential or sensitive value detected.',
      },
    ],
  });
  await api.post('/flowcerta/api/v1/exceptions', { ...exception, status: 'approved' });
}
