#!/usr/bin/env node
import { explain } from './explain.ts';
import type { RemoteCommand } from './remote/run.ts';

interface Command {
  /** For the usage. */
  summary: string;
  /** Each is imported when it is run: `config` and `doctor` must work where a part of the rest cannot be loaded. */
  run(args: string[]): Promise<unknown>;
}

/** Of commands about a Waybill that runs. */
function remote(load: () => Promise<RemoteCommand>): Command['run'] {
  return async (args) => (await import('./remote/run.ts')).runRemote(await load(), args, process.env);
}

const commands: Readonly<Record<string, Command>> = {
  up: {
    summary: 'run everything in one process: API, dispatcher, worker, Temporal, store',
    run: async () => (await import('./up.ts')).up(process.env),
  },
  gateway: {
    summary: 'run the API and the portal alone, on Postgres and a Temporal cluster',
    run: async () => (await import('./gateway.ts')).gateway(process.env),
  },
  worker: {
    summary: 'run dispatcher and worker alone, on Postgres and a Temporal cluster',
    run: async () => (await import('./worker.ts')).worker(process.env),
  },
  migrate: {
    summary: 'make database and Temporal namespace ready for the two; may be run again',
    run: async () => (await import('./migrate.ts')).migrate(process.env),
  },
  'rotate-secret-key': {
    summary: 'encrypt every stored secret anew with WAYBILL_SECRET_KEY',
    run: async () => (await import('./rotate-secret-key.ts')).rotateSecretKey(process.env),
  },
  demo: {
    summary: 'send the example events of all systems to a receiver that checks them (--help tells more)',
    run: async (args) => (await import('./demo/demo.ts')).demo(args, process.env),
  },
  schedules: {
    summary: 'list the daily work of a running Waybill; `schedules run <id>` begins one now',
    run: async (args) => (await import('./schedules.ts')).schedules(args, process.env),
  },
  organizations: {
    summary: 'list or create organizations of a running Waybill',
    run: remote(async () => (await import('./remote/organizations.ts')).organizations),
  },
  keys: {
    summary: 'list, create or revoke API keys',
    run: remote(async () => (await import('./remote/keys.ts')).keys),
  },
  endpoints: {
    summary: 'list, create, enable, disable, test or delete endpoints',
    run: remote(async () => (await import('./remote/endpoints.ts')).endpoints),
  },
  publish: {
    summary: 'publish an event',
    run: remote(async () => (await import('./remote/publish.ts')).publish),
  },
  deliveries: {
    summary: 'list deliveries; resend, retry or cancel one',
    run: remote(async () => (await import('./remote/deliveries.ts')).deliveries),
  },
  tail: {
    summary: 'print deliveries as they come and change',
    run: remote(async () => (await import('./remote/tail.ts')).tail),
  },
  'portal-link': {
    summary: 'make a link into the portal',
    run: remote(async () => (await import('./remote/portal-link.ts')).portalLink),
  },
  doctor: {
    summary: 'say what is missing or wrong on this machine, with the remedy',
    run: async () => (await import('./doctor/doctor.ts')).doctor(process.env),
  },
  config: {
    summary: 'print every variable, its default and its meaning',
    run: async () => process.stdout.write((await import('./config-docs.ts')).printConfigMarkdown()),
  },
};

function usage(): string {
  const lines = Object.entries(commands).map(([name, { summary }]) => `  ${name.padEnd(17)} ${summary}\n`);
  return `usage: waybill <command>\n\n${lines.join('')}`;
}

const [name = '', ...args] = process.argv.slice(2);
const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
if (command) {
  try {
    await command.run(args);
    process.exit(process.exitCode ?? 0);
  } catch (error) {
    process.stderr.write(`waybill: ${explain(error)}\n`);
    process.exit(1);
  }
} else if (name === '--help' || name === 'help') process.stdout.write(usage());
else {
  process.stderr.write(usage());
  process.exitCode = 2;
}
