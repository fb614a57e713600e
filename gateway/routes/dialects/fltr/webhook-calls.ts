import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { inWholeSeconds } from '../../../../domain/dialects/document-time.ts';
import type { GatewayDependencies } from '../../../dependencies.ts';
import { shownInstant } from '../../../fields.ts';
import { readAsJson } from '../../../json-body.ts';
import { publishTestEvent } from '../../../test-event.ts';
import { eventNameOf } from '../events.ts';
import { endpointOf, endpointParams as params } from '../frame.ts';
import { rotate, rotationBody } from '../rotation.ts';
import { CreatedWebhook, fltr, showWebhook } from './system.ts';

const RotatedWebhook = CreatedWebhook.extend({
  old_secret_signs_until: shownInstant.meta({ description: 'From then on the new secret signs.' }),
}).meta({ id: 'FltrRotatedWebhook' });

const Test = z.object({ webhook_id: z.string().max(64), event: eventNameOf(fltr.dialect) }).meta({ id: 'FltrTest' });

const TestAccepted = z
  .object({
    webhook_id: z.string(),
    event: z.string(),
    event_id: z.string().meta({ description: 'The `id` of the event as it is sent.' }),
  })
  .meta({ id: 'FltrTestAccepted' });

/** What else FLTR's webhooks can be asked for: a new secret, and a test event. */
export function fltrWebhookCalls(deps: GatewayDependencies): FastifyPluginAsyncZod {
  return async (app) => {
    // The document's own call sends JSON without saying so, and curl then says this.
    readAsJson(app, 'application/x-www-form-urlencoded');

    app.post(
      '/v1/webhooks/test',
      {
        config: { access: 'manage' },
        schema: {
          operationId: 'testFltrWebhook',
          summary: 'Send a test event to one webhook',
          description:
            'With the example of the event; it is delivered like any other, and the logs tell what came of it.',
          body: Test,
          response: { 202: TestAccepted },
        },
      },
      async (request, reply) => {
        const { webhook_id, event } = request.body;
        const endpoint = await endpointOf(deps, fltr, request, webhook_id);
        const { id } = await publishTestEvent(deps, endpoint, { type: event });
        return reply.code(202).send({ webhook_id, event, event_id: id });
      },
    );

    app.post(
      '/v1/webhooks/:id/rotate-secret',
      {
        config: { access: 'manage' },
        schema: {
          operationId: 'rotateFltrSecret',
          summary: 'Give a webhook a new secret',
          description: 'Requests carry one signature: the old secret makes it until the overlap ends.',
          params,
          body: rotationBody('FltrSecretRotation'),
          response: { 200: RotatedWebhook },
        },
      },
      async (request) => {
        const standing = await endpointOf(deps, fltr, request, request.params.id);
        const { endpoint, secret, oldSignsUntil } = await rotate(deps, standing, request.body);
        return { ...showWebhook(endpoint), secret, old_secret_signs_until: inWholeSeconds(oldSignsUntil) };
      },
    );
  };
}
