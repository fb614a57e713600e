import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { Connection } from '@temporalio/client';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ensureNamespace } from '../namespace.ts';
import { type DevServer, type DevServerOptions, startDevServer } from './dev-server.ts';
import { cacheFolder, findServer } from './find-server.ts';
import { freePort } from './ports.ts';

let executable: string;
let dataDir: string;
const servers: DevServer[] = [];
const children: ChildProcess[] = [];

beforeAll(async () => {
  const cacheDir = cacheFolder(process.env, homedir());
  const found = await findServer({ dataDir: tmpdir(), cacheDir, environment: process.env, report: console.log });
  executable = found.executable;
});

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'waybill-server-'));
});

afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  await Promise.all(servers.splice(0).map((server) => server.stop()));
  rmSync(dataDir, { recursive: true, force: true });
});

function options(more: Partial<DevServerOptions> = {}): DevServerOptions {
  return { executable, dataDir, environment: process.env, namespace: 'waybill', headless: true, ...more };
}

async function start(more: Partial<DevServerOptions> = {}): Promise<DevServer> {
  const server = await startDevServer(options(more));
  servers.push(server);
  return server;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function namespaceId(server: DevServer): Promise<string> {
  const connection = await Connection.connect({ address: server.address });
  try {
    return (await ensureNamespace(connection, { namespace: 'waybill', retentionDays: 7 })).namespaceId;
  } finally {
    await connection.close();
  }
}

/** A fake `temporal` that runs a shell script. */
function aFake(script: string): string {
  const path = join(dataDir, 'fake-temporal');
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  return path;
}

describe('startDevServer', () => {
  it('returns once the server serves, with its UI', async () => {
    const server = await start({ headless: false });
    expect(await namespaceId(server)).toMatch(/^[0-9a-f-]{36}$/);
    await expect.poll(async () => (await fetch(`${server.uiUrl}/`)).status).toBe(200);
  });

  it('keeps its data over a stop and a start, on the ports that were asked for', async () => {
    const port = await freePort();
    const first = await start({ port });
    expect(first.address).toBe(`127.0.0.1:${port}`);
    const id = await namespaceId(first);
    const pid = first.pid() as number;
    await first.stop();
    expect(isAlive(pid)).toBe(false);
    expect(first.pid()).toBeUndefined();
    const second = await start({ port });
    expect(await namespaceId(second)).toBe(id);
  });

  it('restarts a server that dies, on the same address with the same data', async () => {
    const restarted = Promise.withResolvers<string>();
    const server = await start({ onRestart: restarted.resolve });
    const id = await namespaceId(server);
    const pid = server.pid() as number;
    process.kill(pid, 'SIGKILL');
    expect(await restarted.promise).toBe('signal 9');
    expect(server.pid()).not.toBe(pid);
    expect(await namespaceId(server)).toBe(id);
  });

  it('does not leave the server behind when its parent is killed with SIGKILL', async () => {
    const script = `
      const { startDevServer } = await import(${JSON.stringify(new URL('./dev-server.ts', import.meta.url).href)});
      const options = ${JSON.stringify({ executable, dataDir, namespace: 'waybill', headless: true })};
      const server = await startDevServer({ ...options, environment: process.env });
      process.stdout.write(JSON.stringify({ pid: server.pid(), address: server.address }));
    `;
    const parent = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    children.push(parent);
    const [line] = (await once(parent.stdout, 'data')) as [Buffer];
    const { pid, address } = JSON.parse(line.toString()) as { pid: number; address: string };
    expect(isAlive(pid)).toBe(true);
    parent.kill('SIGKILL');
    await once(parent, 'exit');
    await expect.poll(() => isAlive(pid), { timeout: 10_000 }).toBe(false);
    // A new Waybill can begin at once with the same port and database.
    const next = await start({ port: Number(address.split(':')[1]) });
    expect(next.address).toBe(address);
  });

  it('names a port that is taken', async () => {
    const other = createServer();
    other.listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as { port: number };
    try {
      await expect(startDevServer(options({ port }))).rejects.toThrow(`port ${port} for Temporal is taken`);
      await expect(startDevServer(options({ headless: false, uiPort: port }))).rejects.toThrow(
        `port ${port} for Temporal's UI is taken`,
      );
    } finally {
      other.close();
    }
  });

  it('shows the end of the log when the server ends at once', async () => {
    const failing = aFake('echo "unable to open database"; exit 3');
    writeFileSync(join(dataDir, 'temporal.log'), 'a line of an earlier run\n');
    const refused = await startDevServer(options({ executable: failing })).catch((error: unknown) => error as Error);
    expect((refused as Error).message).toBe(
      `Temporal does not come up: it ended at once (exit code 3). Its log, ${join(dataDir, 'temporal.log')}, ends with:\n` +
        'unable to open database',
    );
    expect(readFileSync(join(dataDir, 'temporal.log'), 'utf8')).toBe(
      'a line of an earlier run\nunable to open database\n',
    );
  });

  it('gives up on a server that never answers, and kills it even if it ignores SIGTERM', async () => {
    const deaf = aFake(`trap '' TERM; echo "I am $$"; while :; do sleep 1; done`);
    const refused = await startDevServer(options({ executable: deaf, startTimeoutMs: 500, stopGraceSeconds: 1 })).catch(
      (error: unknown) => error as Error,
    );
    const { message } = refused as Error;
    expect(message).toContain('it does not answer after 0.5 s');
    const pid = Number(/I am (\d+)/.exec(message)?.[1]);
    expect(isAlive(pid)).toBe(false);
  });

  it('tells of an executable that is missing', async () => {
    await expect(startDevServer(options({ executable: join(dataDir, 'none') }))).rejects.toThrow(/exit code 127/);
  });

  it('names a folder that cannot be used', async () => {
    const file = join(dataDir, 'a-file');
    writeFileSync(file, '');
    await expect(startDevServer(options({ dataDir: join(file, 'data') }))).rejects.toThrow(
      `the folder ${join(file, 'data')} cannot be used`,
    );
    mkdirSync(join(dataDir, 'temporal.log'));
    await expect(startDevServer(options())).rejects.toThrow(`the folder ${dataDir} cannot be used`);
  });
});
