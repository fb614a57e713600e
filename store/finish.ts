import { Batcher, type BatcherOptions } from './batcher.ts';
import type { Db } from './database.ts';
import { endpointDisabled } from './endpoint-occurrences.ts';
import { disableEndpoints, readDisabled } from './endpoint-state.ts';
import { occurrencesOf } from './finish-occurrences.ts';
import { type FinishRow, lockFailed, writeEnds } from './finish-write.ts';
import type { Audience, Operational } from './operational.ts';
import type { FinishInput, FinishResult } from './types.ts';

const FIRST_FAULT_WAIT_MS = 50;
const LONGEST_FAULT_WAIT_MS = 2_000;

/**
 * Finishes attempts in groups: writes the log row and moves the delivery on. The fence is the attempt id: a result that comes
 * after its attempt was closed, or for an older generation, is recorded and changes no status, except that a 2xx counts.
 * Delivered is final. What fails too much is disabled in the same transaction. A store fault is retried in place until `stop`
 * aborts: the request has been sent and must not be again. A group is one statement, unless it holds what somebody wants to be told
 * of by an operational event: then the event is written in the same transaction.
 */
export function createFinish(
  db: Db,
  operational: Operational,
  options: {
    maxRuns: number;
    healthBucketMs: number;
    onReleased: (deliveries: number) => void;
    /** How many attempts of a group ended so. */
    onEnded: (ends: { delivered: number; failed: number }) => void;
    stop: AbortSignal;
    onFault: (error: unknown) => void;
    onRun?: BatcherOptions<FinishInput>['onRun'];
  },
) {
  const batcher = new Batcher<FinishInput, FinishResult>(finishGroup, {
    maxItems: 200,
    maxRuns: options.maxRuns,
    keysOf: (input) => [input.deliveryId],
    onRun: options.onRun,
  });

  async function finishGroup(inputs: FinishInput[]): Promise<FinishResult[]> {
    const rows = await writeMost(inputs);
    if (rows.length < inputs.length) {
      const written = new Set(rows.map((row) => row.attempt_id));
      const leftOut = inputs.filter((i) => i.outcome === 'delivered' && !written.has(i.attemptId));
      if (leftOut.length > 0) rows.push(...(await writeTold(leftOut, 'write', await audienceOf(leftOut))));
    }
    const byAttempt = new Map(rows.map((row) => [row.attempt_id, row]));
    // One of the group tells it.
    const failing = new Map(rows.filter((row) => row.endpoint_failing).map((row) => [row.endpoint_id, row.attempt_id]));
    const released = inputs.filter((i) => i.release && i.retryInMs !== null).length;
    if (released > 0) options.onReleased(released);
    const delivered = inputs.filter((i) => i.outcome === 'delivered').length;
    options.onEnded({ delivered, failed: inputs.length - delivered });
    return inputs.map((input) => {
      const row = byAttempt.get(input.attemptId);
      if (!row)
        return {
          deliveryId: input.deliveryId,
          status: input.status,
          generation: input.generation,
          attemptCount: input.number,
          dueInMs: null,
          disabledEndpoint: input.disableEndpoint,
        };
      return {
        deliveryId: row.delivery_id,
        status: row.status,
        generation: row.generation,
        attemptCount: row.attempt_count,
        dueInMs: row.status === 'pending' ? Math.max(0, row.due_in_ms ?? 0) : null,
        disabledEndpoint: input.disableEndpoint || failing.get(row.endpoint_id) === row.attempt_id,
      };
    });
  }

  /** Writes all but recoveries. */
  async function writeMost(inputs: FinishInput[]): Promise<FinishRow[]> {
    const audience = await audienceOf(inputs.filter((i) => i.status === 'failed' || i.healthJudged));
    if (audience.length > 0 || inputs.some((i) => i.disableEndpoint)) return writeTold(inputs, 'leave_out', audience);
    const rows = await writeEnds(db, inputs, 'leave_out', options.healthBucketMs);
    const failing = failingIn(rows);
    if (failing.length > 0) await noteDisabled(failing).catch(options.onFault);
    return rows;
  }

  /** For the activity log only, as nobody listens. Afterwards: the group is one statement, and is not to be written again for this. */
  async function noteDisabled(endpointIds: readonly string[]): Promise<void> {
    await operational.transaction([], async (tx, raise) => {
      const disabled = await readDisabled(tx, endpointIds);
      await raise(disabled.map((endpoint) => endpointDisabled(endpoint, endpoint.reason)));
    });
  }

  async function audienceOf(inputs: FinishInput[]): Promise<Audience> {
    return inputs.length > 0 ? operational.audienceOf(inputs.map((i) => i.organizationId)) : [];
  }

  /** Writes, disables endpoints that are gone, and raises what is to be told of it. */
  function writeTold(inputs: FinishInput[], recoveries: 'leave_out' | 'write', audience: Audience) {
    return operational.transaction(audience, async (tx, raise) => {
      const recovering = recoveries === 'write' ? await lockFailed(tx, inputs) : [];
      const rows = await writeEnds(tx, inputs, recoveries, options.healthBucketMs);
      const gone = inputs.filter((i) => i.disableEndpoint).map((i) => i.endpointId);
      const disabled = gone.length > 0 ? await disableEndpoints(tx, gone, 'gone') : [];
      const failing = failingIn(rows);
      if (failing.length > 0) disabled.push(...(await readDisabled(tx, failing)));
      if (audience.length > 0) await raise(await occurrencesOf(tx, { inputs, rows, recovering, disabled }));
      else await raise(disabled.map((endpoint) => endpointDisabled(endpoint, endpoint.reason)));
      return rows;
    });
  }

  return async function finish(input: FinishInput): Promise<FinishResult> {
    let waitMs = FIRST_FAULT_WAIT_MS;
    for (;;) {
      try {
        return await batcher.add(input);
      } catch (error) {
        if (options.stop.aborted) throw error;
        options.onFault(error);
        await pause(waitMs, options.stop);
        waitMs = Math.min(waitMs * 2, LONGEST_FAULT_WAIT_MS);
      }
    }
  };
}

function failingIn(rows: readonly FinishRow[]): string[] {
  return rows.filter((row) => row.endpoint_failing).map((row) => row.endpoint_id);
}

function pause(waitMs: number, stop: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      stop.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, waitMs);
    stop.addEventListener('abort', done);
  });
}
