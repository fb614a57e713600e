import type { ExchangeResult } from '../../delivery/types.ts';
import type { Destination, StepRequest } from '../destination.ts';
import { assumedAnswer } from '../transport.ts';
import { methodOf } from './api.ts';
import { channelOptions } from './channels.ts';
import { addressOfSlack, checkSlack, SLACK_FIELDS, type SlackConfig } from './config.ts';
import { deliverToSlack } from './deliver.ts';
import { verifySlack } from './verify.ts';

/** What the Web API answers if all goes well and nothing is found. */
const ASSUMED: Readonly<Record<string, object>> = {
  'chat.postMessage': { ts: '1700000000.000100' },
  'chat.update': { ts: '1700000000.000100' },
  'chat.getPermalink': { permalink: 'https://example.slack.com/archives/C0123ABC456/p1700000000000100' },
  'conversations.history': { messages: [] },
  'conversations.replies': { messages: [] },
};

/** Slack, through an incoming webhook or as a bot. */
export const slackDestination: Destination<SlackConfig> = {
  kind: 'slack',
  title: 'Slack',
  summary: 'Posts messages to a Slack channel and, as a bot, keeps one per subject up to date.',
  fields: SLACK_FIELDS,
  // Slack takes one message a second per channel or webhook, with short bursts.
  rules: { ratePerSecond: 1, maxPerHour: null },
  check: checkSlack,
  address: addressOfSlack,
  deliver: deliverToSlack,
  assume: assumedFrom,
  verify: verifySlack,
  options: { channel: channelOptions },
};

function assumedFrom(request: StepRequest): ExchangeResult {
  const method = methodOf(request);
  return assumedAnswer(200, method === undefined ? 'ok' : { ok: true, ...ASSUMED[method] });
}
