import { beforeAll, describe, expect, test } from 'vitest';
import { aReceiver } from '../receiver.ts';
import type { N8nClient } from './n8n-client.ts';
import { aSharedOrganization, sharedN8n } from './shared.ts';
import { TRIGGERS } from './trigger-cases.ts';
import type { WaybillOrganization } from './waybill-organization.ts';

let n8n: N8nClient;
let organization: WaybillOrganization;

beforeAll(async () => {
  n8n = await sharedN8n();
  organization = await aSharedOrganization();
});

describe.each(TRIGGERS)('the button that tests $credential', ({ credential, path }) => {
  const tested = async (data: { baseUrl?: string; apiKey?: string }) =>
    (
      await n8n.testCredential(credential, {
        baseUrl: `${organization.url}${path}`,
        apiKey: organization.apiKey,
        ...data,
      })
    ).status;

  test('is content with a key of Waybill, also with a slash behind the address', async () => {
    expect(await tested({})).toBe('OK');
    expect(await tested({ baseUrl: `${organization.url}${path}/` })).toBe('OK');
  });

  test('refuses another key, and an address where nothing answers', async () => {
    expect(await tested({ apiKey: 'wb_another' })).toBe('Error');
    expect(await tested({ baseUrl: 'http://127.0.0.1:1' })).toBe('Error');
  });

  test.runIf(path !== '')(
    'is content with a system that has no call that reads, unless it refuses the key',
    async () => {
      const system = await aReceiver((_request, response) => response.writeHead(405).end('{}'));
      try {
        expect(await tested({ baseUrl: system.url })).toBe('OK');
        for (const status of [401, 403, 500, 503]) {
          system.answerWith((_request, response) => response.writeHead(status).end('{}'));
          expect([status, await tested({ baseUrl: system.url })]).toEqual([status, 'Error']);
        }
      } finally {
        await system.close();
      }
    },
  );
});
