import { type IHookFunctions, NodeOperationError } from 'n8n-workflow';
import type { Registry } from '../trigger/system.ts';

/**
 * The registry of the real job-status API, which has none: its document has people add the URL in a portal. All that can be
 * checked here is that the secret of that endpoint is in the credential.
 */
export function portalRegistry(hook: IHookFunctions): Registry {
  return {
    waybill: false,
    standing: null,
    async create({ url }) {
      const { signingSecret } = await hook.getCredentials<{ signingSecret?: string }>('jobStatusApi');
      if (signingSecret) return { id: null, secret: null };
      throw new NodeOperationError(hook.getNode(), 'The webhook has to be added in the portal of the job-status API', {
        description: `Add ${url} as an endpoint there, and put its signing secret into the credential. Then publish the workflow again.`,
      });
    },
    takeOver: async () => undefined,
    remove: async () => false,
  };
}
