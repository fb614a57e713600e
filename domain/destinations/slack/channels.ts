import { oneLine } from '../clean-text.ts';
import type { ConfigFault, Steps } from '../destination.ts';
import type { FieldOption } from '../fields.ts';
import type { SlackAnswer } from './answers.ts';
import { readCall } from './api.ts';
import { botOf, type SlackConfig } from './config.ts';
import { type Entry, readPages } from './pages.ts';
import { faultOf } from './verify.ts';

const PUBLIC = 'public_channel';
const PAGE_SIZE = 200;
const MAX_REQUESTS = 5;

/**
 * Channels to pick from, those that the app is in first, then by name; of a workspace with very many only some. Private ones are
 * listed if the app may see them.
 */
export function* channelOptions(config: Partial<SlackConfig>): Steps<FieldOption[] | ConfigFault> {
  if (!config.botToken) return { field: 'botToken', rule: 'is needed to list the channels' };
  let read = yield* listChannels(config, `${PUBLIC},private_channel`);
  if (!Array.isArray(read) && read.kind === 'failed' && read.token === 'missing_scope') {
    read = yield* listChannels(config, PUBLIC);
  }
  if (!Array.isArray(read)) return faultOf(read, 'botToken');
  const isIn = (entry: Entry) => Number(entry.is_member === true);
  return read
    .filter(({ id, name }) => typeof id === 'string' && typeof name === 'string')
    .sort((a, b) => isIn(b) - isIn(a) || String(a.name).localeCompare(String(b.name), 'en'))
    .map((entry) => ({ value: String(entry.id), label: labelOf(entry) }));
}

function listChannels(
  config: Partial<SlackConfig>,
  types: string,
): Steps<Entry[] | Exclude<SlackAnswer, { kind: 'ok' }>> {
  const args = { types, exclude_archived: 'true' };
  return readPages(
    {
      request: (page) => readCall('list the channels', botOf(config), 'conversations.list', { ...args, ...page }),
      entries: 'channels',
      pageSize: PAGE_SIZE,
      maxRequests: MAX_REQUESTS,
      nowMs: 0,
    },
    () => false,
  );
}

function labelOf({ name, is_private: isPrivate, is_member: isMember }: Entry): string {
  const notes = [isPrivate === true ? 'private' : '', isMember === true ? '' : 'invite the app first'].filter(Boolean);
  return `#${oneLine(String(name))}${notes.length > 0 ? ` (${notes.join(', ')})` : ''}`;
}
