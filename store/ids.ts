import { randomFillSync } from 'node:crypto';
import { encodeTime, monotonicFactory } from 'ulid';

/**
 * Kinds of ids, by prefix: organization, API key, endpoint, endpoint secret, event, delivery, attempt, carrier workflow, portal
 * link, portal session, source, receipt, activity.
 */
export type IdPrefix =
  | 'org'
  | 'key'
  | 'ep'
  | 'sec'
  | 'evt'
  | 'dlv'
  | 'atm'
  | 'car'
  | 'lnk'
  | 'pse'
  | 'src'
  | 'rcp'
  | 'act';

const pool = new Uint8Array(4096);
let used = pool.length;

// The package asks for one random byte per character; a call into the kernel each would cost more than the publish's own work.
function random(): number {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  return (pool[used++] as number) / 256;
}

const ulid = monotonicFactory(random);

/** A fresh id such as `evt_01k…`: ids made by one process sort in the order they were made. */
export function newId(prefix: IdPrefix): string {
  return `${prefix}_${ulid().toLowerCase()}`;
}

/** Lowest id of this kind that could be made at this time (ISO): ids of what was made before sort before it. */
export function firstIdAt(prefix: IdPrefix, time: string): string {
  return `${prefix}_${encodeTime(Date.parse(time)).toLowerCase()}${'0'.repeat(16)}`;
}

/** Clocks of those who make ids and of the database may differ by so much. */
const CLOCKS_DIFFER_MS = 3_600_000;

/** An id that everything sorts behind which the database says was made at this time (ISO) or later. */
export function idBefore(prefix: IdPrefix, time: string): string {
  return firstIdAt(prefix, shifted(time, -CLOCKS_DIFFER_MS));
}

/** An id that everything sorts before which the database says was made before this time (ISO). */
export function idBehind(prefix: IdPrefix, time: string): string {
  return firstIdAt(prefix, shifted(time, CLOCKS_DIFFER_MS));
}

function shifted(time: string, byMs: number): string {
  return new Date(Math.max(0, Date.parse(time) + byMs)).toISOString();
}
