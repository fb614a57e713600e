import { execFile, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { acquireFolderLock, FolderLockError } from '../../cli/folder-lock.ts';
import { cacheFolder } from '../../worker/dev-server/find-server.ts';
import { eventually } from '../eventually.ts';

export const N8N_VERSION = '2.40.7';
const PNPM_VERSION = '12.21.0';
/** 3 minutes on 2 cores; another run may have begun a moment ago. */
const INSTALL_LIMIT_MS = 20 * 60_000;
const REPORT_EVERY_MS = 20_000;
const SHOWN_OUTPUT = 4_000;

const MANIFEST = `${JSON.stringify({ name: 'n8n-of-the-tests', private: true, dependencies: { n8n: N8N_VERSION } }, null, 2)}\n`;

/** Of the overridden packages n8n's ranges ask for versions that do not go together, or that were taken back. */
const WORKSPACE = `nodeLinker: hoisted
autoInstallPeers: false
strictPeerDependencies: false
strictDepBuilds: false
allowBuilds:
  sqlite3: true
  isolated-vm: true
  '@sentry/node-native-stacktrace': true
overrides:
  linkedom: 0.18.12
  '@langchain/langgraph': 1.5.3
  '@langchain/protocol': 0.0.19
  '@langchain/langgraph-checkpoint': 1.1.5
`;

/**
 * Returns the folder of an installed n8n, in the user's cache and named by its version; installs it there once, in minutes and
 * 2 GB, which `report` is told of. Another run that wants the same waits. @throws with pnpm's last words where it cannot be had.
 */
export async function installN8n(report: (text: string) => void): Promise<string> {
  const cache = cacheFolder(process.env, homedir());
  const folder = join(cache, `n8n-${N8N_VERSION}`);
  if (isInstalled(folder)) return folder;
  mkdirSync(cache, { recursive: true });
  const lock = await eventually('the lock of the installation', () => lockOf(join(cache, '.n8n')), INSTALL_LIMIT_MS);
  try {
    if (isInstalled(folder)) return folder;
    const begun = performance.now();
    report(`installing n8n ${N8N_VERSION} into ${folder}; this takes minutes, and only the first time`);
    rmSync(folder, { recursive: true, force: true });
    const building = mkdtempSync(join(cache, '.n8n', 'installing-'));
    try {
      writeFileSync(join(building, 'package.json'), MANIFEST);
      writeFileSync(join(building, 'pnpm-workspace.yaml'), WORKSPACE);
      await install(building, (text) => report(`n8n, ${secondsSince(begun)} s: ${text}`));
      // Renamed into place: a run that is killed before leaves nothing that looks installed.
      renameSync(building, folder);
    } finally {
      rmSync(building, { recursive: true, force: true });
    }
    report(`n8n was installed in ${secondsSince(begun)} s`);
    return folder;
  } finally {
    lock.release();
  }
}

/** As it would be installed now: a changed list of versions is another installation. */
function isInstalled(folder: string): boolean {
  const workspace = join(folder, 'pnpm-workspace.yaml');
  return existsSync(workspace) && readFileSync(workspace, 'utf8') === WORKSPACE;
}

async function lockOf(folder: string) {
  return acquireFolderLock(folder).catch((error: unknown) => {
    if (error instanceof FolderLockError && error.message.includes('in use')) return null;
    throw error;
  });
}

/** npm, as the machine has it configured, brings pnpm: npm itself takes a multiple of the time for n8n. */
async function install(folder: string, report: (text: string) => void): Promise<void> {
  const args = ['exec', '--yes', `--package=pnpm@${PNPM_VERSION}`, '--', 'pnpm', 'install'];
  const registry = await npmSetting('registry');
  // Headers for native parts; without the setting node-gyp fetches those of this Node.
  const nodedir = await npmSetting('nodedir');
  const child = spawn('npm', [...args, '--reporter=append-only', ...(registry ? [`--registry=${registry}`] : [])], {
    cwd: folder,
    env: { ...process.env, CI: 'true', ...(nodedir && { npm_config_nodedir: nodedir }) },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: INSTALL_LIMIT_MS,
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (data: Buffer) => {
      said = (said + data.toString()).slice(-SHOWN_OUTPUT);
    });
  }
  const reporting = setInterval(() => report(lastLineOf(said)), REPORT_EVERY_MS);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  }).finally(() => clearInterval(reporting));
  if (code !== 0) throw new Error(`n8n ${N8N_VERSION} could not be installed (exit code ${code}):\n${said}`);
}

/** A setting of npm's configuration; undefined where there is none. */
async function npmSetting(name: string): Promise<string | undefined> {
  const { stdout } = await promisify(execFile)('npm', ['config', 'get', name]);
  const value = stdout.trim();
  return value === '' || value === 'undefined' ? undefined : value;
}

function lastLineOf(text: string): string {
  return text.trimEnd().split('\n').at(-1)?.slice(0, 120) ?? '';
}

function secondsSince(begun: number): number {
  return Math.round((performance.now() - begun) / 1_000);
}
