import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { buildServer } from './build-server.ts';
import { checkServer } from './check-server.ts';
import { cacheFolder, type FindServerOptions, findServer } from './find-server.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'waybill-find-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function anExecutable(path: string, script: string): string {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  return path;
}

const printing = (text: string): string => `echo '${text}'`;
const printingServer = (version: string): string => printing(`temporal version 1.5.1 (Server ${version}, UI 2.42.1)`);

/** A `go` that "builds" a temporal with the given server version, slowly enough for a progress line. */
const building = (version: string): string => `
echo "$@" >> '${folder}/go-calls'
echo 'go: downloading go.temporal.io/server v1.29.1' >&2
echo 'go.temporal.io/server/common' >&2
sleep 0.3
printf '#!/bin/sh\\necho "temporal version 0.0.0-DEV (Server ${version}, UI 2.42.1)"\\n' > "$GOBIN/temporal"
chmod +x "$GOBIN/temporal"`;

/** Options whose PATH holds `bin` of the test's folder, then the system's (for the scripts' own sleep and chmod). */
function options(reports: string[] = []): FindServerOptions {
  const system = (process.env.PATH ?? '').split(delimiter).filter((dir) => dir === '/bin' || dir === '/usr/bin');
  return {
    dataDir: join(folder, 'data'),
    cacheDir: join(folder, 'cache'),
    environment: { PATH: [join(folder, 'bin'), ...system].join(delimiter) },
    report: (text) => reports.push(text),
  };
}

describe('findServer', () => {
  it('takes the temporal on the PATH before the ones in data folder and cache', async () => {
    const onPath = anExecutable(join(folder, 'bin/temporal'), printingServer('1.31.0'));
    anExecutable(join(folder, 'data/bin/temporal'), printingServer('1.29.1'));
    expect(await findServer(options())).toEqual({ executable: onPath, source: 'path', serverVersion: '1.31.0' });
  });

  it('passes over one that is too old, for the one in the data folder', async () => {
    anExecutable(join(folder, 'bin/temporal'), printingServer('1.28.3'));
    const inData = anExecutable(join(folder, 'data/bin/temporal'), printingServer('1.29.0'));
    anExecutable(join(folder, 'cache/bin/temporal'), printingServer('1.29.1'));
    expect(await findServer(options())).toEqual({ executable: inData, source: 'data', serverVersion: '1.29.0' });
  });

  it("takes the one in the user's cache", async () => {
    const cached = anExecutable(join(folder, 'cache/bin/temporal'), printingServer('1.29.1'));
    expect(await findServer(options())).toEqual({ executable: cached, source: 'cache', serverVersion: '1.29.1' });
  });

  it('builds one into the cache, telling of it, and finds it there the next time', async () => {
    anExecutable(join(folder, 'bin/go'), building('1.29.1'));
    const reports: string[] = [];
    const executable = join(folder, 'cache/bin/temporal');
    expect(await findServer(options(reports))).toEqual({ executable, source: 'built', serverVersion: '1.29.1' });
    expect(reports[0]).toContain('go install github.com/temporalio/cli/cmd/temporal@v1.5.1');
    expect(reports.at(-1)).toMatch(/^Built a Temporal server in \d+ s$/);
    expect(await findServer(options())).toMatchObject({ executable, source: 'cache' });
    expect(readFileSync(join(folder, 'go-calls'), 'utf8').trim().split('\n')).toHaveLength(1);
  });

  it('is not broken by several processes that build at once', async () => {
    anExecutable(join(folder, 'bin/go'), building('1.29.1'));
    const found = await Promise.all(Array.from({ length: 4 }, () => findServer(options())));
    expect(found.map(({ serverVersion }) => serverVersion)).toEqual(['1.29.1', '1.29.1', '1.29.1', '1.29.1']);
    expect(readdirSync(join(folder, 'cache/bin'))).toEqual(['temporal']);
  });

  it('lists what was tried and the ways to help when there is none', async () => {
    const old = anExecutable(join(folder, 'bin/temporal'), printingServer('1.20.1'));
    anExecutable(join(folder, 'bin/go'), 'echo "go: cannot find main module" >&2; exit 1');
    const refused = await findServer(options()).catch((error: unknown) => error as Error);
    expect(refused).toMatchObject({ name: 'ServerNotFoundError' });
    const { message } = refused as Error;
    expect(message).toContain(`${old}: has server 1.20.1, 1.29 or newer is needed`);
    expect(message).toContain('go: cannot find main module');
    expect(message).toContain('TEMPORAL_ADDRESS');
    expect(message).toContain('install Go');
    expect(readdirSync(join(folder, 'cache/bin'))).toEqual([]);
  });

  it('ends a build when asked to, and leaves nothing behind', async () => {
    anExecutable(join(folder, 'bin/go'), 'sleep 600');
    const stopping = new AbortController();
    const run = findServer({ ...options(), report: () => stopping.abort(), signal: stopping.signal });
    await expect(run).rejects.toThrow('aborted');
    expect(readdirSync(join(folder, 'cache/bin'))).toEqual([]);
  });
});

