import type { StepRequest } from '../destination.ts';
import type { SlackBot } from './config.ts';

/** Methods of the Web API in use (docs.slack.dev/reference/methods). */
export type SlackMethod =
  | 'auth.test'
  | 'chat.getPermalink'
  | 'chat.postMessage'
  | 'chat.update'
  | 'conversations.history'
  | 'conversations.info'
  | 'conversations.list'
  | 'conversations.replies';

const JSON_TYPE = 'application/json; charset=utf-8';

/** A method that changes something; arguments go as JSON. */
export function writeCall(step: string, bot: SlackBot, method: SlackMethod, body: object): StepRequest {
  return {
    step,
    method: 'POST',
    url: `${bot.apiBase}/${method}`,
    headers: { Authorization: `Bearer ${bot.token}`, 'Content-Type': JSON_TYPE },
    body: JSON.stringify(body),
  };
}

/** A method that only reads; arguments go in the query, since those methods take no JSON. */
export function readCall(
  step: string,
  bot: SlackBot,
  method: SlackMethod,
  args: Readonly<Record<string, string>> = {},
): StepRequest {
  const query = new URLSearchParams(args).toString();
  return {
    step,
    method: 'GET',
    url: `${bot.apiBase}/${method}${query ? `?${query}` : ''}`,
    headers: { Authorization: `Bearer ${bot.token}` },
    body: '',
  };
}

export function webhookCall(step: string, webhookUrl: string, body: object): StepRequest {
  return { step, method: 'POST', url: webhookUrl, headers: { 'Content-Type': JSON_TYPE }, body: JSON.stringify(body) };
}

/** The method of a request to the Web API; undefined for a webhook. */
export function methodOf({ url }: StepRequest): string | undefined {
  return /\/((?:auth|chat|conversations)\.[A-Za-z]+)(?:\?|$)/.exec(url)?.[1];
}
