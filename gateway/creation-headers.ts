import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { DialectWire } from '../domain/dialects/dialect.ts';
import { fieldProblem } from './errors.ts';

/** What clients may say by header when they create an endpoint or take one over: a real system's own API ignores these. */
export const creationHeaders = z.object({
  'waybill-secret': z.string().optional().meta({ description: 'The secret to use instead of a generated one.' }),
  'waybill-acknowledge': z
    .string()
    .optional()
    .meta({ description: '`echo`: delivered only once the answer repeats the delivery id.' }),
  'waybill-mode': z.string().optional().meta({
    description: '`test`, at creation: removed by itself after 120 seconds, and never sent to a second time.',
  }),
});

/** `echo` if the header `Waybill-Acknowledge` asks for it; any other value asks for nothing. */
export function acknowledgeHeader(request: FastifyRequest): 'echo' | null {
  return request.headers['waybill-acknowledge'] === 'echo' ? 'echo' : null;
}

/** `test` if the header `Waybill-Mode` asks for it; any other value asks for nothing. */
export function modeHeader(request: FastifyRequest): 'test' | undefined {
  return request.headers['waybill-mode'] === 'test' ? 'test' : undefined;
}

/**
 * The header `Waybill-Secret`, checked by the dialect's rule; `undefined` without one. Throws a problem naming the header, never its value.
 */
export function secretHeader(request: FastifyRequest, wire: DialectWire): string | undefined {
  const secret = request.headers['waybill-secret'];
  if (secret === undefined) return undefined;
  const text = typeof secret === 'string' ? secret : '';
  const rule = wire.secret.check(text);
  if (rule !== undefined) throw fieldProblem('validation_failed', [{ field: 'Waybill-Secret', rule }]);
  return text;
}
