import { setTimeout as sleep } from 'node:timers/promises';
import type { Api } from '../api.ts';
import type { DemoReceiver } from './receiver.ts';

/** One event at one receiver, and what became of it. */
export interface DemoRow {
  system: string;
  event: string;
  attempts: number;
  /** Every request was as the system's document has it, and the delivery says delivered. */
  verified: boolean;
  /** Why it is not verified. */
  problem: string | null;
  /** Temporal's UI where its address is known, else the workflow's id. */
  workflow: string;
}

/** Where and how the demo runs. */
export interface ScenarioOptions {
  url: string;
  adminKey: string;
  /** Told how far it is. */
  report(text: string): void;
  /** Ends it with an error. */
  signal: AbortSignal;
  /** How long deliveries may take altogether. */
  limitMs: number;
}

/** As the API shows it. */
export interface Delivery {
  eventId: string;
  endpointId: string;
  eventType: string;
  status: string;
  attemptCount: number;
  workflowId: string | null;
  workflowUrl: string | null;
  lastErrorCode: string | null;
}

/** What is to arrive where. */
export interface ExpectedRow {
  /** As the table calls it. */
  system: string;
  /** The receiver's name. */
  receiver: string;
  type: string;
  /** Requests until it is accepted. */
  requests: number;
}

const POLL_MS = 200;

/**
 * All deliveries of the organization, once there are `number` that are done, or what there is when `limitMs` are over. `onPoll` is
 * called before each look.
 */
export async function untilSettled(
  api: Api,
  number: number,
  { signal, limitMs, report }: ScenarioOptions,
  onPoll: () => Promise<void> = async () => undefined,
): Promise<Delivery[]> {
  const giveUpAt = performance.now() + limitMs;
  let reported = -1;
  for (;;) {
    signal.throwIfAborted();
    await onPoll();
    // One page: there are far fewer deliveries than a page holds.
    const { data } = await api.get<{ data: Delivery[] }>('/v1/deliveries?limit=100');
    const settled = data.filter(({ status }) => status !== 'pending').length;
    if (settled !== reported) report(`${settled} of ${number} deliveries are done`);
    reported = settled;
    if (settled >= number || performance.now() > giveUpAt) return data;
    await sleep(POLL_MS, undefined, { signal }).catch(() => undefined);
  }
}

/** The table's row: what the API says of the delivery, and the receiver of its requests. */
export function rowOf(expected: ExpectedRow, delivery: Delivery | undefined, receiver: DemoReceiver): DemoRow {
  const problem = problemOf(expected, delivery, receiver);
  return {
    system: expected.system,
    event: expected.type,
    attempts: delivery?.attemptCount ?? 0,
    verified: problem === null,
    problem,
    workflow: delivery?.workflowUrl ?? delivery?.workflowId ?? '',
  };
}

function problemOf(expected: ExpectedRow, delivery: Delivery | undefined, receiver: DemoReceiver): string | null {
  const { requests, faults } = receiver.receiptsOf(expected.receiver, expected.type);
  const stray = receiver.strays().find((text) => text.startsWith(`${expected.receiver}:`));
  if (faults[0] !== undefined) return faults[0];
  if (stray !== undefined) return `a request was refused by ${stray}`;
  if (!delivery) return 'there is no delivery of it';
  if (delivery.status !== 'delivered') {
    return `it is ${delivery.status}${delivery.lastErrorCode ? ` (${delivery.lastErrorCode})` : ''}`;
  }
  if (requests !== expected.requests) return `${requests} requests came, not ${expected.requests}`;
  if (delivery.attemptCount !== requests) return `${requests} requests came of ${delivery.attemptCount} attempts`;
  return null;
}
