import { expect, test } from 'vitest';
import { SLACK_FIELDS, type SlackConfig } from './config.ts';
import { slackDestination } from './destination.ts';

const hook = (webhookUrl: string): SlackConfig => ({ via: 'webhook', webhookUrl });
const bot = (changes: Partial<SlackConfig> = {}): SlackConfig => {
  return { via: 'bot', botToken: 'xoxb-1-2-aB3', channel: 'C0123ABC456', ...changes };
};
const faultsOf = (config: SlackConfig) => slackDestination.check(config).map(({ field }) => field);

test.each([
  hook('https://hooks.slack.com/services/T0ACME/B0ACME/s3cr3t'),
  hook('https://hooks.slack-gov.com/services/T0ACME/B0ACME/s3cr3t'),
  hook('https://mattermost.example.com/hooks/s3cr3t'),
  bot(),
  bot({ channel: 'G0123ABC456', updates: 'thread', apiBaseUrl: 'https://slack-gov.com/api/' }),
  bot({ apiBaseUrl: '', webhookUrl: 'not in use' }),
])('%o is in order', (config) => {
  expect(slackDestination.check(config)).toEqual([]);
});

test.each([
  [hook('https://hooks.slack.com/triggers/T0ACME/123/s3cr3t'), 'webhookUrl', 'starts a workflow'],
  [hook('https://hooks.slack.com/workflows/T0ACME/A1/123/s3cr3t'), 'webhookUrl', 'starts a workflow'],
  [hook('https://hooks.slack.com/services/T0ACME/B0ACME'), 'webhookUrl', 'must be whole'],
  [hook('no address'), 'webhookUrl', 'must be the address'],
  [{ via: 'webhook' } as SlackConfig, 'webhookUrl', 'must be the address'],
  [bot({ botToken: 'xoxp-1-2-3' }), 'botToken', 'begins with xoxb-'],
  [bot({ botToken: 'xapp-1-2-3' }), 'botToken', 'begins with xoxb-'],
  [bot({ botToken: 'xoxb-1 2' }), 'botToken', 'begins with xoxb-'],
  [bot({ botToken: 'xoxe.xoxb-1-2-3' }), 'botToken', 'token rotation'],
  [bot({ channel: '#alerts' }), 'channel', 'and not its name'],
  [bot({ channel: 'U0123ABC456' }), 'channel', 'must be the ID'],
  [bot({ apiBaseUrl: 'https://user:pass@slack.com/api' }), 'apiBaseUrl', 'without credentials'],
  [bot({ apiBaseUrl: 'https://slack.com/api?x=1' }), 'apiBaseUrl', 'without credentials'],
] as const)('%o: %s %s', (config, field, rule) => {
  expect(slackDestination.check(config)).toEqual([{ field, rule: expect.stringContaining(rule) }]);
  expect(JSON.stringify(slackDestination.check(config))).not.toContain('s3cr3t');
});

test('all faults are told at once', () => {
  expect(faultsOf({ via: 'bot', apiBaseUrl: 'x' })).toEqual(['botToken', 'channel', 'apiBaseUrl']);
});

test.each([
  [hook('https://hooks.slack.com/services/T0ACME/B0ACME/s3cr3t'), 'https://hooks.slack.com/services/T0ACME/B0ACME'],
  [hook('https://mattermost.example.com/hooks/s3cr3t?k=s3cr3t'), 'https://mattermost.example.com/'],
  [hook('no address'), 'https://hooks.slack.com/'],
  [bot(), 'https://slack.com/api/chat.postMessage?channel=C0123ABC456'],
  [
    bot({ apiBaseUrl: 'https://slack-gov.com/api//' }),
    'https://slack-gov.com/api/chat.postMessage?channel=C0123ABC456',
  ],
])('the address of %o is %s', (config, address) => {
  expect(slackDestination.address(config)).toBe(address);
  expect(URL.canParse(address)).toBe(true);
});

test('what is secret is declared so, and options are loaded for what says so', () => {
  expect(SLACK_FIELDS.filter(({ secret }) => secret).map(({ name }) => name)).toEqual(['webhookUrl', 'botToken']);
  expect(SLACK_FIELDS.filter(({ loads }) => loads).map(({ name }) => name)).toEqual(
    Object.keys(slackDestination.options),
  );
  expect(SLACK_FIELDS.find(({ name }) => name === 'webhookUrl')?.help).toContain('stands there twice');
});
