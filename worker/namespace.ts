import { setTimeout as sleep } from 'node:timers/promises';
import { type Connection, isGrpcServiceError } from '@temporalio/client';
import { msToTs, tsToMs } from '@temporalio/common/lib/time.js';

/** What is needed of a connection: the client's `Connection` and the worker's `NativeConnection` both have it. */
export type NamespaceConnection = Pick<Connection, 'workflowService' | 'operatorService' | 'withDeadline'>;

/** Which namespace, and how long closed workflows stay in it. */
export interface NamespaceOptions {
  readonly namespace: string;
  /** Days that Temporal keeps a closed workflow; at least 1, Temporal's minimum. */
  readonly retentionDays: number;
  /** Milliseconds the whole may take. @default 30000 */
  readonly timeoutMs?: number;
}

/** The namespace as it is now. */
export interface EnsuredNamespace {
  /** UUID that Temporal gave it. Another one than last time means that Temporal's database was lost or changed. */
  readonly namespaceId: string;
  /** Whether workflows may be started with Waybill's search attributes; if not, a start with them would be refused. */
  readonly searchAttributes: boolean;
  /** What could not be done, in words for a warning: search attributes, retention. Empty when all is as asked. */
  readonly warnings: readonly string[];
}

/**
 * Waybill's search attributes with their types as in `temporal.api.enums.v1.IndexedValueType`.
 * KeywordLists since a workflow may carry deliveries of several; SQL visibility allows three of them.
 */
export const searchAttributeTypes = {
  WaybillOrganization: 7,
  WaybillEndpoint: 7,
  WaybillEventType: 7,
  WaybillOutcome: 2,
} as const;

const attributeNames = Object.keys(searchAttributeTypes) as readonly (keyof typeof searchAttributeTypes)[];

const INVALID_ARGUMENT = 3;
const NOT_FOUND = 5;
const ALREADY_EXISTS = 6;
/** PERMISSION_DENIED, UNIMPLEMENTED, UNAUTHENTICATED: the answers of clusters that others administer. */
const REFUSALS: readonly number[] = [7, 12, 16];
const MS_PER_DAY = 86_400_000;
const CALL_TIMEOUT_MS = 10_000;

/**
 * Makes the namespace if it is missing, gives it the retention and the search attributes, and returns once it is
 * usable. Safe to repeat and to run in several processes at once.
 *
 * Where the rights for it are missing (Temporal Cloud has no operator service, a shared cluster may refuse), an
 * existing namespace is used as it is, with a warning.
 * @throws the server's error when the namespace is neither there nor can be made, or is not usable in time.
 */
export async function ensureNamespace(
  connection: NamespaceConnection,
  options: NamespaceOptions,
): Promise<EnsuredNamespace> {
  const { namespace } = options;
  const call = patientCall(connection, Date.now() + (options.timeoutMs ?? 30_000));
  // Registering comes before any look at the namespace: a server remembers for a while that it did not find one.
  const refusal = await register(connection, options, call);
  const described = await call(
    () => connection.workflowService.describeNamespace({ namespace }),
    refusal === undefined ? [NOT_FOUND] : [],
  ).catch((error: unknown) => {
    throw refusal === undefined ? error : new Error(`${refusal}; using it failed as well: ${detailsOf(error)}`);
  });
  const { namespaceInfo, config } = described;
  if (!namespaceInfo?.id) throw new Error(`Temporal names no id for the namespace ${namespace}`);

  const actualDays = tsToMs(config?.workflowExecutionRetentionTtl) / MS_PER_DAY;
  const retentionWarning = await updateRetention(connection, options, actualDays, call);
  const aliases = Object.values(config?.customSearchAttributeAliases ?? {});
  const attributesWarning = await addSearchAttributes(connection, namespace, aliases, call);
  const searchAttributes = attributesWarning === undefined;
  // Servers look namespaces and attributes up in caches that lag behind (up to a minute with several hosts): a query
  // over all of them passes the same look-ups as a start.
  const query = searchAttributes ? attributeNames.map((name) => `${name} = 'none'`).join(' AND ') : '';
  await call(
    () => connection.workflowService.countWorkflowExecutions({ namespace, query }),
    [NOT_FOUND, INVALID_ARGUMENT],
  );
  const warnings = [retentionWarning, attributesWarning].filter((warning) => warning !== undefined);
  return { namespaceId: namespaceInfo.id, searchAttributes, warnings };
}

