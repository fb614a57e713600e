import type { Message } from './message.ts';

/** A message that says it is a test, in its title and before its text, as tickets carry it. */
export function markedAsTest(message: Message): Message {
  const text = ['This is a test of Waybill: nothing has happened.', message.text].filter(Boolean).join('\n\n');
  return { ...message, title: `[TEST] ${message.title}`, text };
}
