import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { MASK } from '../../domain/delivery/mask.ts';
import type { SourcePatch as StoredPatch } from '../../store/sources.ts';
import type { GatewayDependencies } from '../dependencies.ts';
import { fieldProblem, Problem } from '../errors.ts';
import { DEFAULT_DIALECT, idParam } from '../fields.ts';
import { knownWire } from '../manage-endpoint.ts';
import { pageOf, pageQuery, readIdCursor, toPage } from '../paging.ts';
import { checkSourceHeaders, sourceSecret } from '../source-rules.ts';
import {
  DEFAULT_OVERLAP_SECONDS,
  NewSource,
  Receipt,
  receiptOutcome,
  Source,
  SourcePatch,
  SourceWithAddress,
  showSource,
} from '../source-schema.ts';
import { inboundPath } from './inbound.ts';

const params = z.object({ id: idParam });
const tags = ['sources'];

/** Sources: create, list, get, change, give a new address, delete, and read what arrived. */
export function sourceRoutes(deps: GatewayDependencies): FastifyPluginAsyncZod {
  const addressOf = (token: string) => `${deps.publicUrl()}${inboundPath(token)}`;

  return async (app) => {
    app.post(
      '/v1/sources',
      {
        // An address outlives the session that made it.
        config: { access: 'manage', keysOnly: true },
        schema: {
          operationId: 'createSource',
          summary: 'Create a source',
          description: 'What a system sends to its address is verified and published as an event of the dialect.',
          tags,
          body: NewSource,
          response: { 201: SourceWithAddress },
        },
      },
      async (request, reply) => {
        const { name = '', secret, headers = [] } = request.body;
        const dialect = request.body.dialect ?? request.caller.dialect ?? DEFAULT_DIALECT;
        const wire = knownWire(dialect);
        checkSourceHeaders(headers, wire);
        const created = await deps.sources.create(request.organizationId, {
          name,
          dialect,
          secret: secret === undefined ? null : sourceSecret(wire, secret),
          headers,
        });
        return reply.code(201).send({ ...showSource(created.source), address: addressOf(created.token) });
      },
    );

    app.get(
      '/v1/sources',
      {
        config: { access: 'read' },
        schema: {
          operationId: 'listSources',
          summary: 'List sources, newest first',
          tags,
          querystring: z.strictObject(pageQuery),
          response: { 200: pageOf(Source, 'SourcePage') },
        },
      },
      async (request) => {
        const { limit, cursor } = request.query;
        const page = { limit: limit + 1, after: readIdCursor(cursor) };
        const rows = await deps.sources.list(request.organizationId, page);
        return toPage(rows, limit, (row) => [row.id], showSource);
      },
    );

    app.get(
      '/v1/sources/:id',
      {
        config: { access: 'read' },
        schema: { operationId: 'getSource', summary: 'Get a source', tags, params, response: { 200: Source } },
      },
      async (request) => {
        const source = await deps.sources.get(request.organizationId, request.params.id);
        if (!source) throw sourceNotFound();
        return showSource(source);
      },
    );

    app.patch(
      '/v1/sources/:id',
      {
        config: { access: 'manage', keysOnly: true },
        schema: {
          operationId: 'updateSource',
          summary: 'Change a source',
          tags,
          params,
          body: SourcePatch,
          response: { 200: Source },
        },
      },
      async (request) => {
        const { organizationId } = request;
        const { id } = request.params;
        const standing = await deps.sources.get(organizationId, id);
        if (!standing) throw sourceNotFound();
        const updated = await deps.sources.update(organizationId, id, toPatch(request.body, standing.dialect));
        if (updated.kind === 'unknown_header') {
          throw fieldProblem('validation_failed', [
            { field: 'headers', rule: `no value is stored for ${updated.name}` },
          ]);
        }
        if (updated.kind === 'not_found') throw sourceNotFound();
        return showSource(updated.source);
      },
    );

    app.post(
      '/v1/sources/:id/rotate-token',
      {
        config: { access: 'manage', keysOnly: true },
        schema: {
          operationId: 'rotateSourceToken',
          summary: 'Give a source a new address',
          description: 'The old address is unknown from then on.',
          tags,
          params,
          response: { 200: SourceWithAddress },
        },
      },
      async (request) => {
        const rotated = await deps.sources.rotateToken(request.organizationId, request.params.id);
        if (!rotated) throw sourceNotFound();
        return { ...showSource(rotated.source), address: addressOf(rotated.token) };
      },
    );

    app.delete(
      '/v1/sources/:id',
      {
        config: { access: 'manage', keysOnly: true },
        schema: {
          operationId: 'deleteSource',
          summary: 'Delete a source',
          description: 'Its address is unknown at once and its log is deleted; its events stay.',
          tags,
          params,
          response: { 204: z.null() },
        },
      },
      async (request, reply) => {
        const { id } = request.params;
        if (!(await deps.sources.remove(request.organizationId, id))) throw sourceNotFound();
        await deps.receipts.purge(id);
        return reply.code(204).send(null);
      },
    );

    app.get(
      '/v1/sources/:id/receipts',
      {
        config: { access: 'read' },
        schema: {
          operationId: 'listReceipts',
          summary: 'List what arrived at a source, newest first',
          tags,
          params,
          querystring: z.strictObject({ ...pageQuery, outcome: receiptOutcome.optional() }),
          response: { 200: pageOf(Receipt, 'ReceiptPage') },
        },
      },
      async (request) => {
        const { organizationId } = request;
        const { id } = request.params;
        const { limit, cursor, outcome = null } = request.query;
        if (!(await deps.sources.get(organizationId, id))) throw sourceNotFound();
        const page = { limit: limit + 1, after: readIdCursor(cursor), outcome };
        const rows = await deps.receipts.list(organizationId, id, page);
        return toPage(
          rows,
          limit,
          (row) => [row.id],
          (row) => row,
        );
      },
    );

    function toPatch(body: z.output<typeof SourcePatch>, dialect: string): StoredPatch {
      const { name, secret, overlapSeconds } = body;
      if (overlapSeconds !== undefined && !secret) {
        throw fieldProblem('validation_failed', [{ field: 'overlapSeconds', rule: 'goes with a new secret' }]);
      }
      const wire = knownWire(dialect);
      const headers = body.headers?.map(({ name, value }) => ({ name, value: value === MASK ? null : value }));
      if (headers) checkSourceHeaders(headers, wire);
      const overlapMs = Math.round((overlapSeconds ?? DEFAULT_OVERLAP_SECONDS) * 1000 * deps.timeScale);
      return {
        ...(name !== undefined && { name }),
        ...(secret !== undefined && {
          secret: { value: secret === null ? null : sourceSecret(wire, secret), overlapMs },
        }),
        ...(headers && { headers }),
      };
    }
  };
}

function sourceNotFound(): Problem {
  return new Problem('not_found', 'There is no source of this id.');
}
