import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { TestProject } from 'vitest/node';
import { cacheFolder, findServer } from '../../worker/dev-server/find-server.ts';
import { aWaybillProcess } from '../waybill-process.ts';
import { installN8n } from './install-n8n.ts';
import { anN8nProcess } from './n8n-process.ts';
import type {} from './shared.ts';

const ROOT = join(import.meta.dirname, '..', '..');

/** What all tests of a run share: n8n installed, our package packed, one n8n with it and one Waybill, both running. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const installation = await installN8n(report);
  const cacheDir = cacheFolder(process.env, homedir());
  await findServer({ dataDir: cacheDir, cacheDir, environment: process.env, report });
  mkdirSync(join(ROOT, 'dist'), { recursive: true });
  // Inside the project, where the compiler finds n8n's types.
  const packed = mkdtempSync(join(ROOT, 'dist', 'n8n-test-'));
  const cleanUp: (() => unknown)[] = [() => rmSync(packed, { recursive: true, force: true })];
  const end = async () => {
    for (const step of cleanUp.splice(0).reverse()) await step();
  };
  try {
    const packageFolder = await pack(packed);
    const n8n = await anN8nProcess(installation, packageFolder);
    cleanUp.push(n8n.dispose);
    const waybill = await aWaybillProcess();
    cleanUp.push(waybill.dispose);
    await Promise.all([n8n.start(), waybill.start()]);
    project.provide('n8n', {
      installation,
      packageFolder,
      address: { url: n8n.url, email: n8n.email, password: n8n.password },
      waybill: { url: waybill.url, dataDir: waybill.dataDir },
    });
    return end;
  } catch (error) {
    await end();
    throw error;
  }
}

/** Packs as `npm run pack:n8n` does, and returns the folder with what is in the tarball. */
async function pack(folder: string): Promise<string> {
  const run = promisify(execFile);
  const { stdout } = await run(process.execPath, [join(ROOT, 'nodes', 'pack.ts'), folder]);
  const unpacked = join(folder, 'unpacked');
  mkdirSync(unpacked);
  await run('tar', ['-xzf', stdout.trim(), '-C', unpacked, '--strip-components=1']);
  return unpacked;
}

function report(text: string): void {
  console.log(`[test set-up] ${text}`);
}
