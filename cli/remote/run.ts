import { type ParseArgsOptionsConfig, parseArgs } from 'node:util';
import type { Environment } from '../config.ts';
import { explain } from '../explain.ts';
import { openRemote, REMOTE_OPTIONS, REMOTE_USAGE, type Remote, type RemoteValues, UsageError } from './remote.ts';

/** A command about a Waybill that runs. */
export interface RemoteCommand {
  /** Its forms, a line each, without `waybill`; then its own options, indented. */
  usage: string;
  options: ParseArgsOptionsConfig;
  /** Throws `UsageError` for arguments that are none. */
  run(remote: Remote, args: readonly string[], values: Readonly<Record<string, unknown>>): Promise<void>;
}

/** Runs it against the Waybill that the options or the configuration name. Sets the exit code to 2 for arguments that are none. */
export async function runRemote(command: RemoteCommand, args: string[], environment: Environment): Promise<void> {
  try {
    const { values, positionals } = parse(command, args);
    if (values.help) {
      process.stdout.write(`usage: ${command.usage}${REMOTE_USAGE}`);
      return;
    }
    await command.run(await openRemote(values as RemoteValues, environment), positionals, values);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`waybill: ${explain(error)}\nusage: ${command.usage}${REMOTE_USAGE}`);
    process.exitCode = 2;
  }
}

function parse(command: RemoteCommand, args: string[]) {
  const options = { ...REMOTE_OPTIONS, ...command.options, help: { type: 'boolean', default: false } } as const;
  try {
    return parseArgs({ args, options, allowPositionals: true });
  } catch (error) {
    throw new UsageError(explain(error));
  }
}
