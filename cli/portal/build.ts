import { execFile } from 'node:child_process';
import { globSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { FINGERPRINT_FILE, isCurrent, PORTAL_FOLDER, ROOT, sourcesFingerprint } from './fingerprint.ts';

/** What is worth compressing; pictures are already. */
const TEXTS = '**/*.{html,js,css,svg,txt,webmanifest}';

/**
 * Builds the portal's page into `dist/portal`, with each text compressed beside it. The folder appears at once and whole, so that
 * builds at the same time, or one that is killed, leave no half page. Resolves with what the bundler has said, and rejects with why it could not.
 */
export async function buildPortal(): Promise<string> {
  const fingerprint = sourcesFingerprint();
  const folder = `${PORTAL_FOLDER}.${process.pid}`;
  try {
    const said = await bundle(folder);
    for (const path of globSync(TEXTS, { cwd: folder })) compress(join(folder, path));
    writeFileSync(join(folder, FINGERPRINT_FILE), fingerprint);
    putInPlace(folder);
    return said;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function bundle(folder: string): Promise<string> {
  mkdirSync(dirname(folder), { recursive: true });
  const portal = join(ROOT, 'portal');
  const args = [viteCommand(portal), 'build', '--outDir', folder, '--emptyOutDir', '--logLevel', 'warn'];
  try {
    // Under a test runner's NODE_ENV the libraries would be those for development.
    const env = { ...process.env, NODE_ENV: 'production' };
    return (await promisify(execFile)(process.execPath, args, { cwd: portal, env })).stdout;
  } catch (error) {
    const { stderr, message } = error as Error & { stderr?: string };
    throw new Error(stderr?.trim() || message);
  }
}

/** The bundler's own command, which only those who install the development packages have. */
function viteCommand(portal: string): string {
  const manifest = createRequire(join(portal, 'package.json')).resolve('vite/package.json');
  const { bin } = JSON.parse(readFileSync(manifest, 'utf8')) as { bin: { vite: string } };
  return join(dirname(manifest), bin.vite);
}

function compress(path: string): void {
  const content = readFileSync(path);
  writeFileSync(`${path}.gz`, gzipSync(content, { level: constants.Z_BEST_COMPRESSION }));
  writeFileSync(`${path}.br`, brotliCompressSync(content));
}

/** A folder cannot be replaced by one rename. Whoever finds the place taken again was built out by another of the same sources. */
function putInPlace(folder: string): void {
  const old = `${folder}.old`;
  try {
    renameSync(PORTAL_FOLDER, old);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  try {
    renameSync(folder, PORTAL_FOLDER);
  } catch (error) {
    if (!isCurrent()) throw error;
  } finally {
    rmSync(old, { recursive: true, force: true });
  }
}
