import { createHash } from 'node:crypto';

/**
 * The key that stands for a subject at one endpoint, the same for ever: it is written into messages and tickets, and they are found
 * by it. `wb-` and 40 hex digits: fits the label of an issue and a correlation id, and says nothing of the subject.
 */
export function subjectKeyOf(endpointId: string, subject: string): string {
  return `wb-${createHash('sha256').update(`${endpointId} ${subject}`).digest('hex').slice(0, 40)}`;
}
