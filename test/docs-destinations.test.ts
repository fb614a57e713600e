import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import type { ExchangeResult } from '../domain/delivery/types.ts';
import type { Destination, Remote, StepRequest } from '../domain/destinations/destination.ts';
import { jiraDestination } from '../domain/destinations/jira/destination.ts';
import type { Message } from '../domain/destinations/message.ts';
import { previewSteps } from '../domain/destinations/run-steps.ts';
import { servicenowDestination } from '../domain/destinations/servicenow/destination.ts';
import { slackDestination } from '../domain/destinations/slack/destination.ts';
import { teamsDestination } from '../domain/destinations/teams/destination.ts';
import { renderMessageCard } from '../domain/destinations/teams/message-card.ts';
import { assumedAnswer } from '../domain/destinations/transport.ts';
import { eventTypeOf } from '../domain/dialects/catalogues.ts';
import { meaningOf } from '../domain/dialects/meanings.ts';
import { drawAdaptiveCard, drawAdf, drawFields, drawMessageCard, drawSlack } from './drawings.ts';

const page = new URL('../docs/destinations.md', import.meta.url);
const SUBJECT_KEY = 'wb-5f0c3a7e9d1b24680ace13579bdf02468ace1357';

const messageOf = (dialect: string, type: string, occurredAt: string): Message =>
  meaningOf({ id: 'evt_1', dialect, type, data: eventTypeOf(dialect, type)?.example ?? {}, occurredAt });

const FAILED = messageOf('flexorch', 'job.failed', '2026-05-15T18:42:11.532Z');
const COMPLETED = messageOf('flexorch', 'job.completed', '2026-05-15T19:10:40.087Z');
const VALIDATED = messageOf('flowcerta', 'validation.completed', '2026-05-15T18:42:11.532Z');

type Assume = (request: StepRequest) => ExchangeResult | undefined;

/** Bodies by step, and what is remembered, of a delivery to which the vendor answers as assumed. */
function sent<Config>(
  destination: Destination<Config>,
  config: Config,
  { message, remote = null, deliveryKey = 'dlv_1' }: { message: Message; remote?: Remote | null; deliveryKey?: string },
  answer: Assume = () => undefined,
) {
  const input = {
    ...{ config, message, deliveryKey, subjectKey: SUBJECT_KEY, remote, outdated: false, unsure: null, test: false },
    tokens: { get: () => undefined, set: () => undefined, clear: () => undefined },
    nowMs: Date.parse(message.occurredAt) + 2_000,
  };
  const { requests, result } = previewSteps(
    destination.deliver(input),
    (request) => answer(request) ?? destination.assume(request),
  );
  const bodyOf = (step: string) => {
    const found = requests.find((request) => request.step === step);
    if (!found) throw new Error(`${step} is none of: ${requests.map((request) => request.step).join(', ')}`);
    return JSON.parse(found.body);
  };
  return { bodyOf, remote: result.remote ?? null };
}

/** A delivery of the failed job, then one of the same job completed. */
function story<Config>(destination: Destination<Config>, config: Config, answer?: Assume) {
  const first = sent(destination, config, { message: FAILED });
  const later = { message: COMPLETED, remote: first.remote, deliveryKey: 'dlv_2' };
  return { first: first.bodyOf, later: sent(destination, config, later, answer).bodyOf };
}

const slack = story(slackDestination, { via: 'bot', botToken: 'xoxb-1', channel: 'C0123ABC456' });
const teams = story(teamsDestination, { webhookUrl: 'https://relay.example.com/' });
const jiraConfig = {
  ...{ deployment: 'cloud' as const, baseUrl: 'https://example.atlassian.net', email: 'a@example.com', apiToken: 'x' },
  ...{ project: 'DQ', issueType: 'Task' },
};
const jira = story(jiraDestination, jiraConfig);
const dataCenter = sent(
  jiraDestination,
  { ...jiraConfig, deployment: 'datacenter' as const, accessToken: 'x' },
  { message: VALIDATED },
);
const servicenowConfig = { instanceUrl: 'https://example.service-now.com', username: 'waybill', password: 'x' };
const servicenow = story(servicenowDestination, servicenowConfig, recordFound);
const event = sent(servicenowDestination, { ...servicenowConfig, mode: 'event' as const }, { message: FAILED });

