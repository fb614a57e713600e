import type { Message } from '../message.ts';
import { showTime } from '../show-time.ts';
import { cardText } from './markdown.ts';

/** What a card says beside its message: how it stands to those before it. */
export interface CardContext {
  /** When the subject's first card was posted, ISO 8601; null: this is the first. */
  firstAt: string | null;
  /** A newer event of the subject has been posted before. */
  outdated: boolean;
}

/** A card that stands alone. */
export const FIRST_CARD: CardContext = { firstAt: null, outdated: false };

const MAX_SUBJECT_BYTES = 300;

/**
 * How a card stands to earlier ones, in Markdown; empty for a first one. A card cannot be changed once it is posted, so the next one
 * refers to it by subject and time.
 */
export function relationOf(message: Message, { firstAt, outdated }: CardContext): string {
  if (firstAt === null && !outdated) return '';
  const subject = cardText(message.subject, MAX_SUBJECT_BYTES);
  const about =
    firstAt === null
      ? `About ${subject}.`
      : `Follows the card of ${cardText(showTime(firstAt), 100)} about ${subject}.`;
  if (outdated) return `**Late.** ${about} Newer cards tell how things stand.`;
  return `**${message.resolved ? 'Resolved' : 'Update'}.** ${about}`;
}