type Call = <T>(run: () => Promise<T>, repeatOn?: readonly number[]) => Promise<T>;

/** Calls with a deadline each, repeated until `giveUpAt` while the answer is one of the gRPC codes of `repeatOn`. */
function patientCall(connection: NamespaceConnection, giveUpAt: number): Call {
  return async (run, repeatOn = [NOT_FOUND]) => {
    for (;;) {
      try {
        return await connection.withDeadline(Math.min(giveUpAt, Date.now() + CALL_TIMEOUT_MS), run);
      } catch (error) {
        if (!repeatOn.includes(grpcCode(error) ?? -1) || Date.now() >= giveUpAt) throw error;
        await sleep(50);
      }
    }
  };
}

/** Returns why it could not be registered where an existing one may still be used. */
async function register(
  { workflowService }: NamespaceConnection,
  { namespace, retentionDays }: NamespaceOptions,
  call: Call,
): Promise<string | undefined> {
  try {
    await call(() =>
      workflowService.registerNamespace({
        namespace,
        description: 'deliveries of Waybill',
        workflowExecutionRetentionPeriod: msToTs(retentionDays * MS_PER_DAY),
      }),
    );
  } catch (error) {
    const code = grpcCode(error);
    if (code === ALREADY_EXISTS) return undefined;
    if (code === undefined || !REFUSALS.includes(code)) throw error;
    return `the namespace ${namespace} cannot be registered: ${detailsOf(error)}`;
  }
  return undefined;
}

async function updateRetention(
  { workflowService }: NamespaceConnection,
  { namespace, retentionDays }: NamespaceOptions,
  actualDays: number,
  call: Call,
): Promise<string | undefined> {
  if (actualDays === retentionDays) return undefined;
  try {
    await call(() =>
      workflowService.updateNamespace({
        namespace,
        config: { workflowExecutionRetentionTtl: msToTs(retentionDays * MS_PER_DAY) },
      }),
    );
    return undefined;
  } catch (error) {
    if (grpcCode(error) === undefined) throw error;
    return `the namespace ${namespace} keeps closed workflows ${actualDays} days, not ${retentionDays}: ${detailsOf(error)}`;
  }
}

/**
 * Returns why they cannot be used; `undefined` when all four are there with the right types.
 * `aliases` are the names that the namespace itself lists: where the operator service is refused, as on Temporal
 * Cloud, somebody may have made them by other means, and that is all that can be seen of it.
 */
async function addSearchAttributes(
  { operatorService }: NamespaceConnection,
  namespace: string,
  aliases: readonly string[],
  call: Call,
): Promise<string | undefined> {
  try {
    const { customAttributes } = await call(() => operatorService.listSearchAttributes({ namespace }));
    const missing: Record<string, number> = {};
    for (const name of attributeNames) {
      const type = customAttributes[name];
      if (type === undefined) missing[name] = searchAttributeTypes[name];
      else if (type !== searchAttributeTypes[name])
        return `the search attribute ${name} is there with another type (${type})`;
    }
    if (Object.keys(missing).length > 0) {
      await call(() => operatorService.addSearchAttributes({ namespace, searchAttributes: missing }));
    }
    return undefined;
  } catch (error) {
    if (grpcCode(error) === undefined) throw error;
    if (attributeNames.every((name) => aliases.includes(name))) return undefined;
    return `search attributes cannot be registered: ${detailsOf(error)}`;
  }
}

function grpcCode(error: unknown): number | undefined {
  return isGrpcServiceError(error) ? error.code : undefined;
}

function detailsOf(error: unknown): string {
  return isGrpcServiceError(error) ? error.details || error.message : String(error);
}
