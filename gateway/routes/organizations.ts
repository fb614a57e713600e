import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { GatewayDependencies } from '../dependencies.ts';
import { Problem } from '../errors.ts';
import { idParam, line, shownInstant } from '../fields.ts';
import { pageOf, pageQuery, readIdCursor, toPage } from '../paging.ts';

const Organization = z
  .object({
    id: z.string(),
    uuid: z.string().meta({ description: 'Stable; `orgId` in the dialect flowcerta.' }),
    name: z.string(),
    rejectUnknownEventTypes: z.boolean().meta({ description: '`standard` takes registered event types only.' }),
    watchesInstallation: z.boolean().meta({
      description: 'Its endpoints may name operational event types and then get those of every organization.',
    }),
    createdAt: shownInstant,
  })
  .meta({ id: 'Organization' });

const OrganizationWithKey = Organization.extend({
  key: z.string().meta({ description: 'An API key of all scopes, shown only this once.' }),
  keyId: z.string(),
}).meta({ id: 'OrganizationWithKey' });

const params = z.object({ organizationId: idParam });

/** Organizations: created and listed with the admin key, read and changed with a key of their own too. */
export function organizationRoutes(deps: GatewayDependencies): FastifyPluginAsyncZod {
  return async (app) => {
    app.post(
      '/v1/organizations',
      {
        config: { access: 'admin' },
        schema: {
          operationId: 'createOrganization',
          summary: 'Create an organization with its first API key',
          tags: ['organizations'],
          body: z
            .strictObject({ name: line(256), watchesInstallation: z.boolean().optional() })
            .meta({ id: 'NewOrganization' }),
          response: { 201: OrganizationWithKey },
        },
      },
      async (request, reply) => {
        const { name, watchesInstallation } = request.body;
        const { organization, key, secret } = await deps.organizations.create(name, watchesInstallation);
        return reply.code(201).send({ ...organization, key: secret, keyId: key.id });
      },
    );

    app.get(
      '/v1/organizations',
      {
        config: { access: 'admin' },
        schema: {
          operationId: 'listOrganizations',
          summary: 'List organizations, newest first',
          tags: ['organizations'],
          querystring: z.strictObject(pageQuery),
          response: { 200: pageOf(Organization, 'OrganizationPage') },
        },
      },
      async (request) => {
        const { limit, cursor } = request.query;
        const rows = await deps.organizations.list({ limit: limit + 1, after: readIdCursor(cursor) });
        return toPage(
          rows,
          limit,
          (row) => [row.id],
          (row) => row,
        );
      },
    );

    app.get(
      '/v1/organizations/:organizationId',
      {
        config: { access: 'read' },
        schema: {
          operationId: 'getOrganization',
          summary: 'Get an organization',
          tags: ['organizations'],
          params,
          response: { 200: Organization },
        },
      },
      async (request) => found(await deps.organizations.get(request.organizationId)),
    );

    app.patch(
      '/v1/organizations/:organizationId',
      {
        config: { access: 'manage' },
        schema: {
          operationId: 'updateOrganization',
          summary: 'Change an organization',
          description: '`watchesInstallation` takes the admin key.',
          tags: ['organizations'],
          params,
          body: z
            .strictObject({
              name: line(256).optional(),
              rejectUnknownEventTypes: z.boolean().optional(),
              watchesInstallation: z.boolean().optional(),
            })
            .meta({ id: 'OrganizationPatch' }),
          response: { 200: Organization },
        },
      },
      async (request) => {
        const { name, rejectUnknownEventTypes, watchesInstallation } = request.body;
        // What other organizations do is not theirs to see by their own will.
        if (watchesInstallation !== undefined && !request.caller.admin) {
          throw new Problem('missing_scope', 'watchesInstallation takes the admin key.');
        }
        const organization = await deps.organizations.update(request.organizationId, {
          ...(name !== undefined && { name }),
          ...(rejectUnknownEventTypes !== undefined && { rejectUnknownEventTypes }),
          ...(watchesInstallation !== undefined && { watchesInstallation }),
        });
        deps.eventTypes.forget(request.organizationId);
        return found(organization);
      },
    );
  };
}

function found<T>(organization: T | null): T {
  if (organization === null) throw new Problem('organization_not_found', 'There is no organization of this id.');
  return organization;
}
