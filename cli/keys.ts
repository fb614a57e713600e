import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Keys kept in the data folder: made at the first start, mode 600, used again afterwards. */
export interface LocalKeys {
  adminKey: string;
  /** Where the admin key lies; null when it was given by the environment. */
  adminKeyFile: string | null;
  /** 32 bytes. */
  secretKey: Uint8Array;
}

/** As `WAYBILL_ADMIN_KEY` has it, so that an own one may be put into the file. */
const ADMIN_KEY = /^[\x21-\x7e]{16,}$/;
const SECRET_KEY = /^[\w+/-]{43}=?$/;

/** Keys given by the environment win; what is missing is read from the folder, or generated into it. Throws when a file holds no key. */
export function localKeys(
  dataDir: string,
  given: { adminKey?: string | undefined; secretKey?: Uint8Array | undefined },
): LocalKeys {
  const adminKeyFile = join(dataDir, 'admin-key');
  const adminKey =
    given.adminKey ?? readOrMake(adminKeyFile, ADMIN_KEY, () => `wb_admin_${randomBytes(32).toString('base64url')}`);
  const secretKey =
    given.secretKey ??
    Buffer.from(
      readOrMake(join(dataDir, 'secret-key'), SECRET_KEY, () => randomBytes(32).toString('base64')),
      'base64',
    );
  return { adminKey, adminKeyFile: given.adminKey ? null : adminKeyFile, secretKey };
}

function readOrMake(file: string, form: RegExp, make: () => string): string {
  if (existsSync(file)) {
    const text = readFileSync(file, 'utf8').trim();
    // An empty or cut-off key would be a weak one.
    if (!form.test(text)) throw new Error(`the file ${file} holds no key: put the right one back into it`);
    return text;
  }
  const text = make();
  // Renamed into place, so that a process killed here leaves no half key.
  writeFileSync(`${file}.new`, `${text}\n`, { mode: 0o600 });
  renameSync(`${file}.new`, file);
  return text;
}
