import { createHash } from 'node:crypto';
import { existsSync, globSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';

const root = fileURLToPath(new URL('..', import.meta.url));
const ending = import.meta.url.endsWith('.ts') ? 'ts' : 'js';

/**
 * Path of the bundled workflows, made once per version of their sources and of the SDK and kept in `cacheDir`: bundling takes
 * seconds, and a second start should not. `report` is called before a bundle is made.
 */
export async function workflowBundlePath(cacheDir: string, report: (text: string) => void): Promise<string> {
  const path = join(cacheDir, `workflows-${fingerprint()}.js`);
  if (existsSync(path)) return path;
  report('bundling the workflows (once per version)');
  const { code } = await bundleWorkflowCode({
    workflowsPath: join(root, 'workflows', `index.${ending}`),
    logger: new DefaultLogger('WARN'),
  });
  mkdirSync(cacheDir, { recursive: true });
  // Renamed into place, so that a process killed here leaves no half bundle.
  writeFileSync(`${path}.${process.pid}`, code);
  renameSync(`${path}.${process.pid}`, path);
  return path;
}

function fingerprint(): string {
  const hash = createHash('sha256');
  hash.update(createRequire(import.meta.url)('@temporalio/worker/package.json').version);
  for (const file of globSync([`workflows/*.${ending}`, `domain/delivery/*.${ending}`], { cwd: root }).sort()) {
    hash.update(file).update(readFileSync(join(root, file)));
  }
  return hash.digest('hex').slice(0, 16);
}
