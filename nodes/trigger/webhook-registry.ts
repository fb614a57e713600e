import { type IDataObject, type IHookFunctions, NodeOperationError } from 'n8n-workflow';
import { type Answer, callServer, hasNoSuchCall, isWaybill, type Server, successOf } from './call.ts';
import type { Registered, Registry, Standing, Wanted } from './system.ts';

/** The webhook calls of one system's API, as its document writes them; Waybill has the same. */
export interface WebhookApi extends Server {
  /** Path of all webhooks. */
  path: string;
  /** What a registration says besides address and settings, where the caller gives the secret; absent: the system makes it. */
  tellSecret?(secret: string): IDataObject;
}

/** Waybill's lists have at most 100 entries a page; a list that never ends must not hold up the activation. */
const PAGE_LIMIT = 100;
const MAX_PAGES = 50;

/**
 * The registry of a system, or of its dialect in Waybill. Documents show how a webhook is registered, not how webhooks are listed and
 * deleted: these calls are tried, and 404 or 405 means that there are none.
 */
export async function openWebhookRegistry(hook: IHookFunctions, api: WebhookApi): Promise<Registry> {
  const first = await callServer(hook, api, { method: 'GET', path: api.path, query: { limit: PAGE_LIMIT } });
  const waybill = isWaybill(first);
  const standing = !waybill && hasNoSuchCall(first) ? null : await readAll(hook, api, first);
  return {
    waybill,
    standing,
    create: (wanted) => create(hook, api, waybill, wanted),
    async takeOver(id, wanted) {
      const body = { url: wanted.url, ...wanted.settings, active: true };
      const headers = waybillHeaders(wanted);
      const answer = await callServer(hook, api, { method: 'PATCH', path: pathOf(api, id), body, headers });
      successOf(hook, api, answer, 'the webhook was changed');
    },
    async remove(id) {
      const answer = await callServer(hook, api, { method: 'DELETE', path: pathOf(api, id) });
      // Waybill has the call: there a 404 means that the webhook is gone. So may it elsewhere, where nothing tells the two apart.
      if (hasNoSuchCall(answer)) return waybill;
      successOf(hook, api, answer, 'the webhook was removed');
      return true;
    },
  };
}

async function readAll(hook: IHookFunctions, api: WebhookApi, first: Answer): Promise<Standing[] | null> {
  const standing: Standing[] = [];
  let answer = first;
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const { body } = successOf(hook, api, answer, 'its webhooks were listed');
    const entries = entriesOf(body);
    if (entries === undefined) return null;
    standing.push(...entries.flatMap(toStanding));
    const cursor = cursorOf(body);
    if (cursor === undefined) break;
    answer = await callServer(hook, api, { method: 'GET', path: api.path, query: { limit: PAGE_LIMIT, cursor } });
  }
  return standing;
}

async function create(hook: IHookFunctions, api: WebhookApi, waybill: boolean, wanted: Wanted): Promise<Registered> {
  const given = Object.entries(wanted.settings).filter(([, value]) => value !== null);
  const told = waybill ? {} : api.tellSecret?.(wanted.secret);
  const answer = await callServer(hook, api, {
    method: 'POST',
    path: api.path,
    body: { url: wanted.url, ...Object.fromEntries(given), ...told },
    ...(waybill && { headers: { ...waybillHeaders(wanted), ...(wanted.test && { 'Waybill-Mode': 'test' }) } }),
  });
  const body = (successOf(hook, api, answer, 'the webhook was registered').body ?? {}) as IDataObject;
  const id = idOf(body) ?? null;
  if (told !== undefined) return { id, secret: null };
  if (typeof body.secret === 'string' && body.secret !== '') return { id, secret: body.secret };
  throw new NodeOperationError(hook.getNode(), `${api.title} registered the webhook without a secret`, {
    description: `Its requests could not be told from forged ones. Remove webhook ${id ?? ''} in ${api.title}, then look for a newer version of this node.`,
  });
}

/** Real systems do not know these headers; they get none. */
function waybillHeaders({ secret }: Wanted): Record<string, string> {
  return { 'Waybill-Secret': secret, 'Waybill-Acknowledge': 'echo' };
}

function pathOf({ path }: WebhookApi, id: string): string {
  return `${path.replace(/\/$/, '')}/${encodeURIComponent(id)}`;
}

/** No document shows a list: the entries stand alone, or under the name that lists usually have. */
function entriesOf(body: unknown): IDataObject[] | undefined {
  const { data, webhooks, items } = (body ?? {}) as IDataObject;
  return [body, data, webhooks, items].find((list): list is IDataObject[] => Array.isArray(list));
}

function cursorOf(body: unknown): string | undefined {
  const cursor = (body as IDataObject).next_cursor;
  return typeof cursor === 'string' ? cursor : undefined;
}

function toStanding(entry: IDataObject): Standing[] {
  const id = idOf(entry);
  if (id === undefined || typeof entry.url !== 'string') return [];
  return [{ id, url: entry.url, active: entry.active !== false, settings: entry }];
}

function idOf({ id, webhook_id: webhookId }: IDataObject): string | undefined {
  const given = id ?? webhookId;
  return typeof given === 'string' || typeof given === 'number' ? String(given) : undefined;
}
