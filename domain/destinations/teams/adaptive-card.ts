import { fitRows, noteOnDropped, type ShownRows } from '../fit.ts';
import { type Level, levelOf, type Message, type MessageField, type MessageList } from '../message.ts';
import { type CardContext, FIRST_CARD, relationOf } from './card-context.ts';
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

type ContainerStyle = 'default' | 'accent' | 'good' | 'warning' | 'attention';

interface TextBlock {
  type: 'TextBlock';
  text: string;
  wrap: true;
  size?: 'Large' | 'Small';
  weight?: 'Bolder';
  style?: 'heading';
  isSubtle?: true;
  spacing?: 'Medium';
}

interface FactSet {
  type: 'FactSet';
  facts: { title: string; value: string }[];
}

interface Container {
  type: 'Container';
  style: ContainerStyle;
  bleed: true;
  items: TextBlock[];
}

/** Adaptive Card 1.5, as far as Waybill writes it: the newest version that Teams shows. */
export interface AdaptiveCard {
  $schema: 'http://adaptivecards.io/schemas/adaptive-card.json';
  type: 'AdaptiveCard';
  version: '1.5';
  /** What a client that knows only older versions shows. */
  fallbackText: string;
  msteams: { width: 'Full' };
  body: (Container | TextBlock | FactSet)[];
  actions?: { type: 'Action.OpenUrl'; title: string; url: string }[];
}

/** What a Workflows trigger ("When a Teams webhook request is received") posts to the channel. */
export interface TeamsMessage {
  type: 'message';
  attachments: [{ contentType: 'application/vnd.microsoft.card.adaptive'; contentUrl: null; content: AdaptiveCard }];
}

const STYLES: Readonly<Record<Level, ContainerStyle>> = {
  critical: 'attention',
  high: 'attention',
  medium: 'warning',
  low: 'accent',
  info: 'default',
  ok: 'good',
};

/**
 * A message as an Adaptive Card in a Workflows body: a coloured head, how it stands to earlier cards, text,
 * facts, list, a line with level, origin and time, link. At most 20,000 bytes of JSON; rows that do not fit are dropped, and the card
 * says so.
 */
export function renderAdaptiveCard(message: Message, context: CardContext = FIRST_CARD): TeamsMessage {
  const head = headOf(message, context);
  const rows = message.fields.map(cardRow);
  const items = (message.list?.items ?? []).map(cardItem);
  const origin = subtle(originLine(message));
  const assemble = (shown: ShownRows): TeamsMessage =>
    envelopeOf(message, [
      ...head,
      ...(shown.fields > 0 ? [factSetOf(rows.slice(0, shown.fields))] : []),
      ...listOf(message.list, items.slice(0, shown.items)),
      ...(shown.dropped > 0 ? [subtle(noteOnDropped(shown.dropped))] : []),
      origin,
    ]);
  return fitRows(message, assemble, fitsTeams);
}

function envelopeOf(message: Message, body: AdaptiveCard['body']): TeamsMessage {
  const content: AdaptiveCard = {
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    type: 'AdaptiveCard',
    version: '1.5',
    fallbackText: plainTitle(message),
    msteams: { width: 'Full' },
    body,
    ...actionsOf(message),
  };
  const contentType = 'application/vnd.microsoft.card.adaptive';
  return { type: 'message', attachments: [{ contentType, contentUrl: null, content }] };
}

function headOf(message: Message, context: CardContext): (Container | TextBlock)[] {
  const title: TextBlock = {
    type: 'TextBlock',
    text: cardTitle(message),
    wrap: true,
    size: 'Large',
    weight: 'Bolder',
    style: 'heading',
  };
  const head: Container = { type: 'Container', style: STYLES[levelOf(message)], bleed: true, items: [title] };
  const relation = relationOf(message, context);
  const text = cardBody(message);
  return [
    head,
    ...(relation ? [subtle(relation)] : []),
    ...(text ? [{ type: 'TextBlock' as const, text, wrap: true as const }] : []),
  ];
}

function listOf(list: MessageList | null, items: readonly MessageField[]): (TextBlock | FactSet)[] {
  if (!list || items.length === 0) return [];
  const text = cardListTitle(list, items.length);
  return [{ type: 'TextBlock', text, wrap: true, weight: 'Bolder', spacing: 'Medium' }, factSetOf(items)];
}

function factSetOf(rows: readonly MessageField[]): FactSet {
  return { type: 'FactSet', facts: rows.map(({ label, value }) => ({ title: label, value })) };
}

function subtle(text: string): TextBlock {
  return { type: 'TextBlock', text, wrap: true, size: 'Small', isSubtle: true };
}

function actionsOf({ link }: Message): Pick<AdaptiveCard, 'actions'> {
  return link ? { actions: [{ type: 'Action.OpenUrl', title: buttonText(link.label), url: link.url }] } : {};
}
