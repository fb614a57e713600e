import type { ExchangeResult } from '../../delivery/types.ts';
import type { StepRequest } from '../destination.ts';
import { assumedAnswer } from '../transport.ts';

const ASSUMED_ID = '10000';
const TRANSITIONS = [
  { id: '31', name: 'Done', to: { name: 'Done', statusCategory: { key: 'done' } } },
  { id: '11', name: 'Reopen', to: { name: 'To Do', statusCategory: { key: 'new' } } },
];

/** What a preview takes Jira to answer: no issue is there yet, and everything is accepted. */
export function assumeJira({ method, url, body }: StepRequest): ExchangeResult {
  const { pathname } = new URL(url);
  if (/\/search(\/jql)?$/.test(pathname)) return assumedAnswer(200, { issues: [], isLast: true });
  if (method === 'GET' && pathname.endsWith('/transitions')) return assumedAnswer(200, { transitions: TRANSITIONS });
  if (method === 'GET' && pathname.endsWith('/comment')) return assumedAnswer(200, { comments: [] });
  if (method === 'GET') {
    const id = pathname.split('/').at(-1) ?? ASSUMED_ID;
    return assumedAnswer(200, { id, key: id, fields: { status: { statusCategory: { key: 'new' } } } });
  }
  if (pathname.endsWith('/issue')) return assumedAnswer(201, { id: ASSUMED_ID, key: `${projectOf(body)}-1` });
  return pathname.endsWith('/transitions') ? assumedAnswer(204, '') : assumedAnswer(201, { id: ASSUMED_ID });
}

function projectOf(body: string): string {
  const { fields } = JSON.parse(body) as { fields: { project: { key: string } } };
  return fields.project.key;
}
