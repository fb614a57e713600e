import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'undici';
import { answerParent } from './child-process.ts';
import { nowMs } from './clock.ts';
import type { Published } from './statistics.ts';

/** One phase of publishing. */
export interface PublishOrder {
  /** Waybill's address, such as `http://127.0.0.1:8420`. */
  url: string;
  /** The organization's API key. */
  key: string;
  type: string;
  /** Event ids are `<batch>-<number>`, numbered from 0. */
  batch: string;
  events: number;
  /** Connections; without a rate also the number of clients that each wait for one answer before the next request. */
  clients: number;
  /** Requests begun each second whether or not answers come; 0 means as fast as the clients get answers. */
  ratePerSecond: number;
}

/** Size of a published request body; the id's length varies it by a few bytes. */
const BODY_BYTES = 1024;
const ANSWER_TIMEOUT_MS = 30_000;
const FAILURE_TEXT_CHARS = 400;

async function publish(order: PublishOrder): Promise<Published> {
  const pool = new Pool(order.url, {
    connections: order.clients,
    pipelining: 1,
    headersTimeout: ANSWER_TIMEOUT_MS,
    bodyTimeout: ANSWER_TIMEOUT_MS,
  });
  const published: Published = {
    startedAtMs: new Float64Array(order.events),
    latencyMs: new Float64Array(order.events).fill(Number.NaN),
  };
  const bodyAfterId = createBodyAfterId(order);
  const send = async (number: number): Promise<void> => {
    const body = `{"id":"${order.batch}-${number}${bodyAfterId}`;
    const startedAtMs = nowMs();
    published.startedAtMs[number] = startedAtMs;
    const failure = await post(pool, order.key, body);
    if (failure === null) published.latencyMs[number] = nowMs() - startedAtMs;
    else published.firstFailure ??= failure;
  };
  try {
    await (order.ratePerSecond > 0 ? sendAtRate(order, send) : sendInClosedLoop(order, send));
  } finally {
    await pool.destroy();
  }
  return published;
}

type Send = (number: number) => Promise<void>;

async function sendInClosedLoop({ events, clients }: PublishOrder, send: Send): Promise<void> {
  let next = 0;
  const client = async (): Promise<void> => {
    while (next < events) {
      next += 1;
      await send(next - 1);
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
}

/** The schedule is counted from the start, so a late timer does not lower the rate. */
async function sendAtRate({ events, ratePerSecond }: PublishOrder, send: Send): Promise<void> {
  const beganAtMs = nowMs();
  const sent: Promise<void>[] = [];
  for (let number = 0; number < events; number += 1) {
    const waitMs = beganAtMs + (number * 1000) / ratePerSecond - nowMs();
    if (waitMs > 0) await sleep(waitMs);
    sent.push(send(number));
  }
  await Promise.all(sent);
}

/** Everything of the body behind the id: written once, since serializing each event would cost the driver CPU. */
function createBodyAfterId({ type, batch, events }: PublishOrder): string {
  const before = `","type":"${type}","data":{"job":"job_8f2c","status":"completed","text":"`;
  const idBytes = `{"id":"${batch}-${events}`.length;
  const textBytes = Math.max(0, BODY_BYTES - idBytes - before.length - '"}}'.length);
  return `${before}${'the quick brown fox jumps over the lazy dog '.repeat(30).slice(0, textBytes)}"}}`;
}

/** `null` for a 202, else what came instead. The pool's handler interface costs half the CPU of its promises. */
function post(pool: Pool, key: string, body: string): Promise<string | null> {
  return new Promise((resolve) => {
    let status = 0;
    let text = '';
    pool.dispatch(
      {
        path: '/v1/events',
        method: 'POST',
        headers: ['content-type', 'application/json', 'authorization', `Bearer ${key}`],
        body,
      },
      {
        onRequestStart: () => undefined,
        onResponseStart: (_controller, statusCode) => {
          status = statusCode;
        },
        onResponseData: (_controller, chunk) => {
          if (status !== 202 && text.length < FAILURE_TEXT_CHARS) text += chunk.toString();
        },
        onResponseEnd: () => resolve(status === 202 ? null : `${status} ${text.slice(0, FAILURE_TEXT_CHARS)}`),
        onResponseError: (_controller, error) => resolve(error.message),
      },
    );
  });
}

const calls = { publish };

/** What the driver answers to the bench. */
export type DriverCalls = typeof calls;

answerParent(calls);
