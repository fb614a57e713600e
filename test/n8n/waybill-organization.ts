import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { IDataObject } from 'n8n-workflow';

/** An organization of a running Waybill, with the key of all scopes. */
export interface WaybillOrganization {
  id: string;
  /** Of Waybill, without a path at its end. */
  url: string;
  apiKey: string;
  adminKey: string;
  /** Any call of the API; throws for an answer that is no success. */
  call<Body = IDataObject>(method: string, path: string, body?: unknown): Promise<Body>;
  /** Publishes an event and returns its id. */
  publish(type: string, data: object, more?: object): Promise<string>;
  /** Its endpoints, those with another dialect's id form included. */
  endpoints(): Promise<IDataObject[]>;
  /** Deliveries of an event. */
  deliveriesOf(eventId: string): Promise<IDataObject[]>;
}

/** Makes an organization with the admin key in the data folder of Waybill. */
export async function anOrganization(
  { url, dataDir }: { url: string; dataDir: string },
  name = 'n8n',
): Promise<WaybillOrganization> {
  const adminKey = readFileSync(join(dataDir, 'admin-key'), 'utf8').trim();
  const callAs = async <Body>(key: string, method: string, path: string, body?: unknown): Promise<Body> => {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: { authorization: `Bearer ${key}`, ...(body !== undefined && { 'content-type': 'application/json' }) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`Waybill, ${method} ${path}: ${response.status} ${text}`);
    return (text === '' ? undefined : JSON.parse(text)) as Body;
  };
  const { id, key } = await callAs<{ id: string; key: string }>(adminKey, 'POST', '/v1/organizations', { name });
  const call = <Body>(method: string, path: string, body?: unknown) => callAs<Body>(key, method, path, body);
  return {
    id,
    url,
    apiKey: key,
    adminKey,
    call,
    publish: async (type, data, more = {}) =>
      (await call<{ id: string }>('POST', '/v1/events', { type, data, ...more })).id,
    endpoints: async () => (await call<{ data: IDataObject[] }>('GET', '/v1/endpoints?limit=100')).data,
    deliveriesOf: async (eventId) =>
      (await call<{ data: IDataObject[] }>('GET', `/v1/deliveries?eventId=${eventId}&limit=100`)).data,
  };
}
