import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { portalDocument } from './openapi-document.ts';

it('the API that the portal was made for is the one that there is: npm run portal:client', async () => {
  expect(readFileSync(new URL('../portal/openapi.json', import.meta.url), 'utf8')).toBe(await portalDocument());
});
