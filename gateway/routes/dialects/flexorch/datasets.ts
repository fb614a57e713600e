import { Readable } from 'node:stream';
import type { FastifyRequest } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { inWholeSeconds } from '../../../../domain/dialects/document-time.ts';
import type { Dataset as StoredDataset } from '../../../../domain/exports/dataset.ts';
import type { PutDatasetResult } from '../../../../store/datasets.ts';
import type { GatewayDependencies } from '../../../dependencies.ts';
import { checkCalledUrl } from '../../../endpoint-rules.ts';
import { zodFieldErrors } from '../../../error-handler.ts';
import { fieldProblem, Problem } from '../../../errors.ts';
import { shownInstant } from '../../../fields.ts';
import { readCursor, toPage } from '../../../paging.ts';
import { discardBody, receiveBody } from '../../../receive-body.ts';
import { inSnakeCase, listQuery, snakePageOf } from '../paging.ts';

const NDJSON = 'application/x-ndjson';
/** Ends up in the key of a file. */
const DATASET_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;

const params = z.object({ id: z.string().regex(DATASET_ID) });

const RecordsAddress = z.object({ records_url: z.string().min(1).max(2_048) }).meta({
  id: 'FlexorchRecordsAddress',
  description: 'Where the records are fetched from, as NDJSON, at each export.',
});

/** Told apart by the content type: zod sees JSON only. */
const Records = z.union([RecordsAddress, z.unknown().meta({ description: `Records as ${NDJSON}.` })]);

const Dataset = z
  .object({
    id: z.string(),
    records: z.int().nullable().meta({ description: 'Null with `records_url`.' }),
    bytes: z.int().nullable(),
    records_url: z.string().nullable(),
    version: z.int().meta({ description: 'Higher with every replacement.' }),
    created_at: shownInstant,
    updated_at: shownInstant,
  })
  .meta({ id: 'FlexorchDataset' });

/** FlexOrch's datasets (ours: the document only names them): put, list, get, delete. */
export function flexorchDatasets(deps: GatewayDependencies): FastifyPluginAsyncZod {
  const uploads = new Map<Readable, Promise<unknown>>();

  /** Follows an upload, so that a stop can end it and wait for what it still writes. */
  async function receive({ organizationId, headers }: FastifyRequest, id: string, body: Readable) {
    if (Number(headers['content-length'] ?? 0) > deps.maxDatasetBytes) return { kind: 'too_large' } as const;
    const upload = deps.datasets.put(organizationId, id, receiveBody(body), deps.maxDatasetBytes);
    uploads.set(body, upload);
    return upload.finally(() => uploads.delete(body));
  }

  return async (app) => {
    app.addContentTypeParser(NDJSON, (_request, body, done) => done(null, body));
    app.addHook('preClose', async () => {
      for (const body of uploads.keys()) body.destroy();
      await Promise.allSettled(uploads.values());
    });

    app.put(
      '/v1/datasets/:id',
      {
        config: { access: 'publish', longBody: true },
        schema: {
          operationId: 'putFlexorchDataset',
          summary: 'Put a dataset',
          description:
            'Replaces it whole, once the last record is in; until then, and if an upload breaks off, it stays as it was. Blank lines are left out.',
          consumes: ['application/json', NDJSON],
          params,
          body: Records,
          response: { 200: Dataset, 201: Dataset },
        },
      },
      async (request, reply) => {
        const { body, organizationId, params } = request;
        if (!(body instanceof Readable)) {
          const url = addressOf(body, deps.checkUrl);
          return answer(await deps.datasets.putUrl(organizationId, params.id, url));
        }
        try {
          return answer(await receive(request, params.id, body));
        } finally {
          discardBody(body);
        }

        function answer(result: PutDatasetResult) {
          const { dataset, created } = storedOrThrow(result);
          return reply.code(created ? 201 : 200).send(showDataset(dataset));
        }
      },
    );

    app.get(
      '/v1/datasets',
      {
        config: { access: 'read' },
        schema: {
          operationId: 'listFlexorchDatasets',
          summary: 'List datasets, by id',
          querystring: listQuery,
          response: { 200: snakePageOf(Dataset, 'FlexorchDatasetPage') },
        },
      },
      async (request) => {
        const { limit, cursor } = request.query;
        const after = readCursor(cursor, [DATASET_ID])?.[0] ?? null;
        const rows = await deps.datasets.list(request.organizationId, { limit: limit + 1, after });
        return inSnakeCase(toPage(rows, limit, (row) => [row.id], showDataset));
      },
    );

    app.get(
      '/v1/datasets/:id',
      {
        config: { access: 'read' },
        schema: { operationId: 'getFlexorchDataset', summary: 'Get a dataset', params, response: { 200: Dataset } },
      },
      async (request) => {
        const dataset = await deps.datasets.get(request.organizationId, request.params.id);
        if (!dataset) throw datasetNotFound();
        return showDataset(dataset);
      },
    );

    app.delete(
      '/v1/datasets/:id',
      {
        config: { access: 'publish' },
        schema: {
          operationId: 'deleteFlexorchDataset',
          summary: 'Delete a dataset',
          description: 'Exports of it that are not made yet fail.',
          params,
          response: { 204: z.null() },
        },
      },
      async (request, reply) => {
        if (!(await deps.datasets.remove(request.organizationId, request.params.id))) throw datasetNotFound();
        return reply.code(204).send(null);
      },
    );
  };
}

/** The address in a JSON body. Throws a problem naming the field. */
function addressOf(body: unknown, checkUrl: (url: URL) => string | undefined): string {
  const parsed = RecordsAddress.safeParse(body);
  if (!parsed.success) throw fieldProblem('validation_failed', zodFieldErrors(parsed.error, []));
  return checkCalledUrl('records_url', parsed.data.records_url, [checkUrl]).href;
}

function storedOrThrow(result: PutDatasetResult) {
  switch (result.kind) {
    case 'stored':
      return result;
    case 'invalid':
      throw fieldProblem('invalid_records', [{ field: `line ${result.lineNumber}`, rule: result.rule }]);
    case 'too_large':
      throw new Problem('payload_too_large', 'The records exceed the limit of a dataset.');
    case 'overtaken':
      throw new Problem('dataset_overtaken', 'A later upload or a deletion of this dataset came first.');
  }
}

function showDataset(dataset: StoredDataset): z.output<typeof Dataset> {
  return {
    id: dataset.id,
    records: dataset.records,
    bytes: dataset.bytes,
    records_url: dataset.recordsUrl,
    version: dataset.version,
    created_at: inWholeSeconds(dataset.createdAt),
    updated_at: inWholeSeconds(dataset.updatedAt),
  };
}

function datasetNotFound(): Problem {
  return new Problem('not_found', 'There is no dataset of this id.');
}
