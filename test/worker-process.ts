import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { planWorkflows } from '../domain/delivery/plan-workflows.ts';
import type { AttemptStore } from '../store/types.ts';
import { createStartWorkflow } from '../worker/start-workflow.ts';
import type { Pipeline } from './pipeline.ts';
import { bundledWorkflows } from './temporal.ts';

/** A worker in another process, on the same store. */
export interface WorkerProcess {
  /** SIGKILL: no finish, no heartbeat, no farewell. */
  kill(): Promise<void>;
  /** SIGSTOP: as a machine that hangs. */
  freeze(): void;
  /** SIGCONT: it goes on where it stood, knowing nothing of the time between. */
  thaw(): void;
}

interface Call {
  id: number;
  method: keyof AttemptStore;
  args: unknown[];
}

/** Starts the process; what it takes up is started with `startWaiting`. */
export function aWorkerProcess({ store, namespace }: Pipeline): WorkerProcess {
  const child = fork(
    fileURLToPath(new URL('./worker-child.ts', import.meta.url)),
    [namespace.address, namespace.namespace, bundledWorkflows()],
    { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] },
  );
  child.on('message', async ({ id, method, args }: Call) => {
    const call = store.attempts[method] as (...args: unknown[]) => Promise<unknown>;
    const answer = await call(...args).then(
      (result) => ({ id, result }),
      (error: unknown) => ({ id, error: String(error) }),
    );
    if (child.connected) child.send(answer, () => undefined);
  });
  return {
    async kill() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    },
    freeze: () => void child.kill('SIGSTOP'),
    thaw: () => void child.kill('SIGCONT'),
  };
}

/** Claims what waits and starts its workflows, as a dispatcher would, without working on them. */
export async function startWaiting({ store, client }: Pipeline): Promise<void> {
  const start = createStartWorkflow(client, { searchable: true });
  let planned: ReturnType<typeof planWorkflows<Parameters<Parameters<typeof store.claim>[1]>[0][number]>> = [];
  await store.claim({ limit: 100, room: new Map() }, (claimed) => {
    planned = planWorkflows(claimed, { carry: false, maxPerWorkflow: 1, newWorkflowId: store.newWorkflowId });
    return planned;
  });
  for (const workflow of planned) await start(workflow);
}
