import type { z } from 'zod';

/** What a schema finds wrong with a body, each with a JSON pointer, as Slack writes them; empty for a valid body. */
export function faultsOf(schema: z.ZodType, body: unknown): string[] {
  const issues = schema.safeParse(body).error?.issues ?? [];
  return issues.map(
    ({ message, path }) => `${message} [json-pointer:${path.map((key) => `/${String(key)}`).join('')}]`,
  );
}

/** Pointers to texts that no vendor should be sent: lone surrogates, and control characters but tab and line feed. */
export function unclean(value: unknown, pointer = ''): string[] {
  if (typeof value === 'string') {
    return value.isWellFormed() && !/(?![\n\t])\p{Cc}/u.test(value) ? [] : [`unclean text [json-pointer:${pointer}]`];
  }
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => unclean(inner, `${pointer}/${key}`));
}
