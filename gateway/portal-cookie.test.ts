import { expect, it } from 'vitest';
import { cookieRules, setPortalCookie } from './portal-cookie.ts';

const FRAMED = ['https://app.example'];

it.each([
  ['http://localhost:8420', [], {}, 'SameSite=Lax'],
  ['https://hooks.example', [], {}, 'SameSite=Lax; Secure'],
  ['http://10.0.0.1', [], { 'x-forwarded-proto': 'https' }, 'SameSite=Lax; Secure'],
  ['https://hooks.example', FRAMED, {}, 'SameSite=None; Secure; Partitioned'],
  ['http://localhost:8420', FRAMED, {}, 'SameSite=None; Secure; Partitioned'],
] as const)('reached at %s, framed by %j, with %j: %s', (publicUrl, portalFrameAncestors, headers, flags) => {
  const rules = cookieRules({ headers } as never, { publicUrl: () => publicUrl, portalFrameAncestors });
  expect(setPortalCookie('value', rules)).toBe(`waybill_portal=value; Max-Age=86400; Path=/; HttpOnly; ${flags}`);
  expect(setPortalCookie(null, rules)).toBe(`waybill_portal=; Max-Age=0; Path=/; HttpOnly; ${flags}`);
});
