import { writeFileSync } from 'node:fs';
import { Worker } from '@temporalio/worker';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ScanInput, ScanProgress } from '../activities/types.ts';
import { RETAINED } from '../domain/delivery/retained.ts';
import {
  ALERT_THRESHOLDS_WORKFLOW,
  APPLY_RETENTION_WORKFLOW,
  SCAN_EXCEPTIONS_WORKFLOW,
  TASK_QUEUE,
} from '../workflows/messages.ts';
import { historyOf, type JsonHistory, textOf } from './history.ts';
import { aPipeline, type Pipeline } from './pipeline.ts';
import { HISTORIES_FOLDER, withoutMachine } from './recorded-histories.ts';
import { bundledWorkflows } from './temporal.ts';

const at = { scanHour: 4, scanTimeZone: 'UTC' };
const STRETCHES = 23;

let p: Pipeline;
const histories = new Map<string, JsonHistory>();
const inputs: ScanInput[] = [];
const results = new Map<string, unknown>();

/** Ends on its twenty-third stretch, each of which does three things. */
async function pages(input: ScanInput): Promise<ScanProgress> {
  inputs.push(input);
  const done = (input.progress?.counts.done ?? 0) + 3;
  return done === STRETCHES * 3
    ? { part: null, after: null, counts: { done } }
    : { part: 'exceptions', after: `${done}`, counts: { done } };
}

beforeAll(async () => {
  p = await aPipeline();
  const run = async (path: string, workflowType: string, taskQueue: string, args: object) => {
    const handle = await p.client.workflow.start(workflowType, { workflowId: path, taskQueue, args: [args] });
    results.set(path, await handle.result());
    histories.set(path, await historyOf(p, path, handle.firstExecutionRunId));
  };
  await run('scan-exceptions', SCAN_EXCEPTIONS_WORKFLOW, TASK_QUEUE, { at });
  await run('alert-thresholds', ALERT_THRESHOLDS_WORKFLOW, TASK_QUEUE, { at });
  await run('apply-retention', APPLY_RETENTION_WORKFLOW, TASK_QUEUE, {});
  const worker = await Worker.create({
    connection: p.namespace.connection,
    namespace: p.namespace.namespace,
    taskQueue: 'long',
    workflowBundle: { codePath: bundledWorkflows() },
    activities: { exceptionPages: pages },
  });
  await worker.runUntil(run('scan-goes-on', SCAN_EXCEPTIONS_WORKFLOW, 'long', { at }));
}, 120_000);
afterAll(() => p.close());

test('a scan of many stretches continues as new where it stood, with its counts and its now', () => {
  expect(histories.get('scan-goes-on')?.events.at(-1)?.eventType).toBe(
    'EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW',
  );
  expect(inputs).toHaveLength(STRETCHES);
  expect(new Set(inputs.map(({ now, scheduledAt }) => `${now} ${scheduledAt}`)).size).toBe(1);
  expect(inputs.map(({ progress }) => progress?.after ?? null)).toEqual(
    inputs.map((_, n) => (n === 0 ? null : `${n * 3}`)),
  );
  expect(results.get('scan-goes-on')).toEqual({ counts: { done: STRETCHES * 3 } });
});

test('each scan goes through all its parts, and says what it did', () => {
  expect(results.get('scan-exceptions')).toEqual({ counts: { warned: 0, expired: 0 } });
  expect(results.get('alert-thresholds')).toEqual({ counts: { alerted: 0, failing: 0 } });
  expect(Object.keys((results.get('apply-retention') as { counts: object }).counts)).toEqual([...RETAINED]);
  for (const history of histories.values()) expect(textOf(history)).not.toContain(p.organizationId);
});

// How the fixtures of replay.test.ts are made: RECORD_HISTORIES=1 npx vitest run test/daily-histories.test.ts
test.runIf(process.env.RECORD_HISTORIES)('the histories are kept', () => {
  for (const [path, history] of histories) {
    writeFileSync(`${HISTORIES_FOLDER}/${path}.json`, `${JSON.stringify(withoutMachine(history), null, 1)}\n`);
  }
});
