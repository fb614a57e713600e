import type { Agent } from 'undici';
import type { ExchangeErrorCode, ExchangeResult } from '../domain/delivery/types.ts';
import { Exchange } from './exchange.ts';
import { checkHeader } from './request-check.ts';

/** Answers to the calls we make are XML of a few hundred bytes. */
const MAX_RESPONSE_BYTES = 65_536;
/** Written by undici from the same values as were signed; given by hand it would refuse some. */
const CLIENT_HEADERS = new Set(['host', 'content-length', 'expect']);

/** Thrown to the AWS client where no complete answer came. The message holds neither URL nor header. */
export class ExchangeFailure extends Error {
  override readonly name = 'ExchangeFailure';
  readonly code: ExchangeErrorCode;
  constructor(code: ExchangeErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** A signed request as the AWS client hands it over. */
export interface SignedRequest {
  protocol: string;
  hostname: string;
  port?: number;
  method: string;
  path: string;
  query?: Record<string, string | string[] | null>;
  headers: Record<string, string>;
  body?: unknown;
}

/** The AWS client's way out: every request goes through the guarded agent, as one exchange with a time limit. */
export function createS3Handler(agent: Agent, timeoutMs: number) {
  return {
    async handle(request: SignedRequest) {
      const result = await exchange(agent, request, timeoutMs);
      if (result.kind === 'error') throw new ExchangeFailure(result.code, result.message);
      return { response: { statusCode: result.status, headers: result.headers, body: result.body } };
    },
    updateHttpClientConfig: () => undefined,
    httpHandlerConfigs: () => ({}),
  };
}

async function exchange(agent: Agent, request: SignedRequest, timeoutMs: number): Promise<ExchangeResult> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers)) {
    if (CLIENT_HEADERS.has(name.toLowerCase())) continue;
    const fault = checkHeader(name, value);
    if (fault !== undefined) return { kind: 'error', code: 'invalid_request', message: fault, durationMs: 0 };
    headers[name] = value;
  }
  const { protocol, hostname, port, method, query } = request;
  return new Promise((settle) => {
    agent.dispatch(
      {
        origin: `${protocol}//${hostname}${port === undefined ? '' : `:${port}`}`,
        // As it was signed: parsing it as a URL would fold "..", which a key may hold.
        path: request.path + queryText(query ?? {}),
        method,
        headers,
        body: request.body as Uint8Array | string | null,
      },
      new Exchange(timeoutMs, MAX_RESPONSE_BYTES, settle),
    );
  });
}

/** Encoded as Signature Version 4 does, which the server compares with. */
function queryText(query: Readonly<Record<string, string | string[] | null>>): string {
  const pairs = Object.entries(query).flatMap(([name, values]) =>
    [values].flat().map((value) => `${encode(name)}=${encode(value ?? '')}`),
  );
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`;
}

function encode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}
