import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildPortal } from '../../cli/portal/build.ts';
import { isCurrent } from '../../cli/portal/fingerprint.ts';
import { aWaybillProcess } from '../../test/waybill-process.ts';
import { type SharedWaybill, shareWaybill } from './shared-waybill.ts';

/** Retries that nobody asks for would hurry a test's own: the first comes after 500 seconds. */
const TIME_SCALE = '100';

/** Builds the page, and starts the Waybill that all tests use. */
export default async function setup(): Promise<() => Promise<void>> {
  if (!isCurrent()) await buildPortal();
  const waybill = await aWaybillProcess({ WAYBILL_TIME_SCALE: TIME_SCALE });
  try {
    await waybill.start();
  } catch (error) {
    await waybill.dispose();
    throw error;
  }
  const adminKey = readFileSync(join(waybill.dataDir, 'admin-key'), 'utf8').trim();
  shareWaybill({ url: waybill.url, adminKey } satisfies SharedWaybill);
  return () => waybill.dispose();
}