/** The record that stands for the subject, as another delivery left it. */
function recordFound({ method, url }: StepRequest): ExchangeResult | undefined {
  const one = /\/table\/incident\/[0-9a-f]{32}$/.test(new URL(url).pathname);
  const record = {
    sys_id: '0'.repeat(32),
    number: 'INC0010002',
    state: '1',
    active: 'true',
    correlation_id: SUBJECT_KEY,
  };
  return method === 'GET' && one ? assumedAnswer(200, { result: record }) : undefined;
}

function drawIssue({ fields }: { fields: Record<string, unknown> }): string {
  const { project, issuetype, summary, labels, priority, description } = fields as Record<
    string,
    { name: string; key: string }
  >;
  const rich =
    typeof description === 'string' ? description : drawAdf(description as unknown as Parameters<typeof drawAdf>[0]);
  const rows = { project: project?.key, issuetype: issuetype?.name, priority: priority?.name, labels, summary };
  return `${drawFields(rows)}\n\n${rich}`;
}

const DRAWINGS: Readonly<Record<string, string>> = {
  'slack message': drawSlack(slack.first('post the message')),
  'slack update': drawSlack(slack.later('update the message')),
  'slack reply': drawSlack(slack.later('reply in the thread')),
  'teams card': drawAdaptiveCard(teams.first('post the card')),
  'teams later card': drawAdaptiveCard(teams.later('post the card')),
  'message card': drawMessageCard(renderMessageCard(VALIDATED) as Parameters<typeof drawMessageCard>[0]),
  'jira cloud issue': drawIssue(jira.first('make the issue')),
  'jira cloud comment': drawAdf(jira.later('comment the issue').body),
  'jira data center issue': drawIssue(dataCenter.bodyOf('make the issue')),
  'servicenow record': drawFields(servicenow.first('create the record')),
  'servicenow resolved': drawFields(servicenow.later('resolve the record')),
  'servicenow event': drawFields(event.bodyOf('send the event').records[0]),
};

/** A table of a destination's configuration, as it declares it. */
function fieldsOf({ fields }: Pick<Destination, 'fields'>): string {
  const rows = fields.map(({ name, kind, required, secret, help, default: standard, when, options, loads }) => {
    const kinds = [kind === 'select' ? options?.map(({ value }) => `\`${value}\``).join(', ') : kind];
    if (secret && kind !== 'secret') kinds.push('secret');
    if (loads) kinds.push('pick');
    const marks = [
      required ? '**Required.**' : '',
      when ? `With \`${when.field}\` ${when.in.map((value) => `\`${value}\``).join(' or ')}.` : '',
      help,
      standard === undefined ? '' : `Default: \`${String(standard)}\`.`,
    ];
    return `| \`${name}\` | ${kinds.join('; ')} | ${marks.filter(Boolean).join(' ').replaceAll('|', '\\|')} |`;
  });
  return ['| field | | |', '| --- | --- | --- |', ...rows].join('\n');
}

const PARTS: Readonly<Record<string, string>> = {
  ...Object.fromEntries(Object.entries(DRAWINGS).map(([name, drawn]) => [name, `\`\`\`text\n${drawn}\n\`\`\``])),
  'slack fields': fieldsOf(slackDestination),
  'teams fields': fieldsOf(teamsDestination),
  'jira fields': fieldsOf(jiraDestination),
  'servicenow fields': fieldsOf(servicenowDestination),
};

const PART = /<!-- from the code: (.+?) -->\n.*?<!-- end -->/gs;

test('docs/destinations.md shows messages, tickets and fields as the code has them; -u writes them', async () => {
  const text = readFileSync(page, 'utf8');
  expect([...text.matchAll(PART)].map(([, name]) => name).sort()).toEqual(Object.keys(PARTS).sort());
  const current = text.replace(
    PART,
    (_, name: string) => `<!-- from the code: ${name} -->\n${PARTS[name]}\n<!-- end -->`,
  );
  await expect(current).toMatchFileSnapshot(fileURLToPath(page));
});
