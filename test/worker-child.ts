import { NativeConnection, Worker } from '@temporalio/worker';
import { createAttempt } from '../activities/attempt.ts';
import { createCancelInStore } from '../activities/cancel-in-store.ts';
import { createSend } from '../activities/send.ts';
import { createWebhookAttempt } from '../activities/webhook-attempt.ts';
import { LOOPBACK_NETWORKS } from '../outbound/address-guard.ts';
import { createHttpClient } from '../outbound/http-client.ts';
import type { AttemptStore } from '../store/types.ts';
import { TASK_QUEUE } from '../workflows/messages.ts';

// A worker in a process of its own, which a test can kill or freeze. Its store is the parent's, called over IPC.
const [address = '', namespace = '', codePath = ''] = process.argv.slice(2);
const waiting = new Map<number, (answer: { result?: unknown; error?: string }) => void>();
let calls = 0;

process.on('message', (answer: { id: number; result?: unknown; error?: string }) => waiting.get(answer.id)?.(answer));
process.on('disconnect', () => process.exit());

function remote<M extends keyof AttemptStore>(method: M): AttemptStore[M] {
  const call = (...args: unknown[]) =>
    new Promise((resolve, reject) => {
      const id = calls++;
      waiting.set(id, ({ result, error }) => (error === undefined ? resolve(result) : reject(new Error(error))));
      process.send?.({ id, method, args });
    });
  return call as AttemptStore[M];
}

const store: AttemptStore = {
  begin: remote('begin'),
  finish: remote('finish'),
  senderEndpoint: remote('senderEndpoint'),
  cancelHeldBy: remote('cancelHeldBy'),
};
const worker = await Worker.create({
  connection: await NativeConnection.connect({ address }),
  namespace,
  taskQueue: TASK_QUEUE,
  workflowBundle: { codePath },
  // While it holds an attempt it asks for no other: a frozen process would be handed the retry again and again.
  maxConcurrentActivityTaskExecutions: 1,
  activities: {
    attempt: createAttempt({
      store,
      send: createSend({
        store,
        webhook: createWebhookAttempt({
          http: createHttpClient({ allowNetworks: LOOPBACK_NETWORKS }),
          nowMs: Date.now,
          random: Math.random,
          userAgent: 'Waybill/test',
        }),
        native: () => Promise.reject(new Error('this worker only calls webhooks')),
        nowMs: Date.now,
        timeScale: 1,
        onAttempt: () => undefined,
        onDisabled: () => undefined,
        onFault: (_, error) => console.error(error),
      }),
      onBegun: () => undefined,
      onEnded: () => undefined,
    }),
    cancelInStore: createCancelInStore(store),
  },
});
await worker.run();
