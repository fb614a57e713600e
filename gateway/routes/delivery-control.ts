import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { ControlResult } from '../../store/control.ts';
import { signalOf, tell } from '../control.ts';
import { Delivery, showDelivery } from '../delivery-schema.ts';
import type { GatewayDependencies } from '../dependencies.ts';
import { Problem } from '../errors.ts';
import { idParam } from '../fields.ts';

/** What the schemas of all three have. */
const shared = { tags: ['deliveries'], params: z.object({ id: idParam }), response: { 200: Delivery } };

/** Taking a delivery in hand: each call commits in the store, then tells the workflow. */
export function deliveryControlRoutes(deps: GatewayDependencies): FastifyPluginAsyncZod {
  async function read(organizationId: string, id: string) {
    const row = await deps.deliveries.get(organizationId, id);
    if (!row) throw new Problem('not_found', 'There is no delivery of this id.');
    return showDelivery(row, deps.workflowLink);
  }

  /** Tells the workflow that has to know of the result; throws a problem with `hint` when the call was refused. */
  async function tellOf(result: ControlResult, id: string, hint: string) {
    const workflowId = signalOf(result, hint);
    if (workflowId !== null) await tell(deps, () => deps.signalLookAgain(workflowId, [id]));
  }

  return async (app) => {
    app.post(
      '/v1/deliveries/:id/resend',
      {
        config: { access: 'manage' },
        schema: {
          operationId: 'resendDelivery',
          summary: 'Send an ended delivery again',
          description: 'The retry schedule starts anew; event id and delivery id stay, so receivers can deduplicate.',
          ...shared,
        },
      },
      async (request) => {
        const { organizationId } = request;
        const { id } = request.params;
        const result = await deps.control.resend(organizationId, id);
        if (result.kind === 'wrong_state' && result.status !== 'pending') {
          throw new Problem('endpoint_disabled', 'The endpoint of this delivery is disabled or deleted.');
        }
        signalOf(result, `Use POST /v1/deliveries/${id}/retry-now for one that is pending.`);
        await tell(deps, () => deps.resendWorkflow(organizationId, id));
        return read(organizationId, id);
      },
    );

    app.post(
      '/v1/deliveries/:id/retry-now',
      {
        config: { access: 'manage' },
        schema: {
          operationId: 'retryDeliveryNow',
          summary: 'Make the next attempt of a pending delivery now',
          ...shared,
        },
      },
      async (request) => {
        const { organizationId } = request;
        const { id } = request.params;
        const result = await deps.control.retryNow(organizationId, id);
        await tellOf(result, id, `Use POST /v1/deliveries/${id}/resend for one that has ended.`);
        return read(organizationId, id);
      },
    );

    app.post(
      '/v1/deliveries/:id/cancel',
      {
        config: { access: 'manage' },
        schema: {
          operationId: 'cancelDelivery',
          summary: 'Cancel a pending delivery',
          description: 'An attempt under way is not called back; if it succeeds, that counts.',
          ...shared,
        },
      },
      async (request) => {
        const { organizationId } = request;
        const { id } = request.params;
        const result = await deps.control.cancel(organizationId, id);
        await tellOf(result, id, 'Only a pending one can be cancelled.');
        return read(organizationId, id);
      },
    );
  };
}
