import type { ExchangeResult } from '../../delivery/types.ts';
import { jsonOf } from '../transport.ts';

type Answer = Extract<ExchangeResult, { kind: 'response' }>;

/** What an answer says, wherever in it that stands. */
export interface AnswerReading {
  /** The status that counts: one that the text of a 200 tells goes before it. */
  status: number;
  /** `error.code`; empty without one. */
  code: string;
  /** A success whose body is an error without a status of its own. */
  failedSuccess: boolean;
}

/** Microsoft's old hosts, and flows that relay what such a host says, report failures in the text of a 200. */
const TOLD_STATUS = /\bHTTP error ([345]\d\d)\b/i;
const TOLD_FAILURE =
  /\b(error|exception|failed|failure|invalid|unauthorized|forbidden|denied)\b|\bbad (request|payload)\b/i;
const WEB_PAGE = /^\s*<(!doctype|html|head)\b/i;
/** Codes are words; anything else could be an echo of the URL. */
const CODE = /^[A-Za-z]{1,80}$/;

/**
 * Reads an answer of a workflow: JSON `{"error": {code, message}}`, or with a success whatever a flow with a Response action
 * puts there. A web page in a success is a failure too.
 */
export function readAnswer(answer: Answer): AnswerReading {
  const body = jsonOf(answer);
  const code = errorCodeOf(body);
  if (!isSuccess(answer.status)) return { status: answer.status, code, failedSuccess: false };
  const text = proseOf(answer, body);
  const told = TOLD_STATUS.exec(text)?.[1];
  if (told) return { status: Number(told), code, failedSuccess: false };
  const failedSuccess = Boolean(errorOf(body)) || TOLD_FAILURE.test(text) || WEB_PAGE.test(text);
  return { status: answer.status, code, failedSuccess };
}

export function isSuccess(status: number): boolean {
  return status >= 200 && status < 300;
}

/** The body if that is no JSON or a JSON text, else its error's message: what other JSON holds is the flow's own affair. */
function proseOf(answer: Answer, body: unknown): string {
  if (body === undefined) return new TextDecoder().decode(answer.body);
  if (typeof body === 'string') return body;
  const error = errorOf(body);
  const message = isRecord(error) ? error.message : error;
  return typeof message === 'string' ? message : '';
}

function errorCodeOf(body: unknown): string {
  const error = errorOf(body);
  const code = isRecord(error) ? error.code : error;
  return typeof code === 'string' && CODE.test(code) ? code : '';
}

function errorOf(body: unknown): unknown {
  return isRecord(body) ? body.error : undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
