import { daysRemaining } from '../../exceptions/expiry.ts';
import type { RiskException } from '../../exceptions/risk-exception.ts';
import type { Finding, Validation } from '../../validations/validation.ts';
import { withTopFindings } from './top-findings.ts';

/** An event that follows from what an organization stored here. */
export interface FollowingEvent {
  dialect: 'flowcerta';
  type: string;
  data: Record<string, unknown>;
}

/** `validation.completed`, with the top findings. Source: Flowcerta document, "Event reference". */
export function validationCompleted(validation: Validation, findings: readonly Finding[]): FollowingEvent {
  const { validationId, platform, fileName, label, passed, score } = validation;
  const { enforcementMode, policyPackSlug, validatedAt, summary } = validation;
  const head = { validationId, platform, fileName, label, passed, score, enforcementMode, policyPackSlug };
  const { findings: top } = withTopFindings({ findings: [...findings] });
  return {
    dialect: 'flowcerta',
    type: 'validation.completed',
    data: { ...head, validatedAt, summary, findings: (top as Finding[]).map(documented) },
  };
}

/** `validation.below_threshold`: the document names what it includes, the fields are ours. */
export function validationBelowThreshold(
  validation: Pick<Validation, 'validationId' | 'platform' | 'fileName' | 'label' | 'score'>,
  threshold: number,
): FollowingEvent {
  const { validationId, platform, fileName, label, score } = validation;
  return {
    dialect: 'flowcerta',
    type: 'validation.below_threshold',
    data: { validationId, platform, fileName, label, score, threshold },
  };
}

/** `exception.expiring_soon` as of `now` (ISO). Source: as above. */
export function exceptionExpiringSoon(exception: Omit<RiskException, 'status'>, now: string): FollowingEvent {
  const { exceptionId, ruleId, fileName, location, reason, expiresAt, requestedByEmail } = exception;
  const left = daysRemaining(now, expiresAt);
  return {
    dialect: 'flowcerta',
    type: 'exception.expiring_soon',
    data: { exceptionId, ruleId, fileName, location, reason, expiresAt, daysRemaining: left, requestedByEmail },
  };
}

/** A finding may have more in the full result; an event must stay small. */
function documented({ ruleId, severity, category, location, description }: Finding): Finding {
  return { ruleId, severity, category, location, description };
}
