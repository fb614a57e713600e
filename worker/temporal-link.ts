import { Client, type Connection } from '@temporalio/client';
import type { NativeConnection } from '@temporalio/worker';
import type { Store } from '../store/open-store.ts';
import type { DailyWork } from '../workflows/messages.ts';
import { Schedules } from './schedules.ts';
import { signalLookAgain, wakeWorkflow } from './tell-workflow.ts';

/** What is asked of Temporal besides running its work: by the gateway, and by the worker's own parts. */
export interface TemporalLink {
  client: Client;
  /** Tells a workflow that the store has changed for these deliveries. */
  signalLookAgain(workflowId: string, deliveryIds: readonly string[]): Promise<void>;
  /** Sees to it that a workflow runs for a resent delivery. */
  resendWorkflow(deliveryId: string): Promise<void>;
  /** The daily work; it is kept as planned by the worker that calls `run`. */
  schedules: Schedules & DailyWork;
  /** Whether Temporal answers now. */
  healthy(): Promise<boolean>;
}

export interface TemporalLinkPorts {
  connection: Connection | NativeConnection;
  namespace: string;
  store: Pick<Store, 'recovery' | 'scans'>;
  /** Whether workflows may be started with Waybill's search attributes: with unknown ones a start is refused. */
  searchable(): Promise<boolean>;
  onFault(where: string, error: unknown): void;
}

const HEALTH_TIMEOUT_MS = 2_000;

/** Calls nothing yet: the connection may be one that is made at the first call. */
export function createTemporalLink(ports: TemporalLinkPorts): TemporalLink {
  const { connection, namespace, store } = ports;
  const client = new Client({ connection, namespace });
  return {
    client,
    signalLookAgain: (workflowId, ids) => signalLookAgain(client, workflowId, ids),
    async resendWorkflow(deliveryId) {
      const [delivery] = await store.recovery.heldBy(deliveryId);
      if (!delivery) return;
      const workflow = { workflowId: deliveryId, carrier: false, deliveries: [delivery], dueInMs: 0 };
      await wakeWorkflow(client, workflow, await ports.searchable());
    },
    schedules: new Schedules({
      client: client.schedule,
      scanTimes: store.scans.scanTimes,
      now: Date.now,
      onFault: ports.onFault,
    }),
    async healthy() {
      try {
        await connection.withDeadline(Date.now() + HEALTH_TIMEOUT_MS, () =>
          connection.workflowService.describeNamespace({ namespace }),
        );
        return true;
      } catch {
        return false;
      }
    },
  };
}
