import type { S3Target } from './s3.ts';

/** A connector as it may be shown: without its keys. */
export interface Connector extends Omit<S3Target, 'accessKeyId' | 'secretAccessKey'> {
  /** What FlexOrch calls `connector_id`: 1, 2, … in each organization, never given twice. */
  number: number;
  name: string;
  /** First and last characters of the access key id, the rest masked. */
  accessKeyIdHint: string;
  /** ISO. */
  createdAt: string;
  updatedAt: string;
}

/** Finds the buckets that exports go to. */
export interface ConnectorReader {
  /** With the keys in clear, for senders' memory only. Null: deleted, or never there. */
  target(organizationId: string, number: number): Promise<S3Target | null>;
}
