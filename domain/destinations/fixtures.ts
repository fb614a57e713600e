import type { Message } from './message.ts';

/** A fixed message for tests; overrides replace whole fields. */
export function aMessage(overrides: Partial<Message> = {}): Message {
  return {
    title: 'Job job_abc123 failed',
    severity: 'high',
    text: 'The source file could not be read.',
    fields: [{ label: 'Job', value: 'job_abc123' }],
    list: null,
    link: null,
    subject: 'flexorch:job:job_abc123',
    resolved: false,
    origin: 'FlexOrch · job.failed',
    occurredAt: '2024-01-15T10:30:00.000Z',
    ...overrides,
  };
}

/** Texts of every kind that is miscounted, cut wrongly or acted upon somewhere, by name; each is repeated to any length. */
export const HARD_TEXTS: readonly (readonly [name: string, text: string])[] = [
  ['plain letters', 'a'],
  ['ideographs', '漢'],
  ['right-to-left text with marks', 'שָׁלוֹם مُ '],
  ['emoji of several code points', '👩🏽‍🚀'],
  ['combining marks', 'e\u0301\u0323'],
  ['a letter under a tower of marks', `a${'\u0301'.repeat(200)}`],
  ["Slack's and HTML's signs", '<!channel> <@U1> &amp; '],
  ['Markdown', '*_~`[x](https://e.com)\n# \n- \n1. '],
  ['backslashes and quotes', '\\"'],
  ['lines', 'line\n'],
  ['what is cleaned away', '\0\ud800\u202e\u001bx'],
];

/** `text` over and over, cut at `units` UTF-16 units, be it inside a character. */
export function repeated(text: string, units: number): string {
  return text.repeat(Math.ceil(units / text.length)).slice(0, units);
}

/** A message in which every part is this text, as long as this, with more rows than any destination shows. */
export function aHugeMessage(text: string, units: number): Message {
  const part = repeated(text, units);
  return aMessage({
    title: part,
    text: part,
    fields: Array.from({ length: 20 }, () => ({ label: part, value: part })),
    list: {
      title: part,
      items: Array.from({ length: 60 }, () => ({ severity: 'critical' as const, title: part, text: part })),
      total: 1_000,
    },
    link: { label: part, url: `https://example.com/${'a'.repeat(1_980)}` },
    origin: part,
    occurredAt: part,
  });
}
