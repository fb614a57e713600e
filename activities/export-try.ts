import type { ExportFault } from '../domain/exports/export-fault.ts';
import { type ExportedFile, nextExportTryMs } from '../domain/exports/export-plan.ts';
import type { BegunExport, ExportStore } from '../store/types.ts';
import { toExportFault } from './dataset-records.ts';
import { type ExportProgress, type MakeExportPorts, makeExport } from './make-export.ts';

export interface ExportTryPorts extends MakeExportPorts {
  /** 0 <= random < 1. */
  random(): number;
  /** Multiplies the waits between tries, and the patience in all; 1 in production. */
  timeScale: number;
}

/**
 * How a try ended, as the store has it. `overtaken`: the delivery has ended meanwhile, or a later try has it. `retryInMs`: null
 * when it is not tried again.
 */
export type ExportTryEnd =
  | { kind: 'exported'; file: ExportedFile }
  | { kind: 'overtaken' }
  | { kind: 'failed'; fault: ExportFault; retryInMs: number | null };

const RENEW_MS = 5_000;

/** Makes the export once and writes its end. Throws the reason of `stop`, and what is the store's fault. */
export async function tryExport(
  ports: ExportTryPorts,
  begun: BegunExport,
  progress: ExportProgress,
  stop: AbortSignal,
): Promise<ExportTryEnd> {
  const lease = keepLease(ports.store, begun);
  try {
    const file = await makeExport(ports, begun, progress, AbortSignal.any([stop, lease.lost]));
    const isWritten = file !== null && (await ports.store.finish(begun.try, file));
    return isWritten ? { kind: 'exported', file } : { kind: 'overtaken' };
  } catch (error) {
    if (lease.lost.aborted) return { kind: 'overtaken' };
    const fault = toExportFault(error);
    if (!fault) throw error;
    return await writeFault(ports, begun, fault);
  } finally {
    lease.end();
  }
}

/** What passes by itself is tried again while patience lasts; everything else ends the delivery. */
async function writeFault(ports: ExportTryPorts, begun: BegunExport, fault: ExportFault): Promise<ExportTryEnd> {
  const unscaledMs = nextExportTryMs(begun.try.tries, begun.elapsedMs / ports.timeScale, ports.random());
  const retryInMs = fault.passes && unscaledMs !== null ? Math.round(unscaledMs * ports.timeScale) : null;
  const isWritten =
    retryInMs === null ? await ports.store.fail(begun.try, fault) : await ports.store.wait(begun.try, fault, retryInMs);
  return isWritten ? { kind: 'failed', fault, retryInMs } : { kind: 'overtaken' };
}

/** Renews until `end`; `lost` is aborted once the store says that the try goes on for nothing, as after a cancel. */
function keepLease(store: ExportStore, begun: BegunExport): { lost: AbortSignal; end(): void } {
  const lost = new AbortController();
  const timer = setInterval(() => {
    store.renew(begun.try).then(
      (isHeld) => {
        if (!isHeld) lost.abort(new Error('another try or the end of the delivery came first'));
      },
      // A store that does not answer is no reason to stop: it is asked again.
      () => undefined,
    );
  }, RENEW_MS);
  return { lost: lost.signal, end: () => clearInterval(timer) };
}
