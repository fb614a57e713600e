import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Keys kept in the data folder: made at the first start, mode 600, used again afterwards. */
export interface LocalKeys {
  adminKey: string;
  /** Where the admin key lies; null when it was given by the environment. */
  adminKeyFile: string | null;
  /** 32 bytes. */
  secretKey: Uint8Array;
}

/** Keys given by the environment win; what is missing is read from the folder, or generated into it. */
export function localKeys(dataDir: string, given: { adminKey?: string | undefined; secretKey?: Uint8Array | undefined }): LocalKeys {
  const adminKeyFile = join(dataDir, 'admin-key');
  const adminKey = given.adminKey ?? readOrMake(adminKeyFile, () => `wb_admin_${randomBytes(32).toString('base64url')}`);
  const secretKey =
    given.secretKey ?? Buffer.from(readOrMake(join(dataDir, 'secret-key'), () => randomBytes(32).toString('base64')), 'base64');
  return { adminKey, adminKeyFile: given.adminKey ? null : adminKeyFile, secretKey };
}

function readOrMake(file: string, make: () => string): string {
  if (existsSync(file)) return readFileSync(file, 'utf8').trim();
  const text = make();
  writeFileSync(file, `${text}\n`, { mode: 0o600, flag: 'wx' });
  return text;
}
