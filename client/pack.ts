import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

/**
 * `npm run pack:client`: makes `dist/waybill-client-<version>.tgz`, or in another folder that is named as an argument, and prints
 * its path. In it are the client, what it uses of `domain/`, and the API's types. The version is the application's.
 */
const ROOT = join(import.meta.dirname, '..');
const OUT = resolve(process.argv[2] ?? join(ROOT, 'dist'));
const STAGE = join(OUT, 'client');
/** Types only, which the compiler leaves where they are. */
const SCHEMA = 'portal/src/api/schema.d.ts';

rmSync(STAGE, { recursive: true, force: true });
run(join(ROOT, 'node_modules', '.bin', 'tsc'), ['-p', join(ROOT, 'client', 'tsconfig.build.json'), '--outDir', STAGE]);
copy(SCHEMA, SCHEMA);
copy('LICENSE', 'LICENSE');
copy('docs/client.md', 'README.md');
const manifest = { ...readJson('client/package.json'), version: readJson('package.json').version };
const exports = { '.': { types: './client/index.d.ts', default: './client/index.js' } };
writeFileSync(join(STAGE, 'package.json'), `${JSON.stringify({ ...manifest, exports }, null, 2)}\n`);
const tarball = run('npm', ['pack', STAGE, '--pack-destination', OUT, '--loglevel', 'error']).trim();
process.stdout.write(`${join(OUT, tarball)}\n`);

function copy(from: string, to: string): void {
  const target = join(STAGE, to);
  mkdirSync(dirname(target), { recursive: true });
  copyFileSync(join(ROOT, from), target);
}

function readJson(name: string): Record<string, unknown> {
  return JSON.parse(readFileSync(join(ROOT, name), 'utf8'));
}

function run(command: string, args: string[]): string {
  return execFileSync(command, args, { cwd: ROOT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
}
