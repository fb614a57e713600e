import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { pino } from 'pino';
import { buildGateway } from '../gateway/app.ts';
import { fillPortalStore } from './portal-data.ts';

const HELP = `npm run bench:portal -- [options]

  --deliveries <n>  deliveries of the last 24 hours, each with an event and an attempt (default 100,000)
  --endpoints <n>   endpoints they are spread over (default 50)

Fills a store and asks the gateway, without a network, for what the portal's pages show; prints the processor time, the middle and the longest time of
${'`--runs`'} (default 15) each, in milliseconds; processor time is what says something on a machine that has other work. The store is PGlite under TMPDIR, or the empty database that DATABASE_URL names.
`;
const ADMIN_KEY = 'admin-key-of-this-measurement';

const { values } = parseArgs({
  options: {
    deliveries: { type: 'string', default: '100000' },
    endpoints: { type: 'string', default: '50' },
    runs: { type: 'string', default: '15' },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) process.stdout.write(HELP);
else await main(Number(values.deliveries), Number(values.endpoints), Number(values.runs));

async function main(deliveries: number, endpoints: number, runs: number): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'waybill-portal-'));
  try {
    process.stderr.write('filling\n');
    const { store, organizationId } = await fillPortalStore(
      { deliveries, endpoints },
      folder,
      process.env.DATABASE_URL,
    );
    const app = buildGateway({
      ...store,
      adminKey: ADMIN_KEY,
      logger: pino({ level: 'silent' }),
      version: 'bench',
      workflowLink: () => null,
      now: Date.now,
    } as never);
    const headers = { authorization: `Bearer ${ADMIN_KEY}`, 'waybill-organization': organizationId };
    const get = async (url: string) => {
      const startedAt = performance.now();
      const response = await app.inject({ url, headers });
      const ms = performance.now() - startedAt;
      if (response.statusCode !== 200) throw new Error(`${url}: ${response.statusCode} ${response.body}`);
      return { ms, body: response.json() };
    };
    try {
      for (const [name, url] of questions(endpoints)) {
        const times: number[] = [];
        let found = 0;
        const cpu = process.cpuUsage();
        for (let i = 0; i < runs; i++) {
          const { ms, body } = await get(url);
          times.push(ms);
          found = body.data?.length ?? 1;
        }
        const { user, system } = process.cpuUsage(cpu);
        const cpuMs = Math.round((user + system) / 1000 / runs);
        times.sort((a, b) => a - b);
        const shown = {
          name,
          found,
          cpuMs,
          middleMs: Math.round(times[times.length >> 1] ?? 0),
          longestMs: Math.round(times.at(-1) ?? 0),
        };
        process.stdout.write(`${JSON.stringify(shown)}\n`);
      }
      let cursor: string | null = null;
      const times: number[] = [];
      do {
        const { ms, body } = await get(`/v1/deliveries?limit=100${cursor === null ? '' : `&cursor=${cursor}`}`);
        times.push(ms);
        cursor = body.nextCursor;
      } while (cursor !== null);
      times.sort((a, b) => a - b);
      const shown = {
        name: 'every page',
        pages: times.length,
        middleMs: Math.round(times[times.length >> 1] ?? 0),
        longestMs: Math.round(times.at(-1) ?? 0),
      };
      process.stdout.write(`${JSON.stringify(shown)}\n`);
    } finally {
      await app.close();
      await store.close();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function questions(endpoints: number): [string, string][] {
  const endpoint = `ep_${String(endpoints - 1).padStart(26, '0')}`;
  const hoursAgo = (hours: number) => new Date(Date.now() - hours * 3_600_000).toISOString();
  const list = '/v1/deliveries?limit=100';
  return [
    ['first page', list],
    ['failed', `${list}&status=failed`],
    ['pending', `${list}&status=pending`],
    ['cancelled, of which there are none', `${list}&status=cancelled`],
    ['a rare type', `${list}&type=order.refunded`],
    ['a type that there is not', `${list}&type=nothing.here`],
    ['one endpoint', `${list}&endpointId=${endpoint}`],
    ['one endpoint, failed', `${list}&endpointId=${endpoint}&status=failed`],
    ['one event', `${list}&eventId=evt_${'42'.padStart(26, '0')}`],
    ['an hour of yesterday', `${list}&since=${hoursAgo(20)}&until=${hoursAgo(19)}`],
    ['a rare type in six hours', `${list}&type=order.refunded&since=${hoursAgo(18)}&until=${hoursAgo(12)}`],
    ['text in all payloads', `${list}&text=ada%20love`],
    ['text in one payload', `${list}&text=order-95123%22`],
    ['text in no payload', `${list}&text=zebra`],
    ['text in no payload of one endpoint', `${list}&text=zebra&endpointId=${endpoint}`],
    ['statistics of 50 endpoints', '/v1/stats/endpoints?limit=50'],
    ['statistics of one', `/v1/stats/endpoints?endpointId=${endpoint}`],
    ['statistics of the installation', '/v1/stats/installation'],
    ['activity', '/v1/activity'],
    ['progress of a replay', `/v1/endpoints/${endpoint}/replay-progress?since=${hoursAgo(25)}`],
  ];
}
