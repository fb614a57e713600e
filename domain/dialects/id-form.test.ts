import { describe, expect, it } from 'vitest';
import { prefixedIds, uuidIds } from './id-form.ts';

const webhooks = prefixedIds('ep', 'wh');
const uuids = uuidIds('ep');

const ids = [
  ['ep_00000000000000000000000000', 'wh_00000000000000000000000000', '00000000-0000-0000-0000-000000000000'],
  ['ep_00000000000000000000000001', 'wh_00000000000000000000000001', '00000000-0000-0000-0000-000000000001'],
  ['ep_7zzzzzzzzzzzzzzzzzzzzzzzzz', 'wh_7zzzzzzzzzzzzzzzzzzzzzzzzz', 'ffffffff-ffff-ffff-ffff-ffffffffffff'],
  // The example of the ULID specification, by two other programs' account.
  ['ep_01arz3ndektsv4rrffq69g5fav', 'wh_01arz3ndektsv4rrffq69g5fav', '01563e3a-b5d3-d676-4c61-efb99302bd5b'],
] as const;

describe('ids of endpoints', () => {
  it.each(ids)('%s is shown as %s and %s, and read back from them', (id, webhook, uuid) => {
    expect(webhooks.show(id)).toBe(webhook);
    expect(webhooks.read(webhook)).toBe(id);
    expect(uuids.show(id)).toBe(uuid);
    expect(uuids.read(uuid)).toBe(id);
    expect(uuids.read(uuid.toUpperCase())).toBe(id);
  });

  it.each([
    '',
    'wh_',
    'wh_abc123',
    'ep_01arz3ndektsv4rrffq69g5fav',
    'wh_81arz3ndektsv4rrffq69g5fav',
    'wh_01ARZ3NDEKTSV4RRFFQ69G5FAV',
    'wh_01arz3ndektsv4rrffq69g5fal',
    'wh_01arz3ndektsv4rrffq69g5favv',
  ])('%j is the webhook id of nothing', (text) => {
    expect(webhooks.read(text)).toBeNull();
  });

  it.each([
    '',
    '01563e3a-b5d3-d676-4c61-efb99302bd5',
    '01563e3ab5d3d6764c61efb99302bd5b',
    '01563e3g-b5d3-d676-4c61-efb99302bd5b',
    '{01563e3a-b5d3-d676-4c61-efb99302bd5b}',
  ])('%j is the UUID of nothing', (text) => {
    expect(uuids.read(text)).toBeNull();
  });
});
