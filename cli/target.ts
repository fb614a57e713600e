import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Environment } from './config.ts';
import { requireConfig } from './require-config.ts';

/** A running Waybill that the demo may use. */
export interface Target {
  url: string;
  adminKey: string;
}

/** What the caller says of it; with neither, one at the configured address is used if there is one. */
export interface TargetChoice {
  url?: string | undefined;
  adminKeyFile?: string | undefined;
}

const ANSWER_TIMEOUT_MS = 3_000;

/**
 * The Waybill that runs at the chosen or configured address, with an admin key that it takes; null when there is none and
 * none was asked for.
 * @throws when a choice was made and cannot be used.
 */
export async function findRunning(choice: TargetChoice, environment: Environment): Promise<Target | null> {
  const config = requireConfig(environment);
  const url = (choice.url ?? `http://${config.host === '0.0.0.0' ? '127.0.0.1' : config.host}:${config.port}`).replace(
    /\/+$/,
    '',
  );
  const isChosen = choice.url !== undefined || choice.adminKeyFile !== undefined;
  const keyFile = choice.adminKeyFile ?? join(config.dataDir, 'admin-key');
  const adminKey =
    choice.adminKeyFile === undefined && config.adminKey !== undefined ? config.adminKey : readKey(keyFile, isChosen);
  if (adminKey === null) return null;
  const fault = await faultOf(url, adminKey);
  if (fault === null) return { url, adminKey };
  if (isChosen) throw new Error(fault);
  return null;
}

function readKey(file: string, isChosen: boolean): string | null {
  if (existsSync(file)) return readFileSync(file, 'utf8').trim();
  if (isChosen) throw new Error(`there is no admin key in ${file}: name its file with --admin-key-file`);
  return null;
}

/** Why the Waybill at `url` cannot be used; null when it can. The key goes only to what answers as Waybill does. */
async function faultOf(url: string, adminKey: string): Promise<string | null> {
  const ask = (path: string, headers: Record<string, string> = {}) =>
    fetch(`${url}${path}`, { headers, redirect: 'error', signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS) }).catch(
      () => null,
    );
  const ready = await ask('/health/ready');
  const readiness = (await ready?.json().catch(() => null)) as { status?: string } | null | undefined;
  if (readiness?.status !== 'ready') return `no Waybill is ready at ${url}`;
  const listed = await ask('/v1/organizations?limit=1', { authorization: `Bearer ${adminKey}` });
  await listed?.body?.cancel();
  return listed?.ok ? null : `the Waybill at ${url} does not take the admin key`;
}
