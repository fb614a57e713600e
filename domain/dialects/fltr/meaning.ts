import { fieldsOf } from '../data-fields.ts';
import type { DialectMeaning, EventData, Meaning } from '../meaning.ts';
import { countOf, isObject, nameOf, showBytes, showDuration } from '../show-value.ts';

/** FLTR's events in words: all of one document are one subject, and all of one dataset. */
export const fltrMeaning: DialectMeaning = {
  dialect: 'fltr',
  title: 'FLTR',
  types: {
    'document.uploaded': (data) => ({
      title: `Document ${nameOf(data.filename) || nameOf(data.document_id)} uploaded`,
      severity: 'info',
      subject: ['document', data.document_id],
      fields: fieldsOf(data, {
        document_id: 'Document',
        dataset_id: 'Dataset',
        filename: 'File',
        size_bytes: { label: 'Size', show: showBytes },
        status: 'Status',
        metadata: 'Metadata',
      }),
    }),
    'document.processed': (data) => ({
      title: `Document ${nameOf(data.document_id)} is ready`,
      severity: 'info',
      subject: ['document', data.document_id],
      resolved: true,
      fields: fieldsOf(data, {
        document_id: 'Document',
        dataset_id: 'Dataset',
        chunks_created: 'Chunks',
        processing_time_ms: { label: 'Processing time', show: showDuration },
        status: null,
        embedding_model: 'Embedding model',
      }),
    }),
    'document.processing_failed': processingFailed,
    'document.deleted': (data) => ({
      title: `Document ${nameOf(data.document_id)} deleted`,
      severity: 'info',
      subject: ['document', data.document_id],
      // Whatever was wrong with it went with it.
      resolved: true,
      fields: fieldsOf(data, { document_id: 'Document', dataset_id: 'Dataset', deleted_by: 'Deleted by' }),
    }),
    'dataset.created': (data) => ({
      title: `Dataset ${nameOf(data.name) || nameOf(data.dataset_id)} created`,
      severity: 'info',
      subject: ['dataset', data.dataset_id],
      fields: fieldsOf(data, {
        dataset_id: 'Dataset',
        name: 'Name',
        description: 'Description',
        is_public: 'Public',
        created_by: 'Created by',
      }),
    }),
    'dataset.updated': (data) => ({
      title: `Dataset ${nameOf(data.dataset_id)} updated`,
      severity: 'info',
      subject: ['dataset', data.dataset_id],
      fields: fieldsOf(data, { dataset_id: 'Dataset', changes: 'New', updated_by: 'Updated by' }),
    }),
    'dataset.deleted': datasetDeleted,
  },
};

function processingFailed(data: EventData): Meaning {
  const { message, details, ...error } = isObject(data.error) ? data.error : { message: data.error };
  const sentences = [message, details].filter((part) => typeof part === 'string' && part !== '');
  return {
    title: `Document ${nameOf(data.document_id)} could not be processed`,
    severity: 'high',
    subject: ['document', data.document_id],
    text: sentences.join('\n'),
    fields: fieldsOf({ ...data, error }, { document_id: 'Document', dataset_id: 'Dataset' }),
  };
}

function datasetDeleted(data: EventData): Meaning {
  const documents = typeof data.document_count === 'number' ? ` with ${countOf(data.document_count, 'document')}` : '';
  return {
    title: `Dataset ${nameOf(data.dataset_id)} deleted${documents}`,
    severity: 'low',
    subject: ['dataset', data.dataset_id],
    resolved: true,
    fields: fieldsOf(data, { dataset_id: 'Dataset', document_count: 'Documents', deleted_by: 'Deleted by' }),
  };
}
