import { randomUUID } from 'node:crypto';
import { DefaultLogger, makeTelemetryFilterString, NativeConnection, Runtime } from '@temporalio/worker';
import { inject } from 'vitest';
import { ensureNamespace } from '../worker/namespace.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** `host:port` of the Temporal server of this test run. */
    temporalAddress: string;
    /** File with the bundled workflows, for `workflowBundle: { codePath }`; empty where they are missing or broken. */
    workflowBundlePath: string;
  }
}

// Workflows that fail because their delivery did, and servers that are away, are what many tests are about: they need no lines each.
const filter = makeTelemetryFilterString({ core: 'ERROR', other: 'ERROR' });
Runtime.install({ logger: new DefaultLogger('ERROR'), telemetryOptions: { logging: { filter } } });

/** A namespace of a test file's own, with a connection into it. */
export interface TestNamespace {
  readonly namespace: string;
  readonly namespaceId: string;
  readonly address: string;
  /** Serves client and worker. */
  readonly connection: NativeConnection;
  /** Closes the connection; its workers must have ended. For `afterAll`. */
  close(): Promise<void>;
}

/**
 * A fresh namespace on the run's Temporal server, or another one, retention 1 day, with Waybill's search attributes registered.
 * One per test file: counts over workflows of files that run at the same time would mix in a common one.
 */
export async function aNamespace(address = inject('temporalAddress')): Promise<TestNamespace> {
  const namespace = `test-${randomUUID()}`;
  const connection = await NativeConnection.connect({ address });
  try {
    const { namespaceId } = await ensureNamespace(connection, { namespace, retentionDays: 1 });
    return { namespace, namespaceId, address, connection, close: () => connection.close() };
  } catch (error) {
    await connection.close();
    throw error;
  }
}

/** File with the bundled workflows. @throws where the run has none. */
export function bundledWorkflows(): string {
  const path = inject('workflowBundlePath');
  if (path === '') throw new Error('no workflow bundle: workflows/index.ts was missing or broken when this run began');
  return path;
}
