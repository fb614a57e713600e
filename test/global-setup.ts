import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import type { TestProject } from 'vitest/node';
import { providePortal } from '../cli/portal/provide.ts';
import { startDevServer } from '../worker/dev-server/dev-server.ts';
import { cacheFolder, findServer } from '../worker/dev-server/find-server.ts';
import type {} from './temporal.ts';

/**
 * One Temporal server and one workflow bundle for the whole test run, handed over as in temporal.ts; and the portal's page, so that no
 * Waybill of a test has to build it at its start.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const dataDir = await mkdtemp(join(tmpdir(), 'waybill-test-'));
  const environment = process.env;
  try {
    await providePortal(report);
    const { executable } = await findServer({
      dataDir,
      cacheDir: cacheFolder(environment, homedir()),
      environment,
      report,
    });
    const server = await startDevServer({
      executable,
      dataDir,
      environment,
      namespace: 'waybill',
      headless: true,
      onGiveUp: (error) => report(`Temporal: ${error.message}`),
    });
    try {
      project.provide('temporalAddress', server.address);
      project.provide('workflowBundlePath', await bundle(dataDir));
    } catch (error) {
      await server.stop();
      throw error;
    }
    return async () => {
      await server.stop();
      await rm(dataDir, { recursive: true, force: true });
    };
  } catch (error) {
    await rm(dataDir, { recursive: true, force: true });
    throw error;
  }
}

function report(text: string): void {
  console.log(`[test set-up] ${text}`);
}

async function bundle(folder: string): Promise<string> {
  const workflowsPath = fileURLToPath(new URL('../workflows/index.ts', import.meta.url));
  if (!existsSync(workflowsPath)) return '';
  try {
    const { code } = await bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger('WARN') });
    const path = join(folder, 'workflow-bundle.js');
    await writeFile(path, code);
    return path;
  } catch (error) {
    // Tests that need no workflows run all the same; those that do fail in bundledWorkflows().
    report(`the workflows cannot be bundled: ${error instanceof Error ? error.message : String(error)}`);
    return '';
  }
}
