/** Says whether one more try may be made, and is told which were wrong. */
export interface Tries {
  mayTry(who: string): boolean;
  wasWrong(who: string): void;
}

/** Callers remembered at most; beyond, all are forgotten, so that no flood of addresses fills the memory. */
const MOST_CALLERS = 10_000;

/** Allows each caller `limit` wrong tries in every `windowMs`. */
export function createTries(options: { limit: number; windowMs: number; now: () => number }): Tries {
  const { limit, windowMs, now } = options;
  const wrong = new Map<string, { count: number; until: number }>();
  const standing = (who: string) => {
    const entry = wrong.get(who);
    return entry !== undefined && entry.until > now() ? entry : undefined;
  };
  return {
    mayTry: (who) => (standing(who)?.count ?? 0) < limit,
    wasWrong(who) {
      const entry = standing(who);
      if (entry) entry.count++;
      else {
        if (wrong.size >= MOST_CALLERS) wrong.clear();
        wrong.set(who, { count: 1, until: now() + windowMs });
      }
    },
  };
}
