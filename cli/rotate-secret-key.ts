import { join } from 'node:path';
import type { Environment } from './config.ts';
import { acquireFolderLock } from './folder-lock.ts';
import { createLog } from './logger.ts';
import { openParts } from './parts.ts';
import { requireConfig } from './require-config.ts';

/**
 * `waybill rotate-secret-key`: encrypts every stored secret anew with the first key. With Postgres while everything runs; the embedded store
 * is used by one process, so Waybill must have been stopped. Rejects at a secret that neither key opens; it may be run again.
 */
export async function rotateSecretKey(environment: Environment): Promise<void> {
  const config = requireConfig(environment);
  if (!config.secretKey || !config.secondSecretKey) {
    throw new Error(
      'set WAYBILL_SECRET_KEY to the new key and WAYBILL_SECOND_SECRET_KEY to the old one (the file secret-key of the data folder holds a generated one)',
    );
  }
  const lock = config.databaseUrl ? null : await acquireFolderLock(config.dataDir);
  const log = createLog(config.logLevel, process.stdout.isTTY);
  try {
    const storeDir = join(config.dataDir, 'store');
    const parts = await openParts({ config, secretKey: config.secretKey, storeDir, logger: log.logger });
    try {
      const count = await parts.store.resealSecrets();
      log.flush();
      process.stdout.write(
        `${count} secrets are encrypted with WAYBILL_SECRET_KEY; the second key is no longer needed\n`,
      );
    } finally {
      await parts.close();
    }
  } finally {
    lock?.release();
  }
}
