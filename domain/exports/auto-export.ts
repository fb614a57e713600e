/** Formats of exports: NDJSON as it was put, or a table with a header line. */
export const EXPORT_FORMATS = ['jsonl', 'csv'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/**
 * What a FlexOrch webhook says in `auto_export`, as it stands in its endpoint's `options.autoExport`: where a dataset is put before
 * `dataset.ready` is sent. The key is `<prefix><dataset_id>.<format>`; an empty prefix is none.
 */
export interface AutoExport {
  connectorId: number;
  format: ExportFormat;
  prefix: string;
}
