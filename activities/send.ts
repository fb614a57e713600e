import type { AttemptStore, BegunAttempt } from '../store/types.ts';
import type { SendAttempt } from './attempt.ts';
import type { Attempted, MakeAttempt } from './attempted.ts';
import type { DeliveryReport } from './types.ts';

/** One wide line per attempt. */
export interface AttemptLog {
  deliveryId: string;
  eventId: string;
  dialect: string;
  eventType: string;
  endpointId: string;
  organizationId: string;
  attemptId: string;
  attemptNumber: number;
  destination: string;
  outcome: string;
  statusCode: number | null;
  durationMs: number;
  deliveryStatus: string;
  retryInMs: number | null;
}

export interface SendPorts {
  store: AttemptStore;
  /** To endpoints that are plain HTTP calls. */
  webhook: MakeAttempt;
  /** To native destinations. */
  native: MakeAttempt;
  nowMs(): number;
  /** Multiplies every wait of a retry schedule; 1 in production. */
  timeScale: number;
  /** After the finish is written. */
  onAttempt(log: AttemptLog): void;
  /** The endpoint was disabled with the finish, after a 410 or for its failures: cancels what else waits for it. */
  onDisabled(endpointId: string): void;
  onFault(where: string, error: unknown): void;
}

/** Makes one begun attempt, by the kind of its endpoint, and finishes it in the store. */
export function createSend(ports: SendPorts): SendAttempt {
  return async function send(begun, run): Promise<DeliveryReport> {
    const startedAtMs = ports.nowMs();
    const endpoint = await ports.store.senderEndpoint(begun.endpointId, begun.endpointVersion);
    const make = endpoint.destination === 'webhook' ? ports.webhook : ports.native;
    const attempted = await make(begun, endpoint, startedAtMs);
    const { decision } = attempted;
    const retryInMs = decision.kind === 'retry' ? Math.round(decision.delayMs * ports.timeScale) : null;
    const code = decision.kind === 'delivered' ? null : decision.code;
    const finished = await ports.store.finish({
      deliveryId: begun.deliveryId,
      attemptId: begun.attemptId,
      generation: begun.generation,
      number: begun.number,
      organizationId: begun.organizationId,
      endpointId: begun.endpointId,
      workflowId: run.workflowId,
      runId: run.runId,
      outcome: decision.kind === 'delivered' ? 'delivered' : 'failed',
      status: decision.kind === 'retry' ? 'pending' : decision.kind,
      endReason: decision.kind === 'failed' ? decision.reason : null,
      retryInMs,
      release: run.release,
      errorCode: code,
      errorMessage: attempted.errorMessage,
      statusCode: attempted.statusCode,
      durationMs: attempted.durationMs,
      startedAt: new Date(startedAtMs).toISOString(),
      exchanges: JSON.stringify(attempted.exchanges),
      remote: attempted.remote === null ? null : JSON.stringify(attempted.remote),
      counted: attempted.counted,
      accepted: attempted.accepted,
      disableEndpoint: decision.kind === 'failed' && decision.disableEndpoint,
      healthJudged: endpoint.healthJudged,
    });
    ports.onAttempt(toLog(begun, endpoint.destination, attempted, finished.status, retryInMs));
    await attempted.afterFinish?.().catch((error) => ports.onFault('after finish', error));
    if (finished.disabledEndpoint) ports.onDisabled(begun.endpointId);
    const letGo = run.release && finished.status === 'pending';
    return {
      id: begun.deliveryId,
      state: letGo ? 'let_go' : finished.status,
      outcome: code ?? 'delivered',
      generation: finished.generation,
      attemptCount: finished.attemptCount,
      dueInMs: finished.dueInMs ?? 0,
      ended: decision.kind === 'failed' && finished.status === 'failed' ? decision.reason : null,
    };
  };
}

function toLog(
  begun: BegunAttempt,
  destination: string,
  { decision, statusCode, durationMs }: Attempted,
  deliveryStatus: string,
  retryInMs: number | null,
): AttemptLog {
  return {
    deliveryId: begun.deliveryId,
    eventId: begun.event.id,
    dialect: begun.event.dialect,
    eventType: begun.event.type,
    endpointId: begun.endpointId,
    organizationId: begun.organizationId,
    attemptId: begun.attemptId,
    attemptNumber: begun.number,
    destination,
    outcome: decision.kind === 'delivered' ? 'delivered' : decision.code,
    statusCode,
    durationMs,
    deliveryStatus,
    retryInMs,
  };
}
