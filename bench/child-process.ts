import { type ChildProcess, fork } from 'node:child_process';

/** What a child answers: functions by name, each of one argument. */
export type Calls = Record<string, (argument: never) => unknown>;

/** A helper process of the bench, which is asked over IPC. */
export interface Child<C extends Calls> {
  /** Rejects with the child's error text, or when the child is gone. */
  call<N extends keyof C & string>(name: N, argument: Parameters<C[N]>[0]): Promise<Awaited<ReturnType<C[N]>>>;
  stop(): void;
}

interface Question {
  number: number;
  name: string;
  argument: unknown;
}

interface Answer {
  number: number;
  value?: unknown;
  error?: string;
}

/** Starts a TypeScript file as a process of its own, so that its load is not the parent's and shows as its own. */
export function startChild<C extends Calls>(file: URL): Child<C> {
  const child: ChildProcess = fork(file, { serialization: 'advanced' });
  const waiting = new Map<number, { resolve: (value: never) => void; reject: (error: Error) => void }>();
  let asked = 0;
  child.on('message', ({ number, value, error }: Answer) => {
    const waiter = waiting.get(number);
    waiting.delete(number);
    if (error === undefined) waiter?.resolve(value as never);
    else waiter?.reject(new Error(error));
  });
  child.on('exit', (code, signal) => {
    const error = new Error(`${file.pathname.split('/').at(-1)} ended early (${signal ?? `code ${code}`})`);
    for (const waiter of waiting.values()) waiter.reject(error);
    waiting.clear();
  });
  return {
    call: (name, argument) =>
      new Promise((resolve, reject) => {
        asked += 1;
        waiting.set(asked, { resolve, reject });
        const question: Question = { number: asked, name, argument };
        child.send(question, (error) => error && reject(error));
      }),
    stop: () => {
      child.kill('SIGKILL');
    },
  };
}

/**
 * The child's side: answers its parent and ends with it. Ctrl-C is left to the parent, which still needs the figures
 * and stops its children itself.
 */
export function answerParent(calls: Calls): void {
  process.on('SIGINT', () => undefined);
  process.on('disconnect', () => process.exit(0));
  process.on('message', async ({ number, name, argument }: Question) => {
    const answer: Answer = { number };
    try {
      answer.value = await calls[name]?.(argument as never);
    } catch (error) {
      answer.error = error instanceof Error ? (error.stack ?? error.message) : String(error);
    }
    process.send?.(answer);
  });
}
