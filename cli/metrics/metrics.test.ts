import { expect, it } from 'vitest';
import type { AttemptLog } from '../../activities/send.ts';
import type { PublishItem } from '../../store/types.ts';
import { createMetrics, metricsText } from './metrics.ts';

const attempt: AttemptLog = {
  deliveryId: 'dlv_1',
  eventId: 'evt_1',
  dialect: 'fltr',
  eventType: 'document.failed',
  endpointId: 'ep_1',
  organizationId: 'org_1',
  attemptId: 'att_1',
  attemptNumber: 1,
  destination: 'webhook',
  outcome: 'timeout',
  statusCode: null,
  durationMs: 5_000,
  deliveryStatus: 'pending',
  retryInMs: 60_000,
};
const backlog = async () => ({ waiting: 7, oldestWaitingAt: new Date(Date.now() - 60_000).toISOString() });

it('counts what the process does, by system and outcome, and asks for the backlog at each scrape', async () => {
  const metrics = createMetrics();
  metrics.published({ dialect: 'fltr' } as PublishItem, { kind: 'created', eventId: 'evt_1', deliveryCount: 1 });
  metrics.attempted(attempt);
  metrics.attempted({ ...attempt, outcome: 'delivered', deliveryStatus: 'delivered', durationMs: 20 });
  metrics.claimed();
  metrics.started(100);
  metrics.committed('publish', 3);
  metrics.faulted('claim');
  const text = await metricsText(metrics, backlog, async () => 'temporal_request_total 4\n');
  for (const line of [
    'waybill_events_published_total{dialect="fltr",result="created"} 1',
    'waybill_attempts_total{dialect="fltr",destination="webhook",outcome="timeout"} 1',
    'waybill_attempts_total{dialect="fltr",destination="webhook",outcome="delivered"} 1',
    'waybill_deliveries_total{dialect="fltr",destination="webhook",status="delivered"} 1',
    'waybill_attempt_duration_seconds_bucket{le="5",dialect="fltr",destination="webhook"} 2',
    'waybill_claims_total 1',
    'waybill_workflow_deliveries_sum 100',
    'waybill_store_commit_items_sum{work="publish"} 3',
    'waybill_faults_total{where="claim"} 1',
    'waybill_deliveries_waiting 7',
    'temporal_request_total 4',
  ]) {
    expect(text.split('\n')).toContain(line);
  }
  expect(Number(/^waybill_oldest_waiting_seconds (.+)$/m.exec(text)?.[1])).toBeGreaterThanOrEqual(60);
  // A name of an organization or an endpoint would make a series each, and tell whoever reads them.
  expect(text).not.toMatch(/org_1|ep_1|evt_1|dlv_1/);
});

it('answers also when the store or the SDK does not', async () => {
  const fail = () => Promise.reject(new Error('away'));
  expect(await metricsText(createMetrics(), fail, fail)).toContain('waybill_deliveries_waiting 0');
});
