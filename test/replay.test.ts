import { Worker } from '@temporalio/worker';
import { describe, expect, test } from 'vitest';
import { textOf } from './history.ts';
import { MARKS } from './history-paths.ts';
import { recordedHistories } from './recorded-histories.ts';
import { bundledWorkflows } from './temporal.ts';

// Needs no server: what ran with the workflow's code as it was must run alike with the code as it is.
describe('histories recorded earlier', () => {
  const histories = recordedHistories();
  const bundle = () => ({ workflowBundle: { codePath: bundledWorkflows() } });

  test('cover every path', () => {
    expect(histories.map(([path]) => path).sort()).toEqual([
      'alert-thresholds',
      'apply-retention',
      'cancel',
      'cancel-in-temporal',
      'carrier',
      'exhausted',
      'export',
      'first-try',
      'resend',
      'retry',
      'retry-now',
      'scan-exceptions',
      'scan-goes-on',
    ]);
  });

  test.each(histories)('%s replays', async (path, history) => {
    await Worker.runReplayHistory(bundle(), history, path);
  });

  test('a change of what the workflow does would be noticed', async () => {
    const history = structuredClone(histories.find(([path]) => path === 'retry')?.[1]);
    const text = JSON.stringify(history).replaceAll('"name":"attempt"', '"name":"somethingElse"');
    await expect(Worker.runReplayHistory(bundle(), JSON.parse(text), 'changed')).rejects.toThrow('TMPRL1100');
  });

  test.each(histories)('%s holds no body, secret, header or address', (_path, history) => {
    for (const mark of Object.values(MARKS)) expect(textOf(history)).not.toContain(mark);
  });
});
