import { fitRows, noteOnDropped, type ShownRows } from '../fit.ts';
import { type Level, levelOf, type Message, type MessageField, type MessageList } from '../message.ts';
import {
  buttonText,
  cardBody,
  cardItem,
  cardListTitle,
  cardRow,
  cardTitle,
  fitsTeams,
  originLine,
  plainTitle,
} from './card-texts.ts';

interface MessageCardFact {
  name: string;
  value: string;
}

interface MessageCardSection {
  title?: string;
  text?: string;
  facts?: MessageCardFact[];
}

/** Microsoft's "Legacy actionable message card", as far as Waybill writes it. */
export interface MessageCard {
  '@type': 'MessageCard';
  '@context': 'https://schema.org/extensions';
  /** What notifications show. */
  summary: string;
  /** RRGGBB. */
  themeColor: string;
  title: string;
  text?: string;
  sections: MessageCardSection[];
  potentialAction?: { '@type': 'OpenUri'; name: string; targets: { os: 'default'; uri: string }[] }[];
}

const COLORS: Readonly<Record<Level, string>> = {
  critical: 'C50F1F',
  high: 'D83B01',
  medium: 'FFB900',
  low: '0078D4',
  info: '8A8886',
  ok: '107C10',
};

/**
 * A message as a MessageCard: title, text, facts, list, a line with level, origin and time, link. At most 20,000 bytes of
 * JSON; rows that do not fit are dropped, and the card says so. Only for receivers that still take these cards: Microsoft has
 * retired the connectors that did.
 */
export function renderMessageCard(message: Message): MessageCard {
  const text = cardBody(message);
  const head = {
    '@type': 'MessageCard' as const,
    '@context': 'https://schema.org/extensions' as const,
    summary: plainTitle(message),
    themeColor: COLORS[levelOf(message)],
    title: cardTitle(message),
    ...(text ? { text } : {}),
  };
  const rows = message.fields.map(cardRow).map(factOf);
  const items = (message.list?.items ?? []).map(cardItem).map(factOf);
  const origin = { text: originLine(message) };
  const assemble = (shown: ShownRows): MessageCard => ({
    ...head,
    sections: [
      ...(shown.fields > 0 ? [{ facts: rows.slice(0, shown.fields) }] : []),
      ...listSections(message.list, items.slice(0, shown.items)),
      ...(shown.dropped > 0 ? [{ text: noteOnDropped(shown.dropped) }] : []),
      origin,
    ],
    ...actionsOf(message),
  });
  return fitRows(message, assemble, fitsTeams);
}

function listSections(list: MessageList | null, facts: MessageCardFact[]): MessageCardSection[] {
  return list && facts.length > 0 ? [{ title: cardListTitle(list, facts.length), facts }] : [];
}

function factOf({ label, value }: MessageField): MessageCardFact {
  return { name: label, value };
}

function actionsOf({ link }: Message): Pick<MessageCard, 'potentialAction'> {
  if (!link) return {};
  const targets = [{ os: 'default' as const, uri: link.url }];
  return { potentialAction: [{ '@type': 'OpenUri', name: buttonText(link.label), targets }] };
}
