import type { Dispatcher } from 'undici';
import { ExportFault } from '../domain/exports/export-fault.ts';
import type { RecordsPort } from '../domain/exports/records-port.ts';
import { describeError } from './exchange-error.ts';
import { createGuardedAgent, type GuardedAgentOptions } from './guarded-agent.ts';

/** How the client for records is built. */
export interface RecordsClientOptions extends GuardedAgentOptions {
  userAgent: string;
  /** From the request to the answer's headers, and from one piece to the next; default 60,000. */
  silenceMs?: number;
}

/** Statuses of 4xx that may pass by themselves: Request Timeout, Too Early, Too Many Requests. */
const PASSING_STATUSES: readonly number[] = [408, 425, 429];

/**
 * The guarded reader of records. It asks for NDJSON as it is, not compressed, follows no redirect, and takes pieces no faster than they
 * are used. `close` ends at once what is still under way.
 */
export function createRecordsClient(options: RecordsClientOptions): RecordsPort & { close(): Promise<void> } {
  const agent = createGuardedAgent(options);
  const silenceMs = options.silenceMs ?? 60_000;

  async function request(url: URL, stop: AbortSignal): Promise<Dispatcher.ResponseData> {
    const answer = await agent.request({
      origin: url.origin,
      path: url.pathname + url.search,
      method: 'GET',
      headers: {
        accept: 'application/x-ndjson, */*;q=0.1',
        'accept-encoding': 'identity',
        'user-agent': options.userAgent,
      },
      headersTimeout: silenceMs,
      bodyTimeout: silenceMs,
      signal: stop,
    });
    const fault = faultOf(answer);
    if (fault) throw fault;
    return answer;
  }

  return {
    async *read(address) {
      const url = URL.parse(address);
      if (url === null || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '') {
        throw refused('The address of the records is not an http or https URL without user name');
      }
      const stop = new AbortController();
      try {
        const { body } = await request(url, stop.signal);
        for await (const piece of body) yield piece as Uint8Array;
      } catch (error) {
        throw error instanceof ExportFault ? error : faultOfError(error);
      } finally {
        stop.abort();
      }
    },
    close: () => agent.destroy(),
  };
}

function faultOf({ statusCode, headers }: Dispatcher.ResponseData): ExportFault | undefined {
  const answered = `The address of the records answered ${statusCode}`;
  if (statusCode >= 500 || PASSING_STATUSES.includes(statusCode)) return unavailable(answered);
  if (statusCode >= 300 && statusCode < 400) return refused(`${answered}; redirects are not followed`);
  // 204 and 206 are no whole content either.
  if (statusCode !== 200) return refused(answered);
  const encoding = headers['content-encoding'] ?? 'identity';
  return encoding === 'identity' ? undefined : refused('The records came compressed, which was not asked for');
}

function faultOfError(error: unknown): ExportFault {
  const { code, message } = describeError(error instanceof Error ? error : new Error(String(error)));
  const text = `The records could not be fetched: ${message}`;
  return code === 'address_not_allowed' || code === 'invalid_request' ? refused(text) : unavailable(text);
}

function refused(message: string): ExportFault {
  return new ExportFault('export_records_refused', message);
}

function unavailable(message: string): ExportFault {
  return new ExportFault('export_records_unavailable', message);
}
