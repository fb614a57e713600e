import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

/**
 * `npm run pack:n8n`: makes `dist/n8n-nodes-waybill-<version>.tgz`, and prints its path. The package is staged in `dist/n8n`; both
 * go into another folder of the project that is named as an argument. Staged are sources below `nodes/`, `credentials/` and
 * `domain/`, and beside them `dist/` with what they compile to. The version is the application's. Fails when a type is wrong or the
 * manifest names a file that is not built. `npm run lint:n8n` holds what was made against n8n's rules.
 */
const ROOT = join(import.meta.dirname, '..');
const OUT = resolve(process.argv[2] ?? join(ROOT, 'dist'));
const STAGE = join(OUT, 'n8n');
const SOURCES = ['nodes/*/**/*.ts', 'credentials/**/*.ts', 'domain/**/*.ts'];
const ASSETS = ['nodes/**/*.svg', 'nodes/*/*.node.json'];
const TESTS = '.test.ts';

/** The house's rules, but CommonJS, as n8n loads it: the staged manifest has no `type`. */
const TSCONFIG = {
  compilerOptions: {
    ...readJson<{ compilerOptions: object }>('tsconfig.json').compilerOptions,
    noEmit: false,
    rootDir: '.',
    outDir: 'dist',
    target: 'es2023',
    verbatimModuleSyntax: false,
    allowImportingTsExtensions: false,
  },
  // Of domain/ what these import.
  include: ['nodes', 'credentials'],
  exclude: [],
};

interface Manifest {
  version?: string;
  type?: string;
  n8n: { nodes: string[]; credentials: string[] };
}

const manifest: Manifest = readJson('nodes/package.json');
delete manifest.type;
manifest.version = readJson<{ version: string }>('package.json').version;

rmSync(STAGE, { recursive: true, force: true });
for (const file of globSync(SOURCES, { cwd: ROOT })) if (!file.endsWith(TESTS)) copy(file, file);
// Beside the sources too, where n8n's lint looks for them.
for (const file of globSync(ASSETS, { cwd: ROOT })) for (const folder of ['', 'dist']) copy(file, join(folder, file));
copy('LICENSE', 'LICENSE');
copy('nodes/README.md', 'README.md');
write('package.json', manifest);
write('tsconfig.json', TSCONFIG);
// What n8n's lint asks for, to the letter, of a package that calls itself strict.
writeFileSync(
  join(STAGE, 'eslint.config.mjs'),
  "import { config } from '@n8n/node-cli/eslint';\n\nexport default config;\n",
);
run(join(ROOT, 'node_modules', '.bin', 'tsc'), ['-p', STAGE]);
checkBuilt(manifest);
leaveOutUnused();
const tarball = run('npm', ['pack', STAGE, '--pack-destination', OUT, '--loglevel', 'error']).trim();
process.stdout.write(`${join(OUT, tarball)}\n`);

function checkBuilt({ n8n }: Manifest): void {
  const built = new Set(globSync('dist/**/*.js', { cwd: STAGE }));
  const missing = [...n8n.nodes, ...n8n.credentials].filter((file) => !built.has(file));
  if (missing.length > 0) throw new Error(`nodes/package.json names what is not built: ${missing.join(', ')}`);
}

/** Domain code that no node imports is no source of the package. */
function leaveOutUnused(): void {
  for (const file of globSync('domain/**/*.ts', { cwd: STAGE })) {
    if (!existsSync(join(STAGE, 'dist', file.replace(/\.ts$/, '.js')))) rmSync(join(STAGE, file));
  }
}

function copy(from: string, to: string): void {
  const target = join(STAGE, to);
  mkdirSync(dirname(target), { recursive: true });
  copyFileSync(join(ROOT, from), target);
}

function write(name: string, content: object): void {
  writeFileSync(join(STAGE, name), `${JSON.stringify(content, null, 2)}\n`);
}

function readJson<Content>(name: string): Content {
  return JSON.parse(readFileSync(join(ROOT, name), 'utf8'));
}

function run(command: string, args: string[]): string {
  return execFileSync(command, args, { cwd: ROOT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
}
