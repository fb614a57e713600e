/**
 * Why a dataset was not exported: stands as the delivery's `reason` and `lastErrorCode`. Those that end in `unavailable`, and
 * `export_dataset_replaced`, pass by themselves and are tried again; the others end the delivery, and a resend tries anew.
 */
export const EXPORT_FAULT_CODES = [
  'export_connector_missing',
  'export_bucket_refused',
  'export_bucket_unavailable',
  'export_dataset_missing',
  'export_dataset_replaced',
  'export_records_invalid',
  'export_records_refused',
  'export_records_unavailable',
  'export_too_large',
] as const;
export type ExportFaultCode = (typeof EXPORT_FAULT_CODES)[number];

const PASSING: ReadonlySet<ExportFaultCode> = new Set([
  'export_bucket_unavailable',
  'export_records_unavailable',
  'export_dataset_replaced',
]);

/** Ends a try of an export. `message` is a sentence for the delivery's owner: no key, no secret, no URL, nothing of the records. */
export class ExportFault extends Error {
  override readonly name = 'ExportFault';
  readonly code: ExportFaultCode;
  /** `true`: the same try may succeed later. */
  readonly passes: boolean;

  constructor(code: ExportFaultCode, message: string) {
    super(message);
    this.code = code;
    this.passes = PASSING.has(code);
  }
}
