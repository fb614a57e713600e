import type { StepRequest, Steps } from '../destination.ts';
import { judgeCall, type SlackAnswer } from './answers.ts';

type Failed = Exclude<SlackAnswer, { kind: 'ok' }>;

/** How a list is read. */
export interface Listing {
  request(page: Readonly<Record<string, string>>): StepRequest;
  /** Name of the array in the answers. */
  entries: string;
  /** Of the first page; where an answer is longer than what is kept of one, the next try is for a quarter. */
  pageSize: number;
  maxRequests: number;
  nowMs: number;
}

/** An entry of a list that is an object. */
export type Entry = Readonly<Record<string, unknown>>;

/**
 * Reads a list with cursors, page by page, until `enough` says so of what was read so far. What it
 * returns may be the list's beginning only.
 */
export function* readPages(listing: Listing, enough: (entries: readonly Entry[]) => boolean): Steps<Entry[] | Failed> {
  const read: Entry[] = [];
  let { pageSize } = listing;
  let cursor = '';
  for (let requests = 0; requests < listing.maxRequests; requests++) {
    const result = yield listing.request({ limit: String(pageSize), ...(cursor ? { cursor } : {}) });
    if (result.kind === 'response' && result.bodyTruncated) {
      // What comes after an entry that is too long by itself cannot be reached.
      if (pageSize === 1) return read;
      pageSize = Math.ceil(pageSize / 4);
      continue;
    }
    const answer = judgeCall(result, 'read', listing.nowMs);
    if (answer.kind !== 'ok') return answer;
    read.push(...entriesIn(answer.body[listing.entries]));
    cursor = nextCursor(answer.body);
    if (cursor === '' || enough(read)) return read;
  }
  return read;
}

function entriesIn(value: unknown): Entry[] {
  return Array.isArray(value) ? value.filter((entry) => typeof entry === 'object' && entry !== null) : [];
}

/** Empty on the last page. */
function nextCursor(body: Readonly<Record<string, unknown>>): string {
  const { next_cursor: cursor } = (body.response_metadata ?? {}) as { next_cursor?: unknown };
  return typeof cursor === 'string' ? cursor : '';
}
