/**
 * Bodies that destinations send, drawn in plain text as people would see them, for the documentation. What stands in a body and not in
 * its drawing is what people do not see: identifiers, fallbacks, escapes.
 */

interface SlackText {
  type: string;
  text: string;
}

interface SlackBlock {
  type: string;
  text?: SlackText;
  fields?: SlackText[];
  elements?: { type: string; text: string | SlackText; url?: string }[];
}

/** A message of Slack. */
export function drawSlack({ blocks }: { blocks: SlackBlock[] }): string {
  return blocks.map(drawBlock).join('\n\n');
}

function drawBlock({ type, text, fields = [], elements = [] }: SlackBlock): string {
  if (type === 'actions') return elements.map(({ text: label }) => button((label as SlackText).text)).join(' ');
  if (type === 'context') return elements.map((element) => slackText(element as SlackText)).join(' · ');
  if (text) return slackText(text);
  const rows = fields.flatMap((label, index) => (index % 2 === 0 ? [[label, fields[index + 1]] as const] : []));
  return table(rows.map(([label, value]) => [slackText(label), value ? slackText(value) : '']));
}

function slackText({ type, text }: SlackText): string {
  if (type !== 'mrkdwn') return text;
  const shown = text.replace(/<!date\^[^|]*\|([^>]*)>/g, '$1').replace(/^\*(.*)\*$/, '$1');
  return shown.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}

interface CardPart {
  type?: string;
  title?: string;
  text?: string;
  items?: CardPart[];
  facts?: { name?: string; title?: string; value: string }[];
}

/** An Adaptive Card in a Workflows body. */
export function drawAdaptiveCard({ attachments }: { attachments: { content: AdaptiveContent }[] }): string {
  return attachments
    .flatMap(({ content: { body, actions = [] } }) => [
      ...body.flatMap(drawPart),
      ...actions.map(({ title }) => button(title)),
    ])
    .join('\n\n');
}

interface AdaptiveContent {
  body: CardPart[];
  actions?: { title: string }[];
}

/** A MessageCard. */
export function drawMessageCard(
  card: CardPart & { sections: CardPart[]; potentialAction?: { name: string }[] },
): string {
  const { title = '', text = '', sections, potentialAction = [] } = card;
  return [
    ...drawPart({ title, text }),
    ...sections.flatMap(drawPart),
    ...potentialAction.map(({ name }) => button(name)),
  ].join('\n\n');
}

function drawPart({ title, text, items = [], facts = [] }: CardPart): string[] {
  const rows = facts.map((fact) => [markdown(fact.title ?? fact.name ?? ''), markdown(fact.value)]);
  return [title ? markdown(title) : '', text ? markdown(text) : '', ...items.flatMap(drawPart), table(rows)].filter(
    Boolean,
  );
}

function markdown(text: string): string {
  const shown = text.replace(/\*\*(.+?)\*\*/g, '$1').replace(/\\([\\*_[\]()~`.#+=-])/g, '$1');
  return shown.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}

interface AdfNode {
  type: string;
  text?: string;
  content?: AdfNode[];
}

/** A document of Jira Cloud. */
export function drawAdf({ content = [] }: AdfNode): string {
  return content.map(drawNode).join('\n\n');
}

function drawNode({ type, text = '', content = [] }: AdfNode): string {
  if (type === 'text') return text;
  if (type === 'hardBreak') return '\n';
  if (type === 'table') return table(content.map((row) => (row.content ?? []).map(drawNode)));
  if (type === 'bulletList') return content.map((item) => `• ${drawNode(item).replaceAll('\n', '\n  ')}`).join('\n');
  return content.map(drawNode).join('');
}

/** Names and values, one under the other. */
export function drawFields(fields: Readonly<Record<string, unknown>>): string {
  return table(Object.entries(fields).map(([name, value]) => [name, String(value)]));
}

/** Rows of two cells; lines of the second one stand under each other. */
function table(rows: readonly (readonly string[])[]): string {
  const width = Math.max(...rows.map(([label = '']) => label.length), 0);
  return rows
    .map(
      ([label = '', value = '']) => `${label.padEnd(width)}  ${value.replaceAll('\n', `\n${' '.repeat(width + 2)}`)}`,
    )
    .join('\n')
    .replace(/ +$/gm, '');
}

function button(label: string): string {
  return `[ ${label} ]`;
}
