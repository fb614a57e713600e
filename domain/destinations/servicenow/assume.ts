import type { ExchangeResult } from '../../delivery/types.ts';
import type { StepRequest } from '../destination.ts';
import { assumedAnswer } from '../transport.ts';
import { EVENT_PATH } from './event.ts';

const EXAMPLE_ID = '00000000000000000000000000000000';

/** Nothing found, everything accepted: what a new record would look like. */
export function assume({ method, url, body }: StepRequest): ExchangeResult {
  const { pathname } = new URL(url);
  if (pathname === '/oauth_token.do') return assumedAnswer(200, { access_token: 'preview', expires_in: 1_800 });
  if (pathname === EVENT_PATH) return assumedAnswer(200, {});
  if (method === 'GET') {
    const one = /\/table\/[^/]+\/[^/]+$/.test(pathname);
    return one ? assumedAnswer(404, { error: { message: 'No Record found' } }) : assumedAnswer(200, { result: [] });
  }
  const columns = JSON.parse(body) as Record<string, string>;
  const record = { sys_id: EXAMPLE_ID, number: 'INC0000000', state: '1', active: 'true', ...columns };
  return assumedAnswer(method === 'POST' ? 201 : 200, { result: record });
}
