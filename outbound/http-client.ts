import type { ExchangeRequest, ExchangeResult, HttpPort } from '../domain/delivery/types.ts';
import { Exchange } from './exchange.ts';
import { createGuardedAgent, type GuardedAgentOptions } from './guarded-agent.ts';
import { checkRequest } from './request-check.ts';

/** How the outbound client is built. */
export interface HttpClientOptions extends GuardedAgentOptions {
  /** Kept of an answer's body, in bytes; default 65,536. The rest is discarded and flagged. */
  maxResponseBytes?: number;
}

/**
 * The guarded way out: one pooled HTTP/1.1 client for all calls to configured addresses. Every connection is checked
 * after DNS, literal addresses included; redirects are not followed; bodies are neither decompressed nor asked for
 * compressed; nothing is sent twice. Failures are values. `close` ends at once what is still under way (`network_error`).
 */
export function createHttpClient(options: HttpClientOptions): HttpPort & { close(): Promise<void> } {
  const maxResponseBytes = options.maxResponseBytes ?? 65_536;
  const agent = createGuardedAgent(options);

  function exchange(request: ExchangeRequest): Promise<ExchangeResult> {
    const checked = checkRequest(request);
    if ('fault' in checked) {
      return Promise.resolve({ kind: 'error', code: 'invalid_request', message: checked.fault, durationMs: 0 });
    }
    const { method, headers, body, timeoutMs } = request;
    const { origin, pathname, search } = checked.url;
    return new Promise((settle) => {
      const handler = new Exchange(timeoutMs, request.maxResponseBytes ?? maxResponseBytes, settle);
      agent.dispatch({ origin, path: pathname + search, method, headers, body }, handler);
    });
  }

  return { exchange, close: () => agent.destroy() };
}
