import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const rows = readFileSync(join(root, 'docs/systems.md'), 'utf8')
  .split('\n')
  .map((line) => line.split(' | ').map((cell) => cell.replace(/^\| | \|$/g, '')))
  .filter(([id = '']) => /^[A-Z]\d+$/.test(id));

/** Rows of which no test can tell: a limit that there is none of. */
const WITHOUT_PROOF = ['T42'];

test('every statement of the systems has a row with a proof', () => {
  expect(rows.length).toBeGreaterThan(90);
  expect(new Set(rows.map(([id]) => id)).size).toBe(rows.length);
  expect(rows.filter((row) => row.length !== 5)).toEqual([]);
  expect(rows.filter((row) => row[4] === '—').map(([id]) => id)).toEqual(WITHOUT_PROOF);
});

test.each(rows.filter((row) => row[4] !== '—').map(([id = '', , , , proof = '']) => [id, proof]))(
  'the tests that prove %s exist',
  (_id, proof) => {
    for (const one of proof.split('<br>')) {
      const [, file = '', title = ''] = /^`([^`]+)` › (.+)$/.exec(one) ?? [];
      expect(existsSync(join(root, file)), `${file} of "${one}"`).toBe(true);
      expect(readFileSync(join(root, file), 'utf8').replaceAll("\\'", "'")).toContain(title.replaceAll('\\<', '<'));
    }
  },
);
