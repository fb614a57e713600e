import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';
import { hmacSha256Hex } from '../../domain/signing/hmac.ts';
import { configOf } from '../destination-fields/config.ts';
import type { Kind } from '../destination-fields/kinds.ts';
import { CREDENTIAL, callWaybill } from '../waybill-api/call.ts';
import { readList } from '../waybill-api/pages.ts';
import { TEMPLATES } from './message.ts';

/** Nobody publishes this type, so that the endpoint gets only events that name it. */
const NO_EVENT_TYPE = 'n8n.only-by-name';
const DIALECT = 'standard';
const MAX_NAME = 200;

/**
 * The endpoint that this node defines: the one that an earlier run made, changed where the node was, else a new one. A node of a workflow
 * has one endpoint, so that the tickets of its subjects are found again whatever is changed about it; only another webhook address is
 * another endpoint, since what is on its way must not end up in another channel.
 */
export async function ownEndpoint(functions: IExecuteFunctions, kind: Kind): Promise<IDataObject> {
  const config = configOf(kind, (name) => functions.getNodeParameter(name, 0, null));
  const key = keyOf(functions, kind, config);
  const description = await descriptionOf(functions, key, config);
  const standing = await find(functions, key);
  if (!standing) return create(functions, key, { destination: kind.kind, config, description });
  if (standing.description === description) return standing;
  // A field that is no longer given must go, and in a change what is absent stays.
  const cleared = Object.fromEntries(kind.fields.map(({ name }) => [name, null]));
  return callWaybill(functions, {
    method: 'PATCH',
    path: `/v1/endpoints/${standing.id}`,
    body: { config: { ...cleared, ...config }, templates: TEMPLATES, eventTypes: [NO_EVENT_TYPE], description },
  });
}

/**
 * Two runs at once may each make one. Both, and all later runs, then take the eldest they see; a younger one stays unused, since another
 * run may be about to use it.
 */
async function create(functions: IExecuteFunctions, key: string, endpoint: IDataObject): Promise<IDataObject> {
  const body = { ...endpoint, dialect: DIALECT, eventTypes: [NO_EVENT_TYPE], templates: TEMPLATES };
  const created = await callWaybill(functions, { method: 'POST', path: '/v1/endpoints', body });
  return (await find(functions, key)) ?? created;
}

/** The eldest, as the list has the newest first. */
async function find(functions: IExecuteFunctions, key: string): Promise<IDataObject | undefined> {
  const endpoints = await readList(functions, { path: '/v1/endpoints', query: { dialect: DIALECT } }, null);
  return endpoints.filter(({ description }) => String(description).includes(`[route ${key} `)).at(-1);
}

function keyOf(functions: IExecuteFunctions, { kind, fields }: Kind, config: IDataObject): string {
  const addresses = fields
    .filter((field) => field.kind === 'url' && field.secret)
    .map(({ name }) => config[name] ?? '');
  const parts = [functions.getWorkflow().id ?? '', functions.getNode().id, kind, ...addresses];
  return hmacSha256Hex('waybill-route', JSON.stringify(parts)).slice(0, 24);
}

/**
 * Says who made it, and by its last part whether it is as the node has it now. That part is keyed with the API key: whoever may read
 * descriptions must not be able to guess a password by it.
 */
async function descriptionOf(functions: IExecuteFunctions, key: string, config: IDataObject): Promise<string> {
  const { apiKey } = await functions.getCredentials<{ apiKey: string }>(CREDENTIAL);
  const state = hmacSha256Hex(apiKey, JSON.stringify([config, TEMPLATES])).slice(0, 16);
  const names = [functions.getWorkflow().name ?? '', functions.getNode().name].map(short);
  return `n8n: ${names.join(' › ')} [route ${key} ${state}]`;
}

/** Cut between characters. */
function short(name: string): string {
  return [...name].slice(0, MAX_NAME).join('');
}
