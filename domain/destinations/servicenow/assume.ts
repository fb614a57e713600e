import type { ExchangeResult } from '../../delivery/types.ts';
import type { StepRequest } from '../destination.ts';
import { assumedAnswer } from '../transport.ts';
import { EVENT_PATH } from './event.ts';

const EXAMPLE_ID = '00000000000000000000000000000000';

/** Searches find nothing, a record that is remembered is there and open, and everything is accepted. */
export function assume({ method, url, body }: StepRequest): ExchangeResult {
  const { pathname } = new URL(url);
  if (pathname === '/oauth_token.do') return assumedAnswer(200, { access_token: 'preview', expires_in: 1_800 });
  if (pathname === EVENT_PATH) return assumedAnswer(200, {});
  const id = /\/table\/[^/]+\/([^/]+)$/.exec(pathname)?.[1];
  if (method === 'GET' && id === undefined) return assumedAnswer(200, { result: [] });
  const columns = body === '' ? {} : (JSON.parse(body) as Record<string, string>);
  const record = { sys_id: id ?? EXAMPLE_ID, number: 'INC0000000', state: '1', active: 'true', ...columns };
  return assumedAnswer(method === 'POST' ? 201 : 200, { result: record });
}
