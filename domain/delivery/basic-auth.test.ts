import { expect, test } from 'vitest';
import { basicAuthHeader } from './basic-auth.ts';

test.each([
  // RFC 7617, sections 2 and 2.1.
  ['Aladdin', 'open sesame', 'Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=='],
  ['test', '123£', 'Basic dGVzdDoxMjPCow=='],
  ['token', '', 'Basic dG9rZW46'],
  ['', 'a:b', 'Basic OmE6Yg=='],
])('%s with password "%s"', (username, password, value) => {
  expect(basicAuthHeader({ username, password })).toEqual({ name: 'Authorization', value });
});
