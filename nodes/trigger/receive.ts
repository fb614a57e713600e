import type { IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';
import { itemOf } from './item.ts';
import { keptIn } from './kept.ts';
import { receivedBy } from './received.ts';
import { isRepeat } from './repeats.ts';
import type { TriggerSystem } from './system.ts';
import { type SigningCredential, verifyReceived } from './verify.ts';

/**
 * `webhook`: a run for a request whose signature is right, 401 and none for any other. The answer repeats Waybill's delivery id: n8n
 * sends it once it has the run on record, and answers without it while it boots, so Waybill knows which of the two it was.
 */
export async function receive(hook: IWebhookFunctions, system: TriggerSystem): Promise<IWebhookResponseData> {
  const request = await receivedBy(hook);
  const kept = keptIn(hook.getWorkflowStaticData('node'));
  const wire = system.wireOf(hook);
  const credential = await hook.getCredentials<SigningCredential & object>(system.credential);
  const now = new Date();
  const nowSeconds = Math.floor(now.getTime() / 1_000);
  const verification = verifyReceived(system, wire, kept, credential, request, nowSeconds);
  if (!verification.valid) return refuse(hook, verification.reason);
  const deliveryId = request.headers['waybill-delivery'];
  // In the header too: the answer to a finished run has no body of ours.
  if (deliveryId !== undefined) hook.getResponseObject().setHeader('Waybill-Delivery', deliveryId);
  const webhookResponse = { received: true, ...(deliveryId !== undefined && { delivery: deliveryId }) };
  if (isDropping(hook) && kept !== undefined && isRepeat(kept.url, wire, request)) return { webhookResponse };
  const { deliveryHeader } = system;
  const json = itemOf(wire, request, { receivedAt: now.toISOString(), deliveryHeader });
  return { workflowData: [[{ json }]], webhookResponse };
}

/** Who listens for a test event wants to see the one that was sent again; a run that has to finish may be made again. */
function isDropping(hook: IWebhookFunctions): boolean {
  if (hook.getNodeParameter('acknowledge', 'onReceived') === 'lastNode') return false;
  return hook.getNodeParameter('dropRepeats', false) === true && hook.getMode() !== 'manual';
}

/** The reason is for the owner's log: a stranger is told nothing. */
function refuse(hook: IWebhookFunctions, reason: string): IWebhookResponseData {
  hook.logger.warn(`${hook.getNode().name} refused a request: ${reason}.`);
  hook.getResponseObject().status(401).json({ error: 'unauthorized' }).end();
  return { noWebhookResponse: true };
}
