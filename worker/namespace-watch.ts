import { setTimeout as sleep } from 'node:timers/promises';
import { isGrpcServiceError } from '@temporalio/client';
import type { Store } from '../store/open-store.ts';
import { ensureNamespace, type NamespaceConnection, type NamespaceOptions } from './namespace.ts';

/** How often a Temporal that nobody tells us about is looked at: its database may be exchanged while it seems to run on. */
const LOOK_EVERY_MS = 10_000;
const LOOK_TIMEOUT_MS = 5_000;
const RETRY_MS = 500;
const NAMESPACE_SETTING = 'temporal_namespace_id';
const SEARCHABLE_SETTING = 'temporal_search_attributes';
const NOT_FOUND = 5;

export interface NamespaceWatchPorts extends NamespaceOptions {
  connection: NamespaceConnection;
  recovery: Pick<Store['recovery'], 'readSetting' | 'writeSetting' | 'afterTemporalLoss'>;
  onWarning(text: string): void;
  onFault(where: string, error: unknown): void;
}

/** Whether the worker that last made the namespace ready found Waybill's search attributes in it. */
export async function wasSearchable(recovery: Pick<Store['recovery'], 'readSetting'>): Promise<boolean> {
  return (await recovery.readSetting(SEARCHABLE_SETTING)) === 'true';
}

/**
 * Keeps the namespace ready, and notices when it is another one than before: then Temporal's database was lost, and whatever
 * its workflows held is let go, to start again from the store.
 */
export class NamespaceWatch {
  readonly #ports: NamespaceWatchPorts;
  readonly #stopping = new AbortController();
  #known = '';
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<unknown> = Promise.resolve();

  constructor(ports: NamespaceWatchPorts) {
    this.#ports = ports;
  }

  /**
   * Makes namespace and search attributes ready, compares the namespace's id with the one in the store. Returns whether
   * search attributes can be used. Calls follow each other.
   * @throws when Temporal or the store does not answer.
   */
  prepare(): Promise<boolean> {
    const prepared = this.#looking.then(() => this.#prepare());
    this.#looking = prepared.catch(() => undefined);
    return prepared;
  }

  /** The same until it succeeds or `stop` is called; never rejects. For a Temporal that is just coming back. */
  async check(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      try {
        await this.prepare();
        return;
      } catch (error) {
        if (!signal.aborted) this.#ports.onFault('namespace', error);
        await sleep(RETRY_MS, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  /** Looks by itself from now on. */
  run(): void {
    this.#timer = setTimeout(async () => {
      if (await this.#hasChanged()) await this.check();
      if (!this.#stopping.signal.aborted) this.run();
    }, LOOK_EVERY_MS);
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    clearTimeout(this.#timer);
    await this.#looking;
  }

  async #prepare(): Promise<boolean> {
    const { connection, recovery, onWarning } = this.#ports;
    const { namespaceId, searchAttributes, warnings } = await ensureNamespace(connection, this.#ports);
    for (const warning of warnings) onWarning(warning);
    const before = await recovery.readSetting(NAMESPACE_SETTING);
    if (before !== null && before !== namespaceId) {
      const released = await recovery.afterTemporalLoss();
      onWarning(`Temporal's namespace is a new one: ${released} pending deliveries start again from the store`);
    }
    // Written last: a process that ends before this lets them go once more, which harms nothing.
    if (before !== namespaceId) await recovery.writeSetting(NAMESPACE_SETTING, namespaceId);
    // For gateways, which may not be allowed to ask Temporal for it.
    await recovery.writeSetting(SEARCHABLE_SETTING, String(searchAttributes));
    this.#known = namespaceId;
    return searchAttributes;
  }

  /** A Temporal that does not answer has not changed: who calls it hears that anyway. */
  async #hasChanged(): Promise<boolean> {
    const { connection, namespace } = this.#ports;
    try {
      const described = await connection.withDeadline(Date.now() + LOOK_TIMEOUT_MS, () =>
        connection.workflowService.describeNamespace({ namespace }),
      );
      return described.namespaceInfo?.id !== this.#known;
    } catch (error) {
      return isGrpcServiceError(error) && error.code === NOT_FOUND;
    }
  }
}
