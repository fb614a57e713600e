import type { IHookFunctions } from 'n8n-workflow';
import { callServer, hasNoSuchCall, type Server, successOf } from '../trigger/call.ts';

/** Asks for a test event to this webhook, if the node is set to. FLTR's document announces the call: where there is none yet, the log says so. */
export async function sendTestEvent(hook: IHookFunctions, server: Server, id: string): Promise<void> {
  if (hook.getNodeParameter('sendTestEvent', true) !== true) return;
  const [event] = hook.getNodeParameter('events') as string[];
  const body = { webhook_id: id, event };
  const answer = await callServer(hook, server, { method: 'POST', path: '/v1/webhooks/test', body });
  if (hasNoSuchCall(answer)) hook.logger.warn(`${server.title} has no call for test events: wait for a real one.`);
  else successOf(hook, server, answer, 'a test event was asked for');
}
