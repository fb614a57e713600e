import { mkdirSync, writeFileSync } from 'node:fs';
import { beforeAll, expect, test } from 'vitest';
import { type JsonHistory, textOf } from './history.ts';
import { liveHistories, MARKS } from './history-paths.ts';
import { HISTORIES_FOLDER, withoutMachine } from './recorded-histories.ts';

let histories: Map<string, JsonHistory>;
beforeAll(async () => {
  histories = await liveHistories();
});

test('a workflow of every path leaves ids in its history, never bodies, secrets or custom headers', () => {
  expect([...histories.keys()]).toHaveLength(8);
  for (const [path, history] of histories) {
    const text = textOf(history);
    expect(text, path).toContain('dlv_');
    for (const mark of Object.values(MARKS)) expect(text, path).not.toContain(mark);
  }
});

// How the fixtures of replay.test.ts are made: RECORD_HISTORIES=1 npx vitest run test/record-histories.test.ts
test.runIf(process.env.RECORD_HISTORIES)('the histories are kept', () => {
  mkdirSync(HISTORIES_FOLDER, { recursive: true });
  for (const [path, history] of histories) {
    writeFileSync(`${HISTORIES_FOLDER}/${path}.json`, `${JSON.stringify(withoutMachine(history), null, 1)}\n`);
  }
});
