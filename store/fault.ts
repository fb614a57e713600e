/** A fault as it may be logged. */
export interface Fault {
  name: string;
  /** Of the cause: an SQLSTATE, a system error's code; absent without one. */
  code: string | undefined;
  message: string;
  /** Stack frames, without the message that a stack begins with. */
  at: string[];
}

/**
 * What of an error may go into a log: the database layer's errors carry every parameter of the statement in message and
 * stack, event data among them, so the cause's message is taken and of the stack only the frames.
 */
export function describeFault(error: unknown): Fault {
  const outer = error instanceof Error ? error : new Error(String(error));
  const inner = (outer.cause instanceof Error ? outer.cause : outer) as Error & { code?: string };
  const at = (outer.stack ?? '').split('\n').filter((line) => line.startsWith('    at '));
  return { name: outer.name, code: inner.code, message: inner.message, at };
}
