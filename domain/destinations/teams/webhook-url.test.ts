import { describe, expect, test } from 'vitest';
import type { ExchangeResult } from '../../delivery/types.ts';
import { previewSteps } from '../run-steps.ts';
import { assumedAnswer } from '../transport.ts';
import { teamsDestination } from './destination.ts';

const QUERY = 'api-version=1&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig=Zm9v-YmFy_1';
const TRIGGER = '/workflows/7c1d/triggers/manual/paths/invoke';
const POWER = `https://default0a1b.4c.environment.api.powerplatform.com:443/powerautomate/automations/direct${TRIGGER}`;
const LOGIC = `https://prod-12.westeurope.logic.azure.com:443${TRIGGER}`;

const faultsOf = (webhookUrl: string) => teamsDestination.check({ webhookUrl });
const tokens = { get: () => undefined, set: () => undefined, clear: () => undefined };
const verified = (webhookUrl: string) =>
  previewSteps(teamsDestination.verify({ webhookUrl }, tokens), (): ExchangeResult => assumedAnswer(500, ''));

test.each([
  `${POWER}?${QUERY}`,
  `${LOGIC}?${QUERY}`,
  'https://relay.example.com/teams/alerts',
  'http://127.0.0.1:9000/',
])('%s may be used', (url) => {
  expect(faultsOf(url)).toEqual([]);
});

test.each([
  [
    'https://acme.webhook.office.com/webhookb2/11aa@22bb/IncomingWebhook/33cc/44dd',
    /retired.*Workflows.*webhook alerts/,
  ],
  ['https://outlook.office.com/webhook/11aa@22bb/IncomingWebhook/33cc', /retired/],
  ['https://outlook.office365.com/webhook/11aa@22bb/IncomingWebhook/33cc', /retired/],
  ['https://webhook.office.com/webhookb2/x', /retired/],
  ['https://ACME.Webhook.Office.com./webhookb2/x', /retired/],
  ['https://teams.microsoft.com/l/channel/19%3aab%40thread.tacv2/Alerts', /a page/],
  ['https://teams.cloud.microsoft/l/channel/19', /a page/],
  ['https://make.powerautomate.com/environments/Default-1/flows/2', /a page/],
  [`https://user:word@prod-12.westeurope.logic.azure.com${TRIGGER}?${QUERY}`, /no user name/],
  [`${POWER.replace('https', 'http')}?${QUERY}`, /https/],
  [`${LOGIC.replace('/paths/invoke', '')}?${QUERY}`, /whole URL of a trigger/],
  [`${LOGIC}?api-version=2016-06-01`, /Who can trigger the flow.*Anyone/],
  [`${LOGIC}?api-version=2016-06-01&sig=`, /no `sig`/],
])('%s is refused, with the remedy', (url, rule) => {
  expect(faultsOf(url)).toEqual([{ field: 'webhookUrl', rule: expect.stringMatching(rule) }]);
});

test('hosts that only look like a connector are no connector', () => {
  for (const host of ['notwebhook.office.com.example.com', 'mywebhook-office.com', 'outlook.office.com.example.com']) {
    expect(faultsOf(`https://${host}/`)).toEqual([]);
  }
});

describe('what is shown of the URL', () => {
  test.each([
    [`${POWER}?${QUERY}`, POWER.replace(':443', '')],
    [`${LOGIC}?${QUERY}#x`, LOGIC.replace(':443', '')],
    ['https://relay.example.com/hooks/s3cret?key=s3cret', 'https://relay.example.com/'],
    ['http://127.0.0.1:9000/s3cret', 'http://127.0.0.1:9000/'],
  ])('of %s it is %s', (webhookUrl, address) => {
    expect(teamsDestination.address({ webhookUrl })).toBe(address);
  });
});

describe('the check', () => {
  test('asks nothing, since a request would post, and says that only a test event proves it', () => {
    const { requests, result } = verified(`${POWER}?${QUERY}`);
    expect(requests).toEqual([]);
    expect(result).toEqual({
      ok: true,
      found: [
        'the URL has the form of a workflow’s trigger at default0a1b.4c.environment.api.powerplatform.com, with its signature',
        'only a test event shows whether the workflow takes it',
      ],
      faults: [],
    });
  });

  test('says of another host that it is a relay, and of a bad URL what is wrong', () => {
    expect(verified('https://relay.example.com/s3cret').result.found[0]).toMatch(
      /^relay\.example\.com is none of Microsoft/,
    );
    expect(verified(`${LOGIC}?x=1`).result).toMatchObject({ ok: false, found: [], faults: [{ field: 'webhookUrl' }] });
  });

  test('shows nothing of the secret', () => {
    for (const url of [
      `${POWER}?${QUERY}`,
      'https://relay.example.com/Zm9v-YmFy_1',
      `http://logic.azure.com/?${QUERY}`,
    ]) {
      expect(JSON.stringify(verified(url))).not.toContain('Zm9v-YmFy_1');
    }
  });
});
