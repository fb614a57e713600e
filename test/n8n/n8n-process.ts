import { randomBytes } from 'node:crypto';
import { cpSync, mkdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../worker/dev-server/ports.ts';
import { type ServerProcess, startServerProcess } from '../../worker/dev-server/server-process.ts';
import { eventually } from '../eventually.ts';

/** 15 s alone on 2 cores; a first boot makes the database. */
const START_LIMIT_MS = 180_000;
const SHOWN_LOG_LINES = 40;

/** How to reach a running n8n; plain data, so that a set-up can hand it to tests. */
export interface N8nAddress {
  /** `http://localhost:port`. FLTR's rule allows plain HTTP to this name only. */
  url: string;
  email: string;
  password: string;
}

/** An n8n of its own: data folder and ports stay over kills and starts. */
export interface N8nProcess extends N8nAddress {
  /** Starts it and returns once it serves webhooks. `environment` is added for this run. */
  start(environment?: Readonly<Record<string, string>>): Promise<void>;
  /** SIGKILL, as a machine that goes down would; returns when it is gone. */
  kill(): Promise<void>;
  /** What it has written so far, over all starts. */
  log(): string;
  /** Kills it and removes its data. For `afterAll`. */
  dispose(): Promise<void>;
}

/** Prepares data and ports for the n8n of `installation`, with our package as packed in `packageFolder`. Nothing runs before `start`. */
export async function anN8nProcess(installation: string, packageFolder: string): Promise<N8nProcess> {
  const folder = await mkdtemp(join(tmpdir(), 'waybill-n8n-'));
  const nodes = join(folder, '.n8n', 'nodes', 'node_modules', 'n8n-nodes-waybill');
  mkdirSync(nodes, { recursive: true });
  cpSync(packageFolder, nodes, { recursive: true });
  const logFile = join(folder, 'n8n.log');
  const [port, brokerPort] = [await freePort(), await freePort()];
  const url = `http://localhost:${port}`;
  const email = 'owner@waybill.test';
  const password = `Aa1${randomBytes(12).toString('hex')}`;
  const bcrypt = createRequire(join(installation, 'package.json'))('bcryptjs');
  const settings = {
    PATH: process.env.PATH,
    HOME: folder,
    N8N_USER_FOLDER: folder,
    N8N_ENCRYPTION_KEY: randomBytes(24).toString('hex'),
    N8N_PORT: String(port),
    N8N_LISTEN_ADDRESS: '127.0.0.1',
    N8N_HOST: 'localhost',
    N8N_PROTOCOL: 'http',
    WEBHOOK_URL: `${url}/`,
    N8N_RUNNERS_BROKER_PORT: String(brokerPort),
    DB_TYPE: 'sqlite',
    GENERIC_TIMEZONE: 'UTC',
    N8N_LOG_LEVEL: 'info',
    N8N_SECURE_COOKIE: 'false',
    N8N_INSTANCE_OWNER_MANAGED_BY_ENV: 'true',
    N8N_INSTANCE_OWNER_EMAIL: email,
    N8N_INSTANCE_OWNER_PASSWORD_HASH: bcrypt.hashSync(password, 8),
    // It asks nobody outside.
    N8N_DIAGNOSTICS_ENABLED: 'false',
    N8N_VERSION_NOTIFICATIONS_ENABLED: 'false',
    N8N_TEMPLATES_ENABLED: 'false',
    N8N_PERSONALIZATION_ENABLED: 'false',
    N8N_VERIFIED_PACKAGES_ENABLED: 'false',
    N8N_DYNAMIC_BANNERS_ENABLED: 'false',
    N8N_HIRING_BANNER_ENABLED: 'false',
    N8N_LICENSE_AUTO_RENEW_ENABLED: 'false',
    N8N_DISABLE_UI: 'true',
  };
  let running: ServerProcess | undefined;
  let ended: string | undefined;

  const log = () => readFileSync(logFile, 'utf8');
  const kill = async (): Promise<void> => {
    if (running === undefined || ended !== undefined) return;
    process.kill(running.pid, 'SIGKILL');
    await running.exited;
  };

  return {
    url,
    email,
    password,
    log,
    kill,
    async start(environment = {}) {
      ended = undefined;
      const server = await startServerProcess({
        executable: process.execPath,
        args: [join(installation, 'node_modules', 'n8n', 'bin', 'n8n'), 'start'],
        environment: { ...settings, ...environment },
        logFile,
        stopGraceSeconds: 10,
      });
      running = server;
      void server.exited.then((how) => {
        ended = how;
      });
      const isReady = async () => (await fetch(`${url}/healthz/readiness`).catch(() => undefined))?.ok;
      const ready = await eventually('n8n ready', async () => ended !== undefined || (await isReady()), START_LIMIT_MS)
        .then(() => ended === undefined)
        .catch(() => false);
      if (ready) return;
      const tail = log().split('\n').slice(-SHOWN_LOG_LINES).join('\n');
      throw new Error(`n8n ${ended === undefined ? 'was not ready' : `ended (${ended})`}:\n${tail}`);
    },
    async dispose() {
      await kill();
      await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
    },
  };
}
