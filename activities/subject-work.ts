import { onlySearched, SEARCH_DELAYS_MS } from '../domain/destinations/decide.ts';
import type { DeliverResult } from '../domain/destinations/destination.ts';
import type { HeldSubject, SubjectClaim, SubjectLease, SubjectOutcome, SubjectStore } from '../store/types.ts';

/** A little longer than all requests of an attempt may take. */
const LEASE_MS = 40_000;
/** How long an attempt waits for another that works on the same subject, before it is put off. */
const LONGEST_WAIT_MS = 5_000;
const FIRST_LOOK_MS = 100;
const LONGEST_LOOK_MS = 1_000;

/** The subject in the hands of this attempt, or why it is not: another kept it for as long as this one may wait. */
export async function holdSubject(
  subjects: Pick<SubjectStore, 'lease'>,
  claim: SubjectClaim,
  { nowMs, timeScale }: { nowMs(): number; timeScale: number },
): Promise<SubjectLease> {
  const deadlineMs = nowMs() + LONGEST_WAIT_MS;
  const times = { leaseMs: LEASE_MS, pausesMs: SEARCH_DELAYS_MS.map((delayMs) => delayMs * timeScale) };
  for (let waitMs = FIRST_LOOK_MS; ; waitMs = Math.min(waitMs * 2, LONGEST_LOOK_MS)) {
    const lease = await subjects.lease(claim, times);
    if (lease.kind !== 'busy' || nowMs() + waitMs > deadlineMs) return lease;
    await new Promise((resolve) => setTimeout(resolve, waitMs));
  }
}

/** Which search the attempt makes for what an earlier request may have made; 0: none is called for. */
export function searchOf({ searches }: HeldSubject): number {
  return searches === null ? 0 : searches + 1;
}

/** What is to be remembered of the subject after an attempt. `occurredAt`: of its event. */
export function outcomeOf(held: HeldSubject, occurredAt: string, result: DeliverResult): SubjectOutcome {
  const { verdict, remote } = result;
  const done = verdict.kind === 'delivered' || verdict.kind === 'accepted';
  return { remote, occurredAt: done ? occurredAt : null, searches: searchesAfter(held, result) };
}

function searchesAfter(held: HeldSubject, { verdict, remote }: DeliverResult): number | null {
  switch (verdict.kind) {
    case 'ambiguous': {
      const made = searchOf(held);
      return onlySearched(made) ? made : 0;
    }
    case 'retry':
    case 'bad_configuration':
      // What was in doubt was found, and something after it failed; else it is in doubt as before.
      return held.remote === null && remote ? null : held.searches;
    default:
      return null;
  }
}
