/** A dataset as it may be shown. */
export interface Dataset {
  id: string;
  /** Raised by every replacement; never the same for two contents. */
  version: number;
  /** Where the records are fetched from at the export; null: they are kept here, in chunks. */
  recordsUrl: string | null;
  /** Null with `recordsUrl`. */
  records: number | null;
  bytes: number | null;
  /** ISO. */
  createdAt: string;
  updatedAt: string;
}

/** Size of every chunk but the last. */
export const CHUNK_BYTES = 1024 * 1024;

/** Thrown while reading when the dataset was replaced or deleted since: begin again with what is there now. */
export class DatasetReplacedError extends Error {
  override readonly name = 'DatasetReplacedError';
  constructor(id: string, version: number) {
    super(`version ${version} of the dataset ${id} was replaced or deleted`);
  }
}

/** Reads the datasets that exports are made of. */
export interface DatasetReader {
  /** Null: there is none of this id. */
  get(organizationId: string, id: string): Promise<Dataset | null>;
  /**
   * The records of a version, as NDJSON: every line is a JSON object and ends with `\n`, none is blank. Chunks are cut anywhere,
   * and one is in memory at a time. Throws `DatasetReplacedError`, also in the middle.
   */
  readChunks(organizationId: string, id: string, version: number): AsyncIterable<Uint8Array>;
}
