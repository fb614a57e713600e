/** An error in words for the person at the command line, never empty and without a stack trace. */
export function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // Node gives an AggregateError no text of its own: one entry per address that was tried.
  if (error instanceof AggregateError && error.message === '') return error.errors.map(explain).join('; ');
  // Drizzle's message is the statement; what the database said is behind it.
  if (error.cause instanceof Error && error.message.startsWith('Failed query')) return explain(error.cause);
  return error.message || (error as NodeJS.ErrnoException).code || error.name;
}
