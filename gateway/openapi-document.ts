import { pino } from 'pino';
import { buildGateway } from './app.ts';

/** What the portal's page calls. */
const PORTAL_PATH = /^\/(v1|portal\/api)\//;

/**
 * The part of the OpenAPI document that the portal's client is made of, as JSON text; of the routes as they are in this code, with no
 * server and no store.
 */
export async function portalDocument(): Promise<string> {
  // Registering routes only keeps what they will be given.
  const app = buildGateway({ adminKey: 'none', logger: pino({ level: 'silent' }), version: '1' } as never);
  await app.ready();
  const document = app.swagger();
  await app.close();
  const paths = Object.entries(document.paths ?? {}).filter(([path]) => PORTAL_PATH.test(path));
  return `${JSON.stringify({ ...document, paths: Object.fromEntries(paths) }, null, 2)}\n`;
}
