import { parseArgs } from 'node:util';
import { z } from 'zod';

/** The modes, in the order in which `all` runs them. */
export const MODE_NAMES = ['carried', 'single', 'fanout', 'steady', 'dead-endpoint'] as const;

/** What is measured; see `HELP`. */
export type ModeName = (typeof MODE_NAMES)[number];

/** The text of `--help`. */
export const HELP = `npm run bench -- [options]

  --mode <mode>      ${MODE_NAMES.join(', ')} or all (default carried)
                       carried        20,000 events to one endpoint, 50 clients; then 500 with one client
                       single         the same with WAYBILL_DELIVERIES_PER_WORKFLOW=1, 1,000 events
                       fanout         5,000 events to 10 endpoints
                       steady         50, 150 and 300 events a second, 60 s each
                       dead-endpoint  a healthy endpoint at 100 events a second for 30 s, alone and then
                                      beside 100,000 deliveries for a dead one
  --events <n>       events to publish; in dead-endpoint those for the dead endpoint
  --clients <n>      connections of the driver (default 50)
  --rate <n>         events a second: the one rate of steady, the healthy endpoint's in dead-endpoint
  --seconds <n>      duration of each rate
  --dead <kind>      how the dead endpoint fails: closed (default, nothing listens), 503, hang
  --runs <n>         repeat on the same Waybill, to compare memory (default 1)
  --wait <seconds>   give up once nothing was received for so long (default 60)
  --url <url>        measure a Waybill that runs on this machine, without CPU and memory; needs --admin-key
  --admin-key <key>  its admin key
  --keep-data        leave state and log of the started Waybill in place
  --json             one JSON object a run on standard output

A started Waybill has an empty data folder under TMPDIR; other variables, such as DATABASE_URL, are passed on.
20 events go ahead of every measurement. Exit code 1 if a publish was refused or not received.
`;

const count = z.coerce.number('must be a number').int('must be a whole number').positive('must be above 0');

const Options = z
  .object({
    mode: z
      .enum([...MODE_NAMES, 'all'], `must be one of ${MODE_NAMES.join(', ')}, all`)
      .default('carried')
      .transform((mode): readonly ModeName[] => (mode === 'all' ? MODE_NAMES : [mode])),
    events: count.max(1_000_000, 'must be at most 1,000,000').optional(),
    clients: count.max(1000, 'must be at most 1,000').default(50),
    rate: count.max(10_000, 'must be at most 10,000').optional(),
    seconds: count.max(3600, 'must be at most 3,600').optional(),
    dead: z.enum(['closed', '503', 'hang'], 'must be closed, 503 or hang').default('closed'),
    runs: count.max(100, 'must be at most 100').default(1),
    wait: count.max(3600, 'must be at most 3,600').default(60),
    url: z.url({ protocol: /^https?$/, error: 'must be an http or https address' }).optional(),
    'admin-key': z.string().optional(),
    'keep-data': z.boolean().default(false),
    json: z.boolean().default(false),
    help: z.boolean().default(false),
  })
  .refine((options) => (options.url === undefined) === (options['admin-key'] === undefined), {
    path: ['url'],
    error: 'goes together with --admin-key',
  });

/** What the command line says, with defaults; absent is what each mode decides for itself. */
export type BenchOptions = z.infer<typeof Options>;

/** The command line cannot be used; the message names every fault by its option. */
export class BenchOptionsError extends Error {
  override name = 'BenchOptionsError';
}

/** Reads the arguments behind the script's name. Throws `BenchOptionsError`. */
export function parseOptions(args: string[]): BenchOptions {
  const parsed = Options.safeParse(readFlags(args));
  if (parsed.success) return parsed.data;
  throw new BenchOptionsError(
    parsed.error.issues.map(({ path, message }) => `--${path.join('.')}: ${message}`).join('\n'),
  );
}

function readFlags(args: string[]): Record<string, unknown> {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  try {
    const { values } = parseArgs({
      args,
      options: {
        mode: text,
        events: text,
        clients: text,
        rate: text,
        seconds: text,
        dead: text,
        runs: text,
        wait: text,
        url: text,
        'admin-key': text,
        'keep-data': flag,
        json: flag,
        help: flag,
      },
    });
    return values;
  } catch (error) {
    throw new BenchOptionsError(error instanceof Error ? error.message : String(error));
  }
}
