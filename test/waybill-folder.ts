import { mkdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { cacheFolder } from '../worker/dev-server/find-server.ts';
import { workflowBundlePath } from '../worker/workflow-bundle.ts';

/** Data folders for commands that run as processes. */
export interface WaybillFolders {
  /** A new empty folder, and in it the data folder that a command finds by the environment given with it. */
  aFolder(): Promise<{ folder: string; dataDir: string; environment: Record<string, string> }>;
  /** Removes all of them. */
  dispose(): Promise<void>;
}

export async function waybillFolders(): Promise<WaybillFolders> {
  const root = await mkdtemp(join(tmpdir(), 'waybill-cli-'));
  // So that no command has to say that it bundles.
  await workflowBundlePath([cacheFolder(process.env, homedir())], () => undefined);
  return {
    async aFolder() {
      const folder = await mkdtemp(join(root, 'test-'));
      // A blank, since such folders exist.
      const dataDir = join(folder, 'data folder');
      mkdirSync(dataDir, { mode: 0o700 });
      const environment = {
        WAYBILL_DATA_DIR: dataDir,
        WAYBILL_PORT: '0',
        WAYBILL_TEMPORAL_PORT: '0',
        WAYBILL_TEMPORAL_UI_PORT: '0',
      };
      return { folder, dataDir, environment };
    },
    dispose: () => rm(root, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 }),
  };
}
