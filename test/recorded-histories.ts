import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { JsonHistory } from './history.ts';

/** One file per path, named after it. */
export const HISTORIES_FOLDER = fileURLToPath(new URL('histories', import.meta.url));

/** The kept histories by path. */
export function recordedHistories(): [path: string, history: JsonHistory][] {
  return readdirSync(HISTORIES_FOLDER)
    .filter((file) => file.endsWith('.json'))
    .map((file) => [file.slice(0, -'.json'.length), JSON.parse(readFileSync(`${HISTORIES_FOLDER}/${file}`, 'utf8'))]);
}

/** Without what tells the machine it was recorded on, and which no replay reads. */
export function withoutMachine(history: JsonHistory): JsonHistory {
  return JSON.parse(
    JSON.stringify(history, (key, value) => (key === 'identity' || key === 'stackTrace' ? '' : value)),
  ) as JsonHistory;
}
