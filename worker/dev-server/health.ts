import { setTimeout as sleep } from 'node:timers/promises';
import { Connection } from '@temporalio/client';

const SERVING = 1;

/**
 * Resolves with true once the server at `address` (`host:port`) says of its workflow service that it serves, with
 * false if it has not within `timeoutMs` or when `signal` is aborted. Asks every 50 ms.
 *
 * It uses the client's connection, not the worker's native one: that one installs the SDK's runtime with its defaults,
 * after which `Runtime.install` is refused.
 */
export async function waitUntilServing(address: string, timeoutMs: number, signal: AbortSignal): Promise<boolean> {
  const giveUpAt = performance.now() + timeoutMs;
  const connection = Connection.lazy({
    address,
    // gRPC's own pause after a refused connection is 1 s and grows; a server on this machine is up in less.
    channelArgs: {
      'grpc.initial_reconnect_backoff_ms': 100,
      'grpc.max_reconnect_backoff_ms': 200,
      'grpc.use_local_subchannel_pool': 1,
    },
  });
  try {
    while (!signal.aborted && performance.now() < giveUpAt) {
      if (await connection.withAbortSignal(signal, () => isServing(connection))) return true;
      await sleep(50, undefined, { signal }).catch(() => {});
    }
    return false;
  } finally {
    await connection.close();
  }
}

async function isServing(connection: Connection): Promise<boolean> {
  try {
    const { status } = await connection.withDeadline(Date.now() + 1000, () =>
      connection.healthService.check({ service: 'temporal.api.workflowservice.v1.WorkflowService' }),
    );
    return status === SERVING;
  } catch {
    // Refused, reset or late: not yet. Why it never comes up is told by the server's own log.
    return false;
  }
}
