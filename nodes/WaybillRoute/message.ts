import { type IDataObject, type IExecuteFunctions, NodeOperationError } from 'n8n-workflow';
import { SEVERITIES } from '../../domain/destinations/message.ts';
import { withoutEmpty } from '../waybill-api/call.ts';
import { toInstant } from '../waybill-api/instant.ts';

/** What an item's event is called; the ending of the second leaves nothing to do. */
const TYPE = 'n8n.message';
const RESOLVED_TYPE = 'n8n.message.resolved';

/** The words of an endpoint that a node defines: those of the item. A test, which has none, keeps its own. */
export const TEMPLATES = {
  title: '{{ data.title }}',
  text: '{{ data.text | default: message.text }}',
  subject: '{{ data.subject }}',
  fields: [],
};

/**
 * The event that says an item. Severity, text, link and subject are read from `data` whatever endpoint gets it: the subject by `id`,
 * for endpoints without templates. Throws for an empty title and a severity that is none.
 */
export function eventOf(functions: IExecuteFunctions, index: number): IDataObject {
  const text = (name: string) => String(functions.getNodeParameter(name, index, '') ?? '').trim();
  const complaint = (message: string, description: string) =>
    new NodeOperationError(functions.getNode(), message, { description, itemIndex: index });
  const { link, occurredAt } = functions.getNodeParameter('options', index, {}) as IDataObject;
  const resolved = functions.getNodeParameter('resolved', index, false) === true;
  const severity = text('severity').toLowerCase();
  const [title, subject] = [text('title'), text('subject')];
  if (title === '') throw complaint('The title is empty', 'Say in “Title” what happened.');
  if (!SEVERITIES.some((known) => known === severity)) {
    throw complaint(`“${severity}” is no severity`, `Severities are ${SEVERITIES.join(', ')}.`);
  }
  const said = { title, text: text('text'), subject, id: subject, url: link };
  return withoutEmpty({
    type: resolved ? RESOLVED_TYPE : TYPE,
    dialect: 'standard',
    data: { ...withoutEmpty(said), severity: resolved ? 'info' : severity },
    occurredAt: toInstant(occurredAt, functions.getTimezone()),
  });
}
