import { cutText } from '../cut-text.ts';
import type { DeliverInput, DeliverResult, Remote, StepRequest, Steps } from '../destination.ts';
import type { Message } from '../message.ts';
import { markedAsTest } from '../test-mark.ts';
import { renderAdaptiveCard, type TeamsMessage } from './adaptive-card.ts';
import { isTooLarge, judgeCard } from './answers.ts';
import type { CardContext } from './card-context.ts';
import { addressOf } from './webhook-url.ts';

/** Credentials and target of the destination. */
export interface TeamsConfig {
  /** A Workflows URL, whole: its query is the credential. */
  webhookUrl: string;
}

/** Of the text of a card that is posted again since it was too large, and how many rows. */
const SHORT_TEXT = 500;
const SHORT_ROWS = 5;

/**
 * Posts a card; a workflow can do nothing else. What is remembered of a subject is when its first card was posted, so that later ones
 * refer to it. `unsure` changes nothing: there is no way to look.
 */
export function* deliverCard(input: DeliverInput<TeamsConfig>): Steps<DeliverResult> {
  const { config, outdated, test, nowMs } = input;
  const message = test ? markedAsTest(input.message) : input.message;
  const place = addressOf(config.webhookUrl);
  const first = input.remote?.place === place ? input.remote : null;
  const context: CardContext = { firstAt: first?.id ?? null, outdated };
  let result = yield post(input, renderAdaptiveCard(message, context));
  if (isTooLarge(result)) result = yield post(input, renderAdaptiveCard(shortened(message), context));
  const verdict = judgeCard(result, nowMs);
  if (verdict.kind !== 'accepted' || outdated) return { verdict };
  const remote: Remote = first ?? { place, id: new Date(nowMs).toISOString(), name: '', link: null, resolved: false };
  return { verdict, remote: { ...remote, resolved: message.resolved } };
}

function post({ config, deliveryKey }: DeliverInput<TeamsConfig>, card: TeamsMessage): StepRequest {
  return {
    step: 'post the card',
    method: 'POST',
    url: config.webhookUrl,
    headers: {
      'Content-Type': 'application/json; charset=utf-8',
      // The run of the workflow is found by it in Power Automate.
      'x-ms-client-tracking-id': deliveryKey,
    },
    body: JSON.stringify(card),
  };
}

function shortened(message: Message): Message {
  return {
    ...message,
    text: cutText(message.text, SHORT_TEXT),
    fields: message.fields.slice(0, SHORT_ROWS),
    list: null,
  };
}
