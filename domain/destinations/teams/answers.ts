import { parseRetryAfter } from '../../delivery/retry-after.ts';
import type { ExchangeResult } from '../../delivery/types.ts';
import { throttled, transportVerdict } from '../transport.ts';
import type { Verdict } from '../verdict.ts';
import { isSuccess, readAnswer } from './answer-reading.ts';
import { REMEDY } from './webhook-url.ts';

type Rule = { kind: 'bad_configuration' | 'bad_payload' | 'retry'; says: string };

const CHECK_URL = 'copy its URL again, and look at who can trigger it';
const MAY_APPEAR_TWICE = 'the card is posted again, and may appear twice';
const GONE: Rule = {
  kind: 'bad_configuration',
  says: `there is no such workflow: it was deleted, or its URL has changed. ${REMEDY}`,
};

/** `error.code` of a workflow that refuses, which says more than the status. */
const CODES: ReadonlyMap<string, Rule> = new Map([
  [
    'WorkflowTriggerIsNotEnabled',
    {
      kind: 'bad_configuration',
      says:
        'the workflow is switched off or deleted: switch it on in Power Automate. Workflows stop when their owner leaves, after ' +
        '90 days without use, and after 14 days of failures',
    },
  ],
  [
    'DirectApiAuthorizationRequired',
    {
      kind: 'bad_configuration',
      says:
        'the workflow does not take the URL’s signature: it is cut or outdated, or “Who can trigger the flow?” is not Anyone. ' +
        'Copy the URL again',
    },
  ],
  ['WorkflowNotFound', GONE],
  [
    'TriggerInputSchemaMismatch',
    {
      kind: 'bad_payload',
      says:
        'the workflow’s trigger expects something other than a message with an Adaptive Card: remove the schema from the trigger, ' +
        'or use the template “Send webhook alerts to a channel”',
    },
  ],
]);

const STATUSES: ReadonlyMap<number, Rule> = new Map([
  [401, { kind: 'bad_configuration', says: `the workflow refuses the request: ${CHECK_URL}` }],
  [403, { kind: 'bad_configuration', says: `the workflow refuses the request: ${CHECK_URL}` }],
  [404, GONE],
  [405, GONE],
  [410, GONE],
  [408, { kind: 'retry', says: 'the request did not arrive in time' }],
  [413, { kind: 'bad_payload', says: 'the card is too large, and a shorter one was too' }],
  [425, { kind: 'retry', says: 'the workflow asks to try again' }],
  [502, { kind: 'retry', says: `whether the workflow ran is not known: ${MAY_APPEAR_TWICE}` }],
  [504, { kind: 'retry', says: `whether the workflow ran is not known: ${MAY_APPEAR_TWICE}` }],
]);

const CLASSES: ReadonlyMap<number, Rule> = new Map([
  [3, { kind: 'bad_configuration', says: `the address redirects, which is not followed: ${CHECK_URL}` }],
  [4, { kind: 'bad_payload', says: 'the workflow refuses this content' }],
  [5, { kind: 'retry', says: 'the workflow service failed' }],
]);

/** A success whose body is an error's, or none of a workflow, such as a proxy's page. */
const FAILED_SUCCESS: Rule = {
  kind: 'retry',
  says: 'yet the body tells of an error: the workflow failed, or something before it answered',
};

/**
 * What an answer to a posted card means. Any 2xx is `accepted`, since workflows answer before they look at a card; unless its text
 * is an error's. Nothing can be looked up in Teams, so what is ambiguous elsewhere is tried again, and the message says that the
 * card may appear twice. Texts of the answer stand in no message, as they could repeat the URL.
 */
export function judgeCard(result: ExchangeResult, nowMs: number): Verdict {
  if (result.kind === 'error') return judgeError(result);
  const { status, code, failedSuccess } = readAnswer(result);
  if (isSuccess(status) && !failedSuccess) return { kind: 'accepted' };
  const found = [`HTTP ${status}`, code].filter(Boolean).join(' ');
  if (status === 429) return throttled(`${found}: too many requests for this workflow`, result.headers, nowMs);
  const { kind, says } = CODES.get(code) ?? (failedSuccess ? FAILED_SUCCESS : ruleOf(status));
  const message = `${found}: ${says}`;
  if (kind !== 'retry') return { kind, message };
  const afterMs = parseRetryAfter(result.headers['retry-after'], nowMs) ?? null;
  const rests = afterMs === null ? {} : { rests: true };
  return { kind, code: failedSuccess ? 'vendor_error' : `http_${status}`, message, afterMs, ...rests };
}

function judgeError(error: Extract<ExchangeResult, { kind: 'error' }>): Verdict {
  const verdict = transportVerdict(error, true);
  if (verdict.kind !== 'ambiguous') return verdict;
  return { kind: 'retry', code: error.code, message: `${verdict.message}; ${MAY_APPEAR_TWICE}`, afterMs: null };
}

function ruleOf(status: number): Rule {
  return STATUSES.get(status) ?? CLASSES.get(Math.floor(status / 100)) ?? FAILED_SUCCESS;
}

/** Whether a smaller card might be taken. */
export function isTooLarge(result: ExchangeResult): boolean {
  return result.kind === 'response' && readAnswer(result).status === 413;
}
