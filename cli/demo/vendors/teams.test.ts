import { afterEach, beforeEach, expect, test } from 'vitest';
import { aMessage } from '../../../domain/destinations/fixtures.ts';
import { renderAdaptiveCard } from '../../../domain/destinations/teams/adaptive-card.ts';
import { adaptiveCardFaults } from '../../../test/vendors/adaptive-card.ts';
import { aFakeTeams, type TeamsFake } from './teams.ts';

let teams: TeamsFake;
beforeEach(async () => {
  teams = await aFakeTeams();
});
afterEach(() => teams.close());

function post(body: unknown, headers: Record<string, string> = {}, url = teams.config.webhookUrl): Promise<Response> {
  const all = { 'content-type': 'application/json', ...headers };
  return fetch(url, { method: 'POST', headers: all, body: typeof body === 'string' ? body : JSON.stringify(body) });
}

const CARD = renderAdaptiveCard(aMessage({ link: { label: 'Open', url: 'https://example.com/' } }));

/** The card with something else in it. */
function changed(change: (content: Record<string, unknown>, message: Record<string, unknown>) => void): unknown {
  const message = structuredClone(CARD) as unknown as Record<string, unknown> & { attachments: { content: object }[] };
  change(message.attachments[0]?.content as Record<string, unknown>, message);
  return message;
}

test('a good card is answered with 202 and nothing, and posted', async () => {
  const answer = await post(CARD, { 'x-ms-client-tracking-id': 'd-1' });
  expect([answer.status, await answer.text()]).toEqual([202, '']);
  expect(teams.runs).toEqual([
    { id: answer.headers.get('x-ms-workflow-run-id'), trackingId: 'd-1', status: 'Succeeded', code: '' },
  ]);
  expect(teams.things()).toHaveLength(1);
  expect(teams.faults).toEqual([]);
});

test.each([
  ['no attachments', changed((_, message) => delete message.attachments), /Null/],
  ['an attachment of nothing', { type: 'message', attachments: [null] }, /no Adaptive Card/],
  ['a card for itself', CARD.attachments[0].content, /Null/],
  ['a MessageCard', changed((card) => Object.assign(card, { type: 'MessageCard' })), /no Adaptive Card/],
  ['version 1.6', changed((card) => Object.assign(card, { version: '1.6' })), /version 1\.6/],
  ['an empty body', changed((card) => Object.assign(card, { body: [] })), /no body/],
  ['an unknown element', changed((card) => Object.assign(card, { body: [{ type: 'Chart' }] })), /Chart is no element/],
  ['a text block without text', changed((card) => Object.assign(card, { body: [{ type: 'TextBlock' }] })), /no text/],
  [
    'a fact without a value',
    changed((card) => Object.assign(card, { body: [{ type: 'FactSet', facts: [{ title: 'a' }] }] })),
    /a fact has no/,
  ],
  ['Action.Submit', changed((card) => Object.assign(card, { actions: [{ type: 'Action.Submit' }] })), /does nothing/],
  [
    'a relative link',
    changed((card) => Object.assign(card, { actions: [{ type: 'Action.OpenUrl', title: 'a', url: '/jobs' }] })),
    /absolute/,
  ],
  ['30 KB', changed((card) => Object.assign(card, { fallbackText: 'x'.repeat(30_000) })), /bytes/],
])('%s is answered with 202 as well, and the run fails', async (_, body, fault) => {
  expect((await post(body)).status).toBe(202);
  expect(teams.runs).toEqual([expect.objectContaining({ status: 'Failed', code: expect.stringMatching(/./) })]);
  expect(teams.things()).toEqual([]);
  expect(teams.faults).toEqual([expect.stringMatching(fault)]);
  // What the fake refuses, the checks of our tests refuse as well.
  expect(adaptiveCardFaults(body)).not.toEqual([]);
});

test.each([
  [
    'a cut signature',
    () => post(CARD, {}, teams.config.webhookUrl.slice(0, -3)),
    401,
    'DirectApiAuthorizationRequired',
  ],
  ['an Authorization header', () => post(CARD, { authorization: 'Bearer x' }), 401, 'DirectApiAuthorizationRequired'],
  ['another path', () => post(CARD, {}, `${teams.url}/workflows/x?sig=y`), 404, 'WorkflowNotFound'],
  ['no JSON', () => post('{'), 400, 'InvalidRequestContent'],
  ['another content type', () => post(CARD, { 'content-type': 'text/plain' }), 400, 'InvalidRequestContent'],
])('%s is refused at once, without a run', async (_, request, status, code) => {
  const answer = await request();
  expect(answer.status).toBe(status);
  expect(await answer.json()).toMatchObject({ error: { code } });
  expect(teams.runs).toEqual([]);
});

test('scripted answers come first, each once and only for what they are meant for', async () => {
  teams.script([{ status: 500, body: 'no' }], ({ method }) => method === 'GET');
  teams.script([{ status: 429, headers: { 'retry-after': '3' } }, 'lost']);
  const throttled = await post(CARD);
  expect([throttled.status, throttled.headers.get('retry-after')]).toEqual([429, '3']);
  expect(teams.runs).toHaveLength(0);
  await expect(post(CARD)).rejects.toThrow();
  expect(teams.runs).toHaveLength(1);
  expect((await post(CARD)).status).toBe(202);
});
