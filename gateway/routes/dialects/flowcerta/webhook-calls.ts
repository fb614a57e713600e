import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { GatewayDependencies } from '../../../dependencies.ts';
import { shownInstant } from '../../../fields.ts';
import { publishTestEvent } from '../../../test-event.ts';
import { eventNameOf } from '../events.ts';
import { endpointOf, endpointParams as params } from '../frame.ts';
import { rotate, rotationBody } from '../rotation.ts';
import { CreatedWebhook, flowcerta, showWebhook } from './system.ts';

const RotatedWebhook = CreatedWebhook.extend({
  old_secret_signs_until: shownInstant.meta({ description: 'From then on the new secret signs.' }),
}).meta({ id: 'FlowcertaRotatedWebhook' });

const Test = z
  .object({
    event: eventNameOf(flowcerta.dialect).optional().meta({ description: 'Default: one that the webhook gets.' }),
  })
  .meta({ id: 'FlowcertaTest' });

const TestAccepted = z
  .object({
    id: z.string().meta({ description: 'Of the webhook.' }),
    event: z.string(),
    event_id: z.string().meta({ description: "Waybill's own: its deliveries are listed by it." }),
  })
  .meta({ id: 'FlowcertaTestAccepted' });

/** What else Flowcerta's webhooks can be asked for: a new secret, and a test event. Ours: the document shows neither. */
export function flowcertaWebhookCalls(deps: GatewayDependencies): FastifyPluginAsyncZod {
  return async (app) => {
    app.post(
      '/api/v1/org-webhooks/:id/test',
      {
        config: { access: 'manage' },
        schema: {
          operationId: 'testFlowcertaWebhook',
          summary: 'Send a test event to one webhook',
          description: 'With the example of the event; it is delivered like any other.',
          params,
          body: Test.nullish(),
          response: { 202: TestAccepted },
        },
      },
      async (request, reply) => {
        const endpoint = await endpointOf(deps, flowcerta, request, request.params.id);
        const { type, id: eventId } = await publishTestEvent(deps, endpoint, { type: request.body?.event });
        const shownId = flowcerta.endpointIds.show(endpoint.id);
        return reply.code(202).send({ id: shownId, event: type, event_id: eventId });
      },
    );

    app.post(
      '/api/v1/org-webhooks/:id/rotate-secret',
      {
        config: { access: 'manage' },
        schema: {
          operationId: 'rotateFlowcertaSecret',
          summary: 'Give a webhook a new secret',
          description: 'Requests carry one signature: the old secret makes it until the overlap ends.',
          params,
          body: rotationBody('FlowcertaSecretRotation'),
          response: { 200: RotatedWebhook },
        },
      },
      async (request) => {
        const standing = await endpointOf(deps, flowcerta, request, request.params.id);
        const { endpoint, secret, oldSignsUntil } = await rotate(deps, standing, request.body);
        return { ...showWebhook(endpoint), secret, old_secret_signs_until: oldSignsUntil };
      },
    );
  };
}
