import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { cacheFolder } from '../worker/dev-server/find-server.ts';

/**
 * `npm run lint:n8n`: holds the package that `npm run pack:n8n` made against n8n's rules, those of `n8n-node lint` in its strict form
 * on the sources, and those of n8n's package scanner on sources and tarball. Fails, saying which rule is broken where; warnings are
 * failures too. The tools are installed once into the user's cache folder, at the versions of `test/n8n-lint/package-lock.json`.
 */
const ROOT = join(import.meta.dirname, '..');
const DIST = join(ROOT, 'dist');
const STAGE = join(DIST, 'n8n');
const TOOLS = join(ROOT, 'test', 'n8n-lint');

interface Scan {
  passed: boolean;
  message?: string;
  details?: string;
}

interface Scanner {
  SOURCE_FILE_PATTERNS: string[];
  analyzePackage(folder: string, patterns?: string[]): Promise<Scan>;
}

const { version }: { version: string } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
const tarball = join(DIST, `n8n-nodes-waybill-${version}.tgz`);
if (!existsSync(tarball)) throw new Error('There is no package yet: npm run pack:n8n');

const tools = installedTools();
const work = mkdtempSync(join(tmpdir(), 'waybill-n8n-lint-'));
try {
  const sources = join(work, 'sources');
  cpSync(STAGE, sources, { recursive: true });
  symlinkSync(join(tools, 'node_modules'), join(sources, 'node_modules'));
  lint(sources);
  const scanner: Scanner = await import(join(tools, 'node_modules/@n8n/scan-community-package/scanner/scanner.mjs'));
  await scan('sources', () => scanner.analyzePackage(sources, scanner.SOURCE_FILE_PATTERNS));
  execFileSync('tar', ['-xzf', tarball, '-C', work]);
  await scan('tarball', () => scanner.analyzePackage(join(work, 'package')));
} finally {
  rmSync(work, { recursive: true, force: true });
}

/** n8n's command passes over warnings; ESLint itself, with the same configuration, does not. */
function lint(folder: string): void {
  const commands = [
    ['@n8n/node-cli/bin/n8n-node.mjs', 'lint'],
    ['eslint/bin/eslint.js', '--max-warnings=0', '.'],
  ];
  for (const [file = '', ...args] of commands) {
    const script = join(tools, 'node_modules', file);
    const { status } = spawnSync(process.execPath, [script, ...args], { cwd: folder, stdio: 'inherit' });
    if (status !== 0) throw new Error(`n8n's lint refuses the sources (exit code ${status})`);
  }
}

async function scan(what: string, analyze: () => Promise<Scan>): Promise<void> {
  const { passed, message, details } = await analyze();
  if (!passed) throw new Error(`n8n's scanner refuses the ${what}: ${message}\n${details ?? ''}`);
  process.stdout.write(`n8n's scanner passes the ${what}.\n`);
}

/** The folder of the tools, named by what is in it; installed where it is not there yet. */
function installedTools(): string {
  const lock = readFileSync(join(TOOLS, 'package-lock.json'));
  const name = `n8n-lint-${createHash('sha256').update(lock).digest('hex').slice(0, 12)}`;
  const cache = cacheFolder(process.env, homedir());
  const folder = join(cache, name);
  if (existsSync(folder)) return folder;
  process.stdout.write(`installing n8n's lint into ${folder}, once\n`);
  mkdirSync(cache, { recursive: true });
  const building = mkdtempSync(join(cache, `.${name}-`));
  try {
    for (const file of globSync('**/package*.json', { cwd: TOOLS })) cpSync(join(TOOLS, file), join(building, file));
    // No scripts: what they build, the lint does not use. Peers as they are: what n8n's own tools ask of each other cannot be had.
    const args = ['ci', '--ignore-scripts', '--legacy-peer-deps', '--no-audit', '--no-fund'];
    execFileSync('npm', args, { cwd: building, stdio: ['ignore', 'inherit', 'inherit'] });
    moveInto(building, folder);
  } finally {
    rmSync(building, { recursive: true, force: true });
  }
  return folder;
}

/** A whole folder or none; another run may have been first, with the same. */
function moveInto(building: string, folder: string): void {
  try {
    renameSync(building, folder);
  } catch (error) {
    if (!existsSync(folder)) throw error;
  }
}
