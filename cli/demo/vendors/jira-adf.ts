/** What may stand in what, and how a text may be marked; the part of the schema that a ticket needs. */
const CHILDREN: Readonly<Record<string, readonly string[]>> = {
  doc: ['paragraph', 'bulletList', 'orderedList', 'table'],
  paragraph: ['text', 'hardBreak'],
  bulletList: ['listItem'],
  orderedList: ['listItem'],
  listItem: ['paragraph', 'bulletList', 'orderedList'],
  table: ['tableRow'],
  tableRow: ['tableHeader', 'tableCell'],
  tableHeader: ['paragraph', 'bulletList', 'orderedList'],
  tableCell: ['paragraph', 'bulletList', 'orderedList'],
};
const MAY_BE_EMPTY = ['doc', 'paragraph'];
const MARKS = ['strong', 'em', 'code', 'link'];

interface AdfNode {
  type?: unknown;
  version?: unknown;
  text?: unknown;
  content?: unknown;
  marks?: { type?: string; attrs?: { href?: unknown } }[];
}

/** Whether Jira takes it as a document. Source: the ADF schema, `@atlaskit/adf-schema`. */
export function isAdf(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { type, version } = value as AdfNode;
  return type === 'doc' && version === 1 && isNode(value);
}

function isNode(value: unknown): boolean {
  const node = value as AdfNode;
  if (node.type === 'hardBreak') return node.content === undefined;
  if (node.type === 'text') return isText(node);
  const allowed = CHILDREN[String(node.type)];
  if (!allowed || !Array.isArray(node.content) || node.marks !== undefined) return false;
  if (node.content.length === 0 && !MAY_BE_EMPTY.includes(String(node.type))) return false;
  return node.content.every((child) => allowed.includes(String((child as AdfNode)?.type)) && isNode(child));
}

function isText({ text, marks = [], content }: AdfNode): boolean {
  if (typeof text !== 'string' || text === '' || content !== undefined || !Array.isArray(marks)) return false;
  const types = marks.map(({ type }) => String(type));
  if (types.includes('code') && types.some((type) => type !== 'code' && type !== 'link')) return false;
  const links = marks.filter(({ type }) => type === 'link');
  return types.every((type) => MARKS.includes(type)) && links.every(({ attrs }) => typeof attrs?.href === 'string');
}

/** What people read of a document or of wiki markup. */
export function shownText(value: unknown): string {
  if (typeof value === 'string') return value.replace(/\\(?=[^A-Za-z0-9\s])/g, '');
  const { type, text, content } = value as AdfNode;
  if (type === 'text') return String(text);
  if (type === 'hardBreak') return '\n';
  const shown = (Array.isArray(content) ? content : []).map(shownText);
  return type === 'paragraph' ? shown.join('') : shown.join('\n');
}
