import { execFile } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, it } from 'vitest';

const HERE = import.meta.dirname;
const NODE_MODULES = fileURLToPath(new URL('../../node_modules', import.meta.url));

let root: string;

/** A repository as far as this looks at one: these commands, and a page of one line. */
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'waybill-portal-build-'));
  mkdirSync(join(root, 'portal/src'), { recursive: true });
  mkdirSync(join(root, 'cli/portal'), { recursive: true });
  for (const name of ['build.ts', 'fingerprint.ts', 'provide.ts'])
    cpSync(join(HERE, name), join(root, 'cli/portal', name));
  symlinkSync(NODE_MODULES, join(root, 'node_modules'));
  write('package.json', '{ "type": "module" }');
  write('package-lock.json', '{}');
  write('portal/package.json', '{ "type": "module" }');
  write('portal/vite.config.ts', "export default { root: import.meta.dirname, base: '/portal/' };");
  write('portal/index.html', '<!doctype html><script type="module" src="/src/main.ts"></script>');
  write('portal/src/main.ts', "document.title = 'first';");
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const write = (path: string, text: string) => writeFileSync(join(root, path), text);
const dist = () => join(root, 'dist/portal');

/** What a start does, in a process of its own: what it reports. */
async function provide(): Promise<string> {
  const code = `import { providePortal } from './cli/portal/provide.ts'; await providePortal(console.log);`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', code], { cwd: root });
  return stdout;
}

function script(): string {
  const name = readdirSync(join(dist(), 'assets')).find((file) => file.endsWith('.js'));
  return readFileSync(join(dist(), 'assets', name ?? ''), 'utf8');
}

it('builds a page that is missing, with its texts compressed, and then leaves it until a source changes', async () => {
  expect(await provide()).toMatch(/^building the portal .*\nthe portal is built, after [\d.]+ s\n$/);
  expect(script()).toContain('first');
  const page = readFileSync(join(dist(), 'index.html'));
  expect(gunzipSync(readFileSync(join(dist(), 'index.html.gz')))).toEqual(page);
  expect(brotliDecompressSync(readFileSync(join(dist(), 'index.html.br')))).toEqual(page);
  expect(await provide()).toBe('');

  write('portal/src/main.ts', "document.title = 'second';");
  expect(await provide()).toContain('the portal is built');
  expect(script()).toContain('second');
  expect(readdirSync(join(root, 'dist'))).toEqual(['portal']);
});

it('says why a build fails, and leaves the page of before', async () => {
  await provide();
  write('portal/src/main.ts', "import './nothing.ts';");
  const said = await provide();
  expect(said).toContain('WARNING: the portal could not be built; everything else works.');
  expect(said).toContain('nothing.ts');
  expect(script()).toContain('first');
  expect(readdirSync(join(root, 'dist'))).toEqual(['portal']);
});

it('is not disturbed by others that build the same', async () => {
  const said = await Promise.all([provide(), provide(), provide()]);
  expect(said.join('')).not.toContain('WARNING');
  expect(existsSync(join(dist(), 'index.html'))).toBe(true);
  expect(readdirSync(join(root, 'dist'))).toEqual(['portal']);
});
