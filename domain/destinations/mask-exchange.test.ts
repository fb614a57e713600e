import { expect, test } from 'vitest';
import { MASK } from '../delivery/mask.ts';
import { hiderOf, maskExchange } from './mask-exchange.ts';

const SIGNATURE = 'q3Zf-0aB%2Bc9dE_fGhIjKlMnOpQrStUvWxYz012345';
const WORKFLOW =
  'https://prod-1.westeurope.logic.azure.com:443/workflows/0f1e2d/triggers/manual/paths/invoke' +
  `?api-version=2016-06-01&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig=${SIGNATURE}`;
const TOKEN = 'AbCdEfGhIjKlMnOpQrStUvWx';
const WEBHOOK = `https://hooks.slack.com/services/T0123/B0456/${TOKEN}`;

test.each([
  ['as it is', WORKFLOW, WORKFLOW, SIGNATURE],
  ['as a page repeats it', WORKFLOW, `<a href="${WORKFLOW.replaceAll('&', '&amp;')}">`, SIGNATURE],
  ['read apart', WORKFLOW, JSON.stringify({ sig: decodeURIComponent(SIGNATURE) }), decodeURIComponent(SIGNATURE)],
  ['without what is the same without it', WORKFLOW, new URL(WORKFLOW).href, SIGNATURE],
  ['with slashes escaped, as PHP writes JSON', WEBHOOK, WEBHOOK.replaceAll('/', '\\/'), TOKEN],
  ['by its last part', WEBHOOK, `no service ${TOKEN}`, TOKEN],
])('an address that is the secret is hidden %s', (_, secret, text, inside) => {
  expect(hiderOf([secret])(text)).not.toContain(inside);
});

test('of an address the origin stays, and other addresses there', () => {
  expect(hiderOf([WEBHOOK])(`to ${WEBHOOK}`)).toBe(`to https://hooks.slack.com/${MASK}`);
  expect(hiderOf([WEBHOOK])('https://hooks.slack.com/services')).toBe('https://hooks.slack.com/services');
});

test.each([
  ['in a form', 'client_secret=p%40ss+w%2Frd'],
  ['in a query', '?key=p%40ss%20w%2Frd'],
  ['in JSON', JSON.stringify({ secret: 'p@ss w/rd' })],
  ['in JSON with slashes escaped', '{"secret":"p@ss w\\/rd"}'],
])('a secret is hidden %s', (_, text) => {
  expect(hiderOf(['p@ss w/rd'])(text)).toContain(MASK);
  expect(hiderOf(['p@ss w/rd'])(text)).not.toMatch(/w(\/|\\\/|%2F)rd/);
});

test('what is made of a secret for a header is masked where an answer repeats it, and words like it stay in the request', () => {
  const shown = maskExchange(
    {
      method: 'POST',
      url: 'https://acme.example/preview',
      requestHeaders: { Authorization: 'Bearer preview' },
      requestBody: 'a preview',
      status: 400,
      responseHeaders: { 'x-echo': 'Bearer preview', 'set-cookie': 'a=b' },
      responseBody: 'who is preview?',
      responseEncoding: 'utf8',
      responseTruncated: false,
      durationMs: 1,
      errorCode: null,
      errorMessage: null,
    },
    [],
    { secretAnswer: false },
  );
  expect(shown).toMatchObject({
    url: 'https://acme.example/preview',
    requestHeaders: { Authorization: MASK },
    requestBody: 'a preview',
    responseHeaders: { 'x-echo': `Bearer ${MASK}`, 'set-cookie': MASK },
    responseBody: `who is ${MASK}?`,
  });
});
