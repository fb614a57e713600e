import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** The oldest server that Waybill is tested with: worker heartbeats and the SDK's 1.24 calls are known to it. */
export const OLDEST_SERVER = '1.29';

/** The first start of 250 MB from a cold disk. */
const VERSION_TIMEOUT_MS = 30_000;

/** What `temporal --version` says of the server inside, or what is wrong with it. */
export type CheckedServer =
  | { readonly serverVersion: string; readonly fault?: undefined }
  | { readonly serverVersion?: undefined; readonly fault: string };

/** Runs `temporal --version`, which prints "temporal version 1.5.1 (Server 1.29.1, UI 2.42.1)"; a built one says 0.0.0-DEV. */
export async function checkServer(executable: string): Promise<CheckedServer> {
  let output: string;
  try {
    output = (await promisify(execFile)(executable, ['--version'], { timeout: VERSION_TIMEOUT_MS })).stdout;
  } catch (error) {
    const { code, killed } = error as { code?: string | number; killed?: boolean };
    return { fault: killed ? 'does not answer --version' : `cannot be run (${code ?? (error as Error).message})` };
  }
  const match = /Server (\d+)\.(\d+)\.(\S+?)[,)]/.exec(output);
  if (match === null) return { fault: `prints no server version: ${output.trim().slice(0, 100) || 'nothing'}` };
  const [, major, minor, patch] = match;
  const serverVersion = `${major}.${minor}.${patch}`;
  const [oldestMajor, oldestMinor] = OLDEST_SERVER.split('.').map(Number) as [number, number];
  const newEnough = Number(major) > oldestMajor || (Number(major) === oldestMajor && Number(minor) >= oldestMinor);
  return newEnough ? { serverVersion } : { fault: `has server ${serverVersion}, ${OLDEST_SERVER} or newer is needed` };
}
