import type { ILoadOptionsFunctions, INodePropertyOptions } from 'n8n-workflow';
import { readList } from '../waybill-api/pages.ts';

/** The event types that Waybill knows in the chosen dialect, and all of them together; with every dialect, each under its own name. */
export async function loadEventTypes(this: ILoadOptionsFunctions): Promise<INodePropertyOptions[]> {
  const dialect = String(this.getCurrentNodeParameter('dialect') ?? 'standard');
  const any = dialect === '*';
  const types = await readList(this, { path: '/v1/event-types', query: any ? {} : { dialect } }, null);
  const options = types.map((type) => {
    const value = any ? `${type.dialect}:${type.name}` : String(type.name);
    return { name: value, value, description: String(type.description) };
  });
  return [{ name: 'All Events', value: '*', description: 'Also types that come to be known later' }, ...options];
}
