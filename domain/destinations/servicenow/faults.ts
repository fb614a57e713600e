import type { ConfigFault } from '../destination.ts';
import type { Judged } from './answers.ts';
import type { Session } from './api.ts';

/** What an answer says of the configuration, at the field that it is about; `field` where it is about permission. */
export function faultOf(judged: Extract<Judged, { ok: false }>, { settings }: Session, field: string): ConfigFault {
  const { cause, verdict } = judged;
  const rule = 'message' in verdict ? verdict.message : '';
  if (cause === 'forbidden') return { field, rule };
  if (cause !== 'unauthorized') return { field: 'instanceUrl', rule };
  return { field: settings.credentials.auth === 'basic' ? 'password' : 'clientSecret', rule };
}
