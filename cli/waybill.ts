#!/usr/bin/env node
import { up } from './up.ts';

const USAGE = `usage: waybill <command>

  up      run everything in one process: API, dispatcher, worker, Temporal, store
  config  print every variable, its default and its meaning
`;

const commands: Record<string, () => Promise<unknown>> = {
  up: () => up(process.env),
  config: async () => process.stdout.write((await import('./config-docs.ts')).printConfigMarkdown()),
};

const command = commands[process.argv[2] ?? ''];
if (!command) {
  process.stderr.write(USAGE);
  process.exitCode = 2;
} else {
  try {
    await command();
    process.exit(process.exitCode ?? 0);
  } catch (error) {
    process.stderr.write(`waybill: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  }
}
