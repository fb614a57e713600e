import type { IDataObject, IHookFunctions } from 'n8n-workflow';
import { type Answer, callServer, type Server, type ServerCall, successOf } from './call.ts';
import type { Registry, Standing, Wanted } from './system.ts';

const PATH = '/v1/endpoints';
const PAGE_LIMIT = 100;

/** The registry of Waybill itself: endpoints of one dialect, or of `*`. */
export async function openEndpointRegistry(hook: IHookFunctions, server: Server, dialect: string): Promise<Registry> {
  const call = async (doing: string, request: ServerCall): Promise<Answer> =>
    successOf(hook, server, await callServer(hook, server, request), doing);
  return {
    waybill: true,
    standing: await readAll(call, dialect),
    async create(wanted) {
      const body = {
        url: wanted.url,
        dialect,
        secret: wanted.secret,
        ...settingsOf(wanted),
        ...(wanted.test && { mode: 'test' }),
        description: nameOf(hook),
      };
      const answer = await call('the endpoint was registered', { method: 'POST', path: PATH, body });
      return { id: String((answer.body as IDataObject).id), secret: null };
    },
    async takeOver(id, wanted) {
      const path = `${PATH}/${id}`;
      await call('the endpoint was changed', { method: 'PATCH', path, body: settingsOf(wanted) });
      const secret = { secret: wanted.secret, overlapSeconds: 0 };
      await call('its secret was changed', { method: 'POST', path: `${path}/rotate-secret`, body: secret });
      await call('the endpoint was enabled', { method: 'POST', path: `${path}/enable` });
    },
    async remove(id) {
      const answer = await callServer(hook, server, { method: 'DELETE', path: `${PATH}/${id}` });
      // Gone already.
      if (answer.status !== 404) successOf(hook, server, answer, 'the endpoint was removed');
      return true;
    },
  };
}

async function readAll(
  call: (doing: string, request: ServerCall) => Promise<Answer>,
  dialect: string,
): Promise<Standing[]> {
  const standing: Standing[] = [];
  let cursor: string | null = null;
  do {
    const query: IDataObject = { dialect, limit: PAGE_LIMIT, ...(cursor !== null && { cursor }) };
    const { body } = await call('its endpoints were listed', { method: 'GET', path: PATH, query });
    const page = body as { data: IDataObject[]; nextCursor: string | null };
    standing.push(...page.data.map(toStanding));
    cursor = page.nextCursor;
  } while (cursor !== null);
  return standing;
}

function settingsOf({ settings }: Wanted): IDataObject {
  return { ...settings, acknowledge: 'echo' };
}

function toStanding(entry: IDataObject): Standing {
  const active = entry.disabled !== true;
  return { id: String(entry.id), url: String(entry.url), active, settings: entry };
}

function nameOf(hook: IHookFunctions): string {
  const { name = '' } = hook.getWorkflow();
  return `n8n: ${hook.getNode().name} in ${name}`.replace(/\s+/g, ' ').slice(0, 500);
}
