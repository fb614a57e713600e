/** The guarded way to records that are fetched from an address; `outbound/` implements it. */
export interface RecordsPort {
  /**
   * What the address answers with, in pieces, as fast as they are taken. Throws `ExportFault`, also in the middle:
   * `export_records_refused` where only another address or another answer helps, `export_records_unavailable` otherwise. Ends
   * its connection when the reading is broken off.
   */
  read(url: string): AsyncIterable<Uint8Array>;
}
