import { describe, expect, test } from 'vitest';
import type { Facts } from './facts.ts';
import { judge } from './judge.ts';

const GIB = 1024 ** 3;
const api = { port: 8420, purpose: 'the API', variable: 'WAYBILL_PORT', isFree: true };

function facts(changes: Partial<Facts> = {}): Facts {
  return {
    nodeVersion: '24.21.0',
    platform: 'linux',
    glibc: '2.36',
    nativeModuleError: null,
    configFaults: [],
    dataDir: { path: '/srv/.waybill', state: 'usable', error: null },
    ports: [api],
    temporal: { way: 'installed', executable: '/usr/bin/temporal', serverVersion: '1.29.1' },
    database: null,
    freeDiskBytes: 50 * GIB,
    freeMemoryBytes: 8 * GIB,
    keyFiles: [{ path: '/srv/.waybill/admin-key', mode: 0o600 }],
    ...changes,
  };
}

test('a machine where nothing is wrong gets a line per check, all of them ok', () => {
  const findings = judge(facts({ database: { name: 'db:5432/waybill', error: null } }));
  expect(findings).toHaveLength(10);
  expect(new Set(findings.map(({ verdict, remedy }) => `${verdict} ${remedy}`))).toEqual(new Set(['ok null']));
});

const unanswered = {
  way: 'address',
  address: 'temporal:7233',
  error: 'Temporal at temporal:7233 cannot be reached',
} as const;
const held = { path: '/srv', state: 'held', error: 'in use by another Waybill (process 7)' } as const;

describe('one thing that is not ok', () => {
  test.each<[string, Partial<Facts>, 'warning' | 'problem', RegExp, RegExp]>([
    ['an old Node', { nodeVersion: '22.18.9' }, 'problem', /Node 22\.18\.9 is too old/, /Node 22\.19 or newer/],
    ['a Node of last decade', { nodeVersion: '9.99.0' }, 'problem', /too old/, /nodejs\.org/],
    ['no glibc', { glibc: null, nativeModuleError: 'no such file' }, 'problem', /on linux: no such file/, /not Alpine/],
    [
      'an old glibc',
      { glibc: '2.17', nativeModuleError: 'GLIBC_2.18' },
      'problem',
      /glibc 2\.17/,
      /glibc 2\.18 or newer/,
    ],
    ['a broken install', { nativeModuleError: 'not found' }, 'problem', /cannot be loaded/, /npm ci/],
    [
      'a broken install on macOS',
      { platform: 'darwin', glibc: null, nativeModuleError: 'x' },
      'problem',
      /darwin: x/,
      /npm ci/,
    ],
    [
      'a wrong variable',
      { configFaults: ['WAYBILL_PORT must be'] },
      'problem',
      /WAYBILL_PORT must be/,
      /waybill config/,
    ],
    [
      'a folder that is not ours',
      { dataDir: { path: '/x', state: 'unusable', error: 'EACCES' } },
      'problem',
      /EACCES/,
      /WAYBILL_DATA_DIR/,
    ],
    [
      'an open key file',
      { keyFiles: [{ path: '/k', mode: 0o644 }] },
      'warning',
      /\/k can be read by others \(mode 644\)/,
      /chmod 600 '\/k'/,
    ],
    [
      'a taken port',
      { ports: [{ ...api, isFree: false }] },
      'problem',
      /port 8420 for the API is taken/,
      /set WAYBILL_PORT/,
    ],
    [
      'a Temporal that does not answer',
      { temporal: unanswered },
      'problem',
      /TEMPORAL_ADDRESS: .*temporal:7233/,
      /unset/,
    ],
    [
      'a Temporal that is to be built',
      { temporal: { way: 'to_build' } },
      'warning',
      /builds one with Go/,
      /Temporal CLI/,
    ],
    [
      'no Temporal',
      { temporal: { way: 'none', error: 'any of these helps' } },
      'problem',
      /no Temporal/,
      /any of these helps/,
    ],
    [
      'a dead database',
      { database: { name: 'db/w', error: 'refused' } },
      'problem',
      /db\/w .*refused/,
      /DATABASE_URL|unset/,
    ],
    ['little disk', { freeDiskBytes: GIB }, 'warning', /1024 MiB of disk/, /2048 MiB/],
    ['no disk', { freeDiskBytes: GIB / 10 }, 'problem', /102 MiB of disk/, /2048 MiB/],
    ['little memory', { freeMemoryBytes: GIB }, 'warning', /1024 MiB of memory/, /1200 MiB/],
    ['no memory', { freeMemoryBytes: GIB / 10 }, 'problem', /102 MiB of memory/, /1200 MiB/],
  ])('%s', (_, changes, verdict, what, remedy) => {
    const wrong = judge(facts(changes)).filter((finding) => finding.verdict !== 'ok');
    expect(wrong).toEqual([{ verdict, what: expect.stringMatching(what), remedy: expect.stringMatching(remedy) }]);
  });

  test('is each of several wrong variables', () => {
    expect(
      judge(facts({ configFaults: ['A is', 'B is'] })).filter(({ verdict }) => verdict === 'problem'),
    ).toHaveLength(2);
  });
});

test('a Temporal to be built needs more disk', () => {
  const findings = judge(facts({ temporal: { way: 'to_build' }, freeDiskBytes: 3 * GIB }));
  expect(findings.filter(({ verdict }) => verdict === 'warning').map(({ remedy }) => remedy)).toContain(
    'free at least 4096 MiB',
  );
});

test('what a running Waybill holds is no problem', () => {
  const findings = judge(facts({ dataDir: held, ports: [{ ...api, isFree: false }], freeMemoryBytes: GIB / 2 }));
  expect(findings.filter(({ verdict }) => verdict !== 'ok')).toEqual([]);
  expect(findings.map(({ what }) => what)).toContain(
    'a Waybill is running here: in use by another Waybill (process 7)',
  );
});
