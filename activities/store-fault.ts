import { ApplicationFailure, TemporalFailure } from '@temporalio/common';

/**
 * What an activity throws when the store fails it: retryable, with the kind and the database's code. The database library's
 * own message quotes the statement with all its values, bodies and addresses among them, and a failure stands in the history.
 */
export function toStoreFault(error: unknown): TemporalFailure {
  if (error instanceof TemporalFailure) return error;
  const name = error instanceof Error ? error.name : typeof error;
  const cause = error instanceof Error ? error.cause : undefined;
  const code = cause instanceof Error && 'code' in cause ? `, ${String(cause.code)}` : '';
  return ApplicationFailure.retryable(`the store failed (${name}${code})`, 'StoreFault');
}
