import { inject } from 'vitest';
import { anN8nClient, type N8nClient } from './n8n-client.ts';
import { anN8nProcess, type N8nAddress, type N8nProcess } from './n8n-process.ts';
import { anOrganization, type WaybillOrganization } from './waybill-organization.ts';

/*
 * Tests in a real n8n: `*.n8n.test.ts`, run by `npm run test:n8n`. One n8n with our package and one Waybill run for all of them;
 * each file makes an organization and workflows of its own:
 *
 *   const n8n = await sharedN8n();
 *   const organization = await aSharedOrganization();
 *   const waybillApi = await n8n.credential('waybillApi', { baseUrl: organization.url, apiKey: organization.apiKey });
 *   const id = await n8n.workflow({ name: 'A', nodes: [{ name: 'Trigger', type: 'n8n-nodes-waybill.waybillTrigger',
 *     parameters: { events: ['*'] }, credentials: { waybillApi } }] });
 *   expect(await n8n.publish(id)).toBeUndefined();          // else why it cannot be published
 *   await organization.publish('order.created', { total: 3 });
 *   const [run] = await n8n.ended(id, 1);                   // run.output.Trigger is the trigger's items
 *
 * A workflow to import goes into `n8n.workflow` as its file has it, with `credentials` of its nodes filled in; one with a manual
 * trigger is run by `n8n.run(id, 'When clicking')`. Who kills n8n takes one of its own: `ownN8n()`.
 */
declare module 'vitest' {
  export interface ProvidedContext {
    n8n: {
      /** Folder of the installed n8n. */
      installation: string;
      /** What is in our tarball. */
      packageFolder: string;
      address: N8nAddress;
      waybill: { url: string; dataDir: string };
    };
  }
}

/** The n8n of the run, with a login and an API key of its own. */
export function sharedN8n(): Promise<N8nClient> {
  return anN8nClient(inject('n8n').address);
}

/** A new organization in the Waybill of the run. */
export function aSharedOrganization(): Promise<WaybillOrganization> {
  return anOrganization(inject('n8n').waybill);
}

/** Another n8n with our package, to be started and killed. */
export function ownN8n(): Promise<N8nProcess> {
  const { installation, packageFolder } = inject('n8n');
  return anN8nProcess(installation, packageFolder);
}
