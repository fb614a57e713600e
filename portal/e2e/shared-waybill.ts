/** The Waybill of the run, as the tests' processes are told of it. */
export interface SharedWaybill {
  /** `http://host:port`. */
  url: string;
  adminKey: string;
}

const VARIABLE = 'PORTAL_TEST_WAYBILL';

/** Called by the set-up; the tests' processes are started afterwards, with its environment. */
export function shareWaybill(waybill: SharedWaybill): void {
  process.env[VARIABLE] = JSON.stringify(waybill);
}

export function sharedWaybill(): SharedWaybill {
  const text = process.env[VARIABLE];
  if (text === undefined) throw new Error('no Waybill: the tests run by npm run test:portal');
  return JSON.parse(text) as SharedWaybill;
}
