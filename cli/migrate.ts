import { Client } from '@temporalio/client';
import { createAlertSettingsStore } from '../store/alert-settings.ts';
import { openPostgres } from '../store/database.ts';
import { connectTemporal } from '../worker/connect.ts';
import { ensureNamespace, searchAttributeTypes } from '../worker/namespace.ts';
import { Schedules } from '../worker/schedules.ts';
import type { Config, Environment } from './config.ts';
import { explain } from './explain.ts';
import { requireShared } from './shared-config.ts';
import { connectionTo } from './temporal.ts';

/**
 * `waybill migrate`: tables, Temporal's namespace with its search attributes, and the daily schedules, each made ready as far as
 * the rights go; what others have to do is printed as commands. Safe to run again, and beside processes that are at work.
 * Rejects when database or namespace cannot be used.
 */
export async function migrate(environment: Environment): Promise<void> {
  const config = requireShared(environment, ['databaseUrl', 'temporalAddress']);
  const database = await openPostgres(config.databaseUrl, 2).catch((error) => {
    throw new Error(`the database of DATABASE_URL cannot be migrated: ${explain(error)}`);
  });
  say('database: migrated');
  const connection = await connectTemporal(connectionTo(config, environment));
  try {
    const { temporalNamespace: namespace, temporalRetentionDays: retentionDays } = config;
    const { searchAttributes, warnings } = await ensureNamespace(connection, { namespace, retentionDays });
    say(`namespace ${namespace}: ready${searchAttributes ? ', with search attributes' : ''}`);
    for (const warning of warnings) say(`WARNING: ${warning}`);
    if (!searchAttributes) say(searchAttributeCommands(config));
    await keepSchedules(new Client({ connection, namespace }), createAlertSettingsStore(database.db).scanTimes);
    say('schedules: as planned');
  } finally {
    await connection.close();
    await database.close();
  }
}

async function keepSchedules(client: Client, scanTimes: ReturnType<typeof createAlertSettingsStore>['scanTimes']) {
  const faults: unknown[] = [];
  const onFault = (_where: string, error: unknown) => void faults.push(error);
  await new Schedules({ client: client.schedule, scanTimes, now: Date.now, onFault }).pass();
  if (faults.length > 0) throw new Error(`the schedules cannot be kept: ${explain(faults[0])}`);
}

const TYPE_NAMES: Readonly<Record<number, string>> = { 2: 'Keyword', 7: 'KeywordList' };

/** What an administrator of the cluster types, where Waybill lacks the rights. Waybill works without, deliveries are then not found by them. */
function searchAttributeCommands({ temporalNamespace }: Config): string {
  const attributes = Object.entries(searchAttributeTypes).map(([name, type]) => [name, TYPE_NAMES[type]] as const);
  const cluster = attributes.map(
    ([name, type]) =>
      `  temporal operator search-attribute create --namespace ${temporalNamespace} --name ${name} --type ${type}`,
  );
  const cloud = attributes.map(([name, type]) => ` --sa "${name}=${type}"`).join('');
  return [
    'Deliveries can be searched by organization, endpoint and type once an administrator has run, on a cluster:',
    ...cluster,
    'or on Temporal Cloud:',
    `  tcld namespace search-attributes add --namespace ${temporalNamespace}${cloud}`,
    'and the workers have been started again.',
  ].join('\n');
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
