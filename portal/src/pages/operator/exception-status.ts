import type { Schema } from '../../api/client.ts';

/** What may become of a risk exception. */
export const EXCEPTION_STATUSES = [
  'requested',
  'approved',
  'rejected',
  'expired',
] as const satisfies readonly Schema<'RiskException'>['status'][];
