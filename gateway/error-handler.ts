import type { FastifyBaseLogger, FastifyError, FastifyInstance, FastifyReply } from 'fastify';
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod';
import type { z } from 'zod';
import { describeFault } from '../store/fault.ts';
import { type FieldError, fieldProblem, Problem, type ProblemDocument, problemDocument } from './errors.ts';

/** How faults are written into an answer; the status is always the problem's. */
export interface ErrorLook {
  contentType: string;
  body(problem: ProblemDocument): object;
  /** `WWW-Authenticate` of a 401 (RFC 9110, section 11.6.1); null where keys come in a header without a scheme. */
  challenge: string | null;
}

const PROBLEM_LOOK: ErrorLook = {
  contentType: 'application/problem+json',
  body: (problem) => problem,
  challenge: 'Bearer',
};

/**
 * Answers every fault in `app`'s scope as a problem: the caller's by its code, ours as a 500 that names only the request id.
 * `look` is that of a system whose API is spoken there.
 */
export function installErrorHandler(app: FastifyInstance, look: ErrorLook = PROBLEM_LOOK): void {
  app.setErrorHandler((error: FastifyError | Problem, request, reply) => {
    const problem = toProblem(error);
    if (problem) return sendProblem(reply, problemDocument(problem), look);
    logFault(request.log, error);
    const detail = `The request failed inside Waybill; its log has more under ${request.id}.`;
    const document = problemDocument(new Problem('internal_error', detail));
    return sendProblem(reply, { ...document, requestId: request.id }, look);
  });
  app.setNotFoundHandler((_request, reply) =>
    sendProblem(
      reply,
      problemDocument(new Problem('not_found', 'There is no such path, or not with this method.')),
      look,
    ),
  );
}

/** Answers what Fastify could not route, such as a path with broken percent signs. No hook runs then, so none watches over the body. */
export function refuseUnreadable(_error: FastifyError, _request: unknown, reply: FastifyReply): void {
  reply.header('connection', 'close');
  sendProblem(reply, problemDocument(new Problem('bad_request', 'The path could not be decoded.')), PROBLEM_LOOK);
}

/** Sends a problem past the route's response schema. */
function sendProblem(reply: FastifyReply, problem: ProblemDocument, look: ErrorLook): FastifyReply {
  if (problem.status === 401 && look.challenge !== null) reply.header('www-authenticate', look.challenge);
  return reply
    .code(problem.status)
    .type(look.contentType)
    .serializer(JSON.stringify as (payload: unknown) => string)
    .send(look.body(problem));
}

/** `undefined`: the fault is ours. */
function toProblem(error: FastifyError | Problem): Problem | undefined {
  if (error instanceof Problem) return error;
  if (hasZodFastifySchemaValidationErrors(error)) {
    // An id of the wrong form is the id of nothing.
    if (error.validationContext === 'params') return new Problem('not_found', 'Nothing has such an id.');
    return fieldProblem(
      'validation_failed',
      error.validation.flatMap(({ instancePath, keyword, message, params }) =>
        toFieldErrors({
          path: instancePath.split('/').filter((part) => part !== ''),
          code: keyword,
          message: message ?? keyword,
          ...(params as { keys?: string[] }),
        }),
      ),
    );
  }
  switch (error.statusCode) {
    case 413:
      return new Problem('payload_too_large', 'The body exceeds the limit of this path.');
    case 415:
      return new Problem('unsupported_media_type', 'The body must be sent as application/json.');
    case 400:
      return isBodyFault(error)
        ? new Problem('invalid_json', 'The body could not be parsed as JSON.')
        : new Problem('bad_request', 'The request could not be parsed.');
    default:
      return undefined;
  }
}

function isBodyFault(error: FastifyError): boolean {
  return error instanceof SyntaxError || error.code?.startsWith('FST_ERR_CTP_') === true;
}

interface Issue {
  path: readonly PropertyKey[];
  code: string;
  message: string;
  keys?: readonly string[];
}

function toFieldErrors({ path, code, message, keys }: Issue): FieldError[] {
  const fields = path.map(String);
  if (code === 'unrecognized_keys' && keys) {
    return keys.map((key) => ({ field: [...fields, key].join('.'), rule: 'is not a known field' }));
  }
  if (fields.length === 0)
    return [{ field: 'body', rule: ruleText(message.replace('received null', 'received undefined')) }];
  return [{ field: fields.join('.'), rule: ruleText(message) }];
}

/** The fields that a value breaks, from zod's account; `root` is the path of the value itself, empty for a whole body. */
export function zodFieldErrors(error: z.ZodError, root: readonly string[]): FieldError[] {
  return error.issues.flatMap((issue) => toFieldErrors({ ...issue, path: [...root, ...issue.path] }));
}

/** Zod's text, with the word for a missing field that people look for; a missing body arrives as null. */
function ruleText(message: string): string {
  return message.replace(/^Invalid input: (.*), received undefined$/, 'is required: $1');
}

/**
 * Logs a fault of ours without the values a failed query carried: the database library puts them, event data included, into
 * message and stack.
 */
export function logFault(log: FastifyBaseLogger, error: unknown, message = 'request failed'): void {
  log.error({ fault: describeFault(error) }, message);
}
