import { z } from 'zod';
import type { DialectCatalogue, EventTypeDefinition } from '../catalogue.ts';

const eventTypes: EventTypeDefinition[] = [
  {
    name: 'document.uploaded',
    description: 'A new document is successfully uploaded.',
    schema: z.looseObject({
      document_id: z.string(),
      dataset_id: z.string(),
      filename: z.string(),
      size_bytes: z.int().nonnegative(),
      status: z.string(),
      metadata: z.looseObject({}).optional(),
    }),
    example: {
      document_id: 'doc_abc123',
      dataset_id: 'ds_xyz789',
      filename: 'product-docs.pdf',
      size_bytes: 1048576,
      status: 'processing',
      metadata: { title: 'Product Documentation', category: 'docs' },
    },
    origin: 'document',
  },
  {
    name: 'document.processed',
    description: 'Document chunking and embedding is complete.',
    // Optional are the fields that the document's own "Manual Testing" body leaves out.
    schema: z.looseObject({
      document_id: z.string(),
      dataset_id: z.string(),
      chunks_created: z.int().nonnegative(),
      processing_time_ms: z.number().nonnegative().optional(),
      status: z.string(),
      embedding_model: z.string().optional(),
    }),
    example: {
      document_id: 'doc_abc123',
      dataset_id: 'ds_xyz789',
      chunks_created: 47,
      processing_time_ms: 8450,
      status: 'ready',
      embedding_model: 'text-embedding-3-small',
    },
    origin: 'document',
  },
  {
    name: 'document.processing_failed',
    description: 'Document processing encounters an error.',
    schema: z.looseObject({
      document_id: z.string(),
      dataset_id: z.string(),
      error: z.looseObject({ code: z.string(), message: z.string(), details: z.string().optional() }),
    }),
    example: {
      document_id: 'doc_abc123',
      dataset_id: 'ds_xyz789',
      error: {
        code: 'invalid_pdf',
        message: 'PDF file is corrupted or encrypted',
        details: 'Unable to extract text from PDF',
      },
    },
    origin: 'document',
  },
  {
    name: 'document.deleted',
    description: 'A document is deleted.',
    schema: z.looseObject({ document_id: z.string(), dataset_id: z.string(), deleted_by: z.string() }),
    example: { document_id: 'doc_abc123', dataset_id: 'ds_xyz789', deleted_by: 'user_xyz123' },
    origin: 'document',
  },
  {
    name: 'dataset.created',
    description: 'A new dataset is created.',
    schema: z.looseObject({
      dataset_id: z.string(),
      name: z.string(),
      description: z.string().optional(),
      is_public: z.boolean(),
      created_by: z.string(),
    }),
    example: {
      dataset_id: 'ds_xyz789',
      name: 'Product Knowledge Base',
      description: 'Documentation for all products',
      is_public: false,
      created_by: 'user_xyz123',
    },
    origin: 'document',
  },
  {
    name: 'dataset.updated',
    description: 'Dataset metadata is updated; `changes` holds the new values.',
    schema: z.looseObject({ dataset_id: z.string(), changes: z.looseObject({}), updated_by: z.string() }),
    example: {
      dataset_id: 'ds_xyz789',
      changes: { name: 'Updated Product KB', description: 'All product documentation' },
      updated_by: 'user_xyz123',
    },
    origin: 'document',
  },
  {
    name: 'dataset.deleted',
    description: 'A dataset is deleted.',
    schema: z.looseObject({ dataset_id: z.string(), document_count: z.int().nonnegative(), deleted_by: z.string() }),
    example: { dataset_id: 'ds_xyz789', document_count: 42, deleted_by: 'user_xyz123' },
    origin: 'document',
  },
];

/** FLTR's seven events; closed. Source: FLTR document, "Event Types". What users fill in freely is optional. */
export const fltrCatalogue: DialectCatalogue = { dialect: 'fltr', eventTypes, open: false };
