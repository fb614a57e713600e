import type { Db } from './database.ts';
import { deliveryFailed, deliveryRecovered, type OccurringDelivery, readOccurring } from './delivery-occurrences.ts';
import { endpointDisabled } from './endpoint-occurrences.ts';
import type { DisabledEndpoint } from './endpoint-state.ts';
import type { FinishRow } from './finish-write.ts';
import type { Occurrence } from './operational.ts';
import type { FinishInput } from './types.ts';

/** A group of ends as it has been written. */
interface WrittenGroup {
  inputs: readonly FinishInput[];
  rows: readonly FinishRow[];
  /** Ids of deliveries that had failed and are delivered now. */
  recovering: readonly string[];
  /** Endpoints disabled with it. */
  disabled: readonly DisabledEndpoint[];
}

/** What of a group is told, in this order: endpoints disabled, deliveries failed, deliveries recovered. */
export async function occurrencesOf(tx: Pick<Db, 'execute'>, group: WrittenGroup): Promise<Occurrence[]> {
  const failed = new Set(group.rows.filter((row) => row.failed_now).map((row) => row.attempt_id));
  const causes = new Map(group.disabled.map((endpoint) => [endpoint, causesOf(endpoint, group.inputs)]));
  const ended = group.inputs.filter((input) => failed.has(input.attemptId));
  const concerned = new Set([...[...causes.values()].flat(), ...ended].map((input) => input.deliveryId));
  for (const id of group.recovering) concerned.add(id);
  if (concerned.size === 0) return [];
  const known = await readOccurring(tx, [...concerned]);
  const isTold = ({ deliveryId }: FinishInput) => known.get(deliveryId)?.operational === false;
  return [
    ...group.disabled.filter((e) => causes.get(e)?.some(isTold)).map((e) => endpointDisabled(e, e.reason)),
    ...ended.flatMap((input) => failureOf(input, known.get(input.deliveryId))),
    ...group.recovering.flatMap((id) => {
      const occurring = known.get(id);
      return occurring ? deliveryRecovered(occurring) : [];
    }),
  ];
}

/** Ends that disabled an endpoint: its own 410, or any of those that its failures were counted with. */
function causesOf({ id, reason }: DisabledEndpoint, inputs: readonly FinishInput[]): FinishInput[] {
  return inputs.filter((input) => input.endpointId === id && (reason !== 'gone' || input.disableEndpoint));
}

function failureOf(
  { endReason: reason, errorCode, statusCode }: FinishInput,
  occurring: OccurringDelivery | undefined,
): Occurrence[] {
  return occurring && reason ? deliveryFailed(occurring, { reason, errorCode, statusCode }) : [];
}
