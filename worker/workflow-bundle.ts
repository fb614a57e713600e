import { createHash } from 'node:crypto';
import { existsSync, globSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';

const root = fileURLToPath(new URL('..', import.meta.url));
const ending = import.meta.url.endsWith('.ts') ? 'ts' : 'js';

/**
 * Path of the bundled workflows, made once per version of their sources and of the SDK, since bundling takes seconds. The
 * built package brings it along (`npm run build`); else it is kept in the first of `cacheDirs` that has it, else in the first that can be written. `report` is called before a bundle is made.
 */
export async function workflowBundlePath(
  cacheDirs: readonly string[],
  report: (text: string) => void,
): Promise<string> {
  const name = `workflows-${fingerprint()}.js`;
  const cached = [root, ...cacheDirs].map((dir) => join(dir, name)).find((path) => existsSync(path));
  if (cached) return cached;
  report('bundling the workflows (once per version)');
  const { code } = await bundleWorkflowCode({
    workflowsPath: join(root, 'workflows', `index.${ending}`),
    logger: new DefaultLogger('WARN'),
  });
  return keep(cacheDirs, name, code);
}

function keep([dir, ...others]: readonly string[], name: string, code: string): string {
  if (dir === undefined) throw new Error('no folder can be written for the bundled workflows');
  const path = join(dir, name);
  try {
    mkdirSync(dir, { recursive: true });
    // Renamed into place, so that a process killed here leaves no half bundle.
    writeFileSync(`${path}.${process.pid}`, code);
    renameSync(`${path}.${process.pid}`, path);
    return path;
  } catch (error) {
    if (others.length === 0) throw error;
    return keep(others, name, code);
  }
}

function fingerprint(): string {
  const hash = createHash('sha256');
  hash.update(createRequire(import.meta.url)('@temporalio/worker/package.json').version);
  for (const file of globSync([`workflows/*.${ending}`, `domain/delivery/*.${ending}`], { cwd: root }).sort()) {
    hash.update(file).update(readFileSync(join(root, file)));
  }
  return hash.digest('hex').slice(0, 16);
}
