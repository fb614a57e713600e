import createClient, { type Client } from 'openapi-fetch';
import type { paths } from '../portal/src/api/schema.d.ts';

/** Every route below `/v1`, by its path and method, with typed bodies and answers: `api.POST('/v1/events', { body })`. */
export type Api = Client<paths>;

export interface WaybillOptions {
  /** Where the gateway is reached, such as `http://127.0.0.1:8420`. */
  baseUrl: string;
  /** An API key, or the admin key. */
  apiKey: string;
  /** The organization that calls are about; for the admin key only, an API key has its own. */
  organization?: string;
  /** In place of the global one. */
  fetch?: typeof globalThis.fetch;
}

/** A call that was refused. `code` is stable, one of docs/errors.md; `message` says what is wrong in words. */
export class WaybillError extends Error {
  override readonly name = 'WaybillError';
  readonly status: number;
  readonly code: string;
  /** Which fields break which rule; empty where it is about no field. */
  readonly errors: readonly { field: string; rule: string }[];

  constructor(status: number, problem: Partial<Problem> | undefined) {
    super(problem?.detail ?? problem?.title ?? `Waybill answered with ${status}`);
    this.status = status;
    this.code = problem?.code ?? 'unknown';
    this.errors = problem?.errors ?? [];
  }
}

/** RFC 9457, with what Waybill adds. */
interface Problem {
  title: string;
  detail: string;
  code: string;
  errors: { field: string; rule: string }[];
}

/** A client of one Waybill. Each call resolves to `{ data, error, response }`; `unwrap` turns that into data or a thrown error. */
export function createWaybill({ baseUrl, apiKey, organization, fetch }: WaybillOptions): Api {
  return createClient<paths>({
    baseUrl: baseUrl.replace(/\/+$/, ''),
    headers: {
      Authorization: `Bearer ${apiKey}`,
      ...(organization === undefined ? {} : { 'Waybill-Organization': organization }),
    },
    ...(fetch === undefined ? {} : { fetch }),
  });
}

/** What a call answered; `undefined` for an answer without a body. Throws `WaybillError` when it was refused. */
export async function unwrap<Data>(call: Promise<{ data?: Data; error?: unknown; response: Response }>): Promise<Data> {
  const { data, error, response } = await call;
  if (!response.ok) throw new WaybillError(response.status, error as Partial<Problem>);
  return data as Data;
}
