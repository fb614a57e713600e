import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { createServer } from 'node:net';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import pg from 'pg';
import { cacheFolder, findServer } from '../../worker/dev-server/find-server.ts';
import { type Config, type Environment, loadConfig } from '../config.ts';
import { explain } from '../explain.ts';
import { acquireFolderLock } from '../folder-lock.ts';
import { describeFault } from '../require-config.ts';
import type { DataDirFacts, Facts, PortFacts, TemporalFacts } from './facts.ts';

const ANSWER_TIMEOUT_MS = 5_000;

/** Looks at this machine. Changes nothing on it, and starts nothing. */
export async function probe(environment: Environment): Promise<Facts> {
  const { config, faults } = usableConfig(environment);
  const dataDir = resolve(config.dataDir);
  const nativeModuleError = await errorOf(import('@temporalio/worker'));
  const folder = await probeDataDir(dataDir);
  const { bavail, bsize } = await statfs(nearestExisting(dataDir));
  const report = process.report.getReport() as { header?: { glibcVersionRuntime?: string } };
  return {
    nodeVersion: process.versions.node,
    platform: process.platform,
    glibc: report.header?.glibcVersionRuntime ?? null,
    nativeModuleError,
    configFaults: faults,
    dataDir: folder,
    ports: await probePorts(config),
    temporal: await probeTemporal(config, environment, nativeModuleError !== null),
    database: config.databaseUrl ? await probeDatabase(config.databaseUrl) : null,
    freeDiskBytes: bavail * bsize,
    freeMemoryBytes: process.availableMemory(),
    keyFiles: ['admin-key', 'secret-key']
      .map((name) => join(dataDir, name))
      .filter((path) => existsSync(path))
      .map((path) => ({ path, mode: statSync(path).mode & 0o777 })),
  };
}

/** With faults, the rest of the environment is looked at without the variables at fault. */
function usableConfig(environment: Environment): { config: Config; faults: string[] } {
  const loaded = loadConfig(environment);
  if (loaded.ok) return { config: loaded.config, faults: [] };
  const wrong = new Set(loaded.faults.map(({ variable }) => variable));
  const rest = loadConfig(Object.fromEntries(Object.entries(environment).filter(([name]) => !wrong.has(name))));
  if (!rest.ok) throw new Error('the environment stays wrong without what is wrong in it');
  return { config: rest.config, faults: loaded.faults.map(describeFault) };
}

/** A folder that does not exist yet is not made. */
async function probeDataDir(path: string): Promise<DataDirFacts> {
  try {
    if (!existsSync(path)) {
      const above = nearestExisting(path);
      if (!statSync(above).isDirectory()) throw new Error(`the folder ${path} cannot be made: ${above} is a file`);
      accessSync(above, constants.W_OK | constants.X_OK);
      return { path, state: 'usable', error: null };
    }
    (await acquireFolderLock(path)).release();
    return { path, state: 'usable', error: null };
  } catch (error) {
    const text = explain(error);
    return { path, state: text.includes('in use by another Waybill') ? 'held' : 'unusable', error: text };
  }
}

async function probePorts(config: Config): Promise<PortFacts[]> {
  const ports = [{ host: config.host, port: config.port, purpose: 'the API', variable: 'WAYBILL_PORT' }];
  if (config.temporalAddress === undefined) {
    const host = '127.0.0.1';
    ports.push(
      { host, port: config.temporalPort, purpose: 'Temporal', variable: 'WAYBILL_TEMPORAL_PORT' },
      { host, port: config.temporalUiPort, purpose: "Temporal's UI", variable: 'WAYBILL_TEMPORAL_UI_PORT' },
    );
  }
  const given = ports.filter(({ port }) => port > 0);
  return Promise.all(given.map(async ({ host, ...rest }) => ({ ...rest, isFree: await isFree(host, rest.port) })));
}

async function isFree(host: string, port: number): Promise<boolean> {
  const server = createServer();
  const listening = await new Promise<boolean>((done) => {
    server.once('error', () => done(false));
    server.listen({ host, port, exclusive: true }, () => done(true));
  });
  if (listening) await new Promise<void>((done) => server.close(() => done()));
  return listening;
}

async function probeTemporal(config: Config, environment: Environment, isBroken: boolean): Promise<TemporalFacts> {
  const address = config.temporalAddress;
  if (address !== undefined) {
    const error = isBroken
      ? 'not tried, since the native module does not load'
      : await errorOf(connect(config, environment));
    return { way: 'address', address, error };
  }
  try {
    const { executable, serverVersion } = await findServer({
      dataDir: config.dataDir,
      cacheDir: cacheFolder(environment, homedir()),
      environment,
      report: () => undefined,
      // Looks for one, and builds none.
      signal: AbortSignal.abort(),
    });
    return { way: 'installed', executable, serverVersion };
  } catch (error) {
    return (error as Error).name === 'AbortError' ? { way: 'to_build' } : { way: 'none', error: explain(error) };
  }
}

async function connect(config: Config, environment: Environment): Promise<void> {
  const [{ connectTemporal }, { connectionTo }] = await Promise.all([
    import('../../worker/connect.ts'),
    import('../temporal.ts'),
  ]);
  const late = new Promise<never>((_, reject) => {
    setTimeout(() => reject(new Error(`no answer within ${ANSWER_TIMEOUT_MS / 1000} s`)), ANSWER_TIMEOUT_MS).unref();
  });
  const connection = await Promise.race([connectTemporal(connectionTo(config, environment)), late]);
  await connection.close();
}

async function probeDatabase(connectionString: string): Promise<{ name: string; error: string | null }> {
  const { host, pathname } = new URL(connectionString);
  const client = new pg.Client({ connectionString, connectionTimeoutMillis: ANSWER_TIMEOUT_MS });
  const error = await errorOf(client.connect().then(() => client.query('select 1')));
  await client.end().catch(() => undefined);
  return { name: `${host}${pathname}`, error };
}

function nearestExisting(path: string): string {
  return existsSync(path) ? path : nearestExisting(dirname(path));
}

function errorOf(work: Promise<unknown>): Promise<string | null> {
  return work.then(() => null, explain);
}
