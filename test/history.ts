import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import type { Pipeline } from './pipeline.ts';

/** A history as `temporal workflow show -o json` prints it, which is what a replay takes. */
export interface JsonHistory {
  events: JsonEvent[];
}

export interface JsonEvent {
  eventType: string;
  userMetadata?: { summary?: JsonPayload };
  [attributes: string]: unknown;
}

interface JsonPayload {
  metadata?: Record<string, string>;
  data?: string;
}

/** The history of a workflow's latest run, or of the named one. */
export async function historyOf(pipeline: Pipeline, workflowId: string, runId?: string): Promise<JsonHistory> {
  const history = await pipeline.client.workflow.getHandle(workflowId, runId).fetchHistory();
  return JSON.parse(historyToJSON(history)) as JsonHistory;
}

/** Summaries that Temporal's UI shows beside events of this type, such as `EVENT_TYPE_TIMER_STARTED`. */
export function summariesOf(history: JsonHistory, eventType: string): string[] {
  return history.events
    .filter((event) => event.eventType === eventType)
    .map((event) => JSON.parse(decodeBase64(event.userMetadata?.summary?.data ?? 'IiI=')) as string);
}

/** Every text of a history, payloads decoded: where a body or a secret would be found. */
export function textOf(history: JsonHistory): string {
  const texts: string[] = [];
  JSON.stringify(history, (key, value) => {
    if (typeof value === 'string') texts.push(key === 'data' ? decodeBase64(value) : value, value);
    return value;
  });
  return texts.join('\n');
}

function decodeBase64(text: string): string {
  return Buffer.from(text, 'base64').toString('utf8');
}