describe('buildServer', () => {
  it('tells every few seconds what is done and for how long', async () => {
    const go = anExecutable(join(folder, 'bin/go'), building('1.29.1'));
    const reports: string[] = [];
    const report = (text: string): number => reports.push(text);
    const target = join(folder, 'cache/bin/temporal');
    await buildServer({ go, target, environment: options().environment, report, reportEveryMs: 20 });
    expect(reports).toContainEqual(expect.stringMatching(/: 1 modules downloaded, 1 packages compiled, \d+ s$/));
  });

  it('does not put a result in place that cannot be used', async () => {
    const go = anExecutable(join(folder, 'bin/go'), building('1.2.3'));
    const target = anExecutable(join(folder, 'cache/bin/temporal'), printingServer('1.29.1'));
    const run = buildServer({ go, target, environment: options().environment, report: () => {} });
    await expect(run).rejects.toThrow('what was built has server 1.2.3');
    expect(await checkServer(target)).toEqual({ serverVersion: '1.29.1' });
  });
});

describe('checkServer', () => {
  it.each([
    ['temporal version 1.5.1 (Server 1.29.1, UI 2.42.1)', { serverVersion: '1.29.1' }],
    ['temporal version 0.0.0-DEV (Server 1.29.1, UI 2.42.1)', { serverVersion: '1.29.1' }],
    ['temporal version 1.9.0 (Server 1.32.0-157.0, UI 2.53.3)', { serverVersion: '1.32.0-157.0' }],
    ['temporal version 3.0.0 (Server 2.0.0, UI 3.0.0)', { serverVersion: '2.0.0' }],
    ['temporal version 1.0.0 (Server 1.24.2, UI 2.28.0)', { fault: 'has server 1.24.2, 1.29 or newer is needed' }],
    ['tctl version 1.18.1', { fault: 'prints no server version: tctl version 1.18.1' }],
    ['', { fault: 'prints no server version: nothing' }],
  ])('reads %j', async (output, expected) => {
    expect(await checkServer(anExecutable(join(folder, 'temporal'), printing(output)))).toEqual(expected);
  });

  it('tells of a file that cannot be run', async () => {
    expect(await checkServer(join(folder, 'missing'))).toEqual({ fault: 'cannot be run (ENOENT)' });
  });
});

describe('cacheFolder', () => {
  it('follows XDG_CACHE_HOME, and an empty one counts as unset', () => {
    expect(cacheFolder({ XDG_CACHE_HOME: '/var/cache' }, '/home/a')).toBe('/var/cache/waybill');
    expect(cacheFolder({ XDG_CACHE_HOME: '' }, '/home/a')).toBe('/home/a/.cache/waybill');
    expect(cacheFolder({}, '/home/a')).toBe('/home/a/.cache/waybill');
  });
});
