import swagger from '@fastify/swagger';
import type { FastifyContextConfig, FastifyInstance, FastifySchema } from 'fastify';
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod';
import type { OpenAPIV3_1 } from 'openapi-types';
import { z } from 'zod';
import { REFERENCE_PREFIX } from './access.ts';
import { PORTAL_COOKIE } from './portal-cookie.ts';
import { ProblemSchema } from './problem-schema.ts';
import { installReference } from './reference.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Body of the errors that the route answers with, where they do not look like ours. */
    errorBody?: z.ZodType;
  }
}

const DESCRIPTION = `Durable, signed, retried webhooks. Every call takes \`Authorization: Bearer <key>\`: an API key of an
organization, or the admin key together with the header \`Waybill-Organization\`. The portal's page calls with the cookie of its
session instead, and with \`Waybill-Portal: 1\` where it changes something.`;

/** The OpenAPI document at `/openapi.json` and a page that shows it. To be installed before the routes. */
export function installOpenApi(app: FastifyInstance, version: string): void {
  app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Waybill', version, description: DESCRIPTION, license: { name: 'MIT', identifier: 'MIT' } },
      components: {
        securitySchemes: {
          key: { type: 'http', scheme: 'bearer' },
          apiKey: { type: 'apiKey', in: 'header', name: 'X-API-KEY' },
          session: { type: 'apiKey', in: 'cookie', name: PORTAL_COOKIE },
        },
      },
      security: [{ key: [] }, { session: [] }],
    },
    transform: (input) =>
      jsonSchemaTransform({
        ...input,
        schema: describe(input.schema, input.route.config ?? {}, input.url.includes(':organizationId')),
      } as typeof input),
    transformObject: (input) => tidyComponents(jsonSchemaTransformObject(input) as OpenAPIV3_1.Document),
  });
  app.register(async (routes) => {
    const config = { access: 'public' } as const;
    routes.get('/openapi.json', { config, schema: { hide: true } }, async () => app.swagger());
    routes.get('/', { config, schema: { hide: true } }, (_request, reply) => reply.redirect(`${REFERENCE_PREFIX}/`));
  });
  installReference(app);
}

/** Adds what is true of every route by its access: the scope it takes, the header of the admin key, the problem it may answer. */
function describe(
  schema: FastifySchema | undefined,
  { access, keysOnly, keyHeader, errorBody }: FastifyContextConfig,
  organizationInPath: boolean,
): FastifySchema | undefined {
  if (!schema || schema.hide) return schema;
  const problem = errorBody
    ? { description: "An error in the system's look", content: { 'application/json': { schema: errorBody } } }
    : { description: 'A problem', content: { 'application/problem+json': { schema: ProblemSchema } } };
  const response = { ...(schema.response as object), default: problem };
  if (access === 'public') return { ...schema, response, security: [] };
  if (access === 'session') return { ...schema, response, security: [{ session: [] }] };
  const key = access === 'admin' ? 'Takes the admin key.' : `Takes a key with the scope \`${access}\`.`;
  const description = schema.description ? `${schema.description} ${key}` : key;
  const keyScheme = keyHeader === 'x-api-key' ? { apiKey: [] } : { key: [] };
  const security = access === 'admin' || keysOnly ? { security: [keyScheme] } : {};
  if (access === 'admin' || organizationInPath) return { ...schema, response, description, ...security };
  const headers = z.object({ ...(schema.headers as z.ZodObject | undefined)?.shape, ...organizationHeader });
  return { ...schema, response, description, headers, ...security };
}

const organizationHeader = {
  'waybill-organization': z
    .string()
    .optional()
    .meta({ description: 'Needed with the admin key: id of the organization.' }),
};

/**
 * The type provider makes two components of every named schema, `X` for answers and `XInput` for requests. Those that no route
 * refers to are dropped, and an `XInput` without its `X` takes the plain name, which generated clients show to people.
 */
function tidyComponents(document: OpenAPIV3_1.Document): OpenAPIV3_1.Document {
  const schemas = document.components?.schemas ?? {};
  const used = new Set<string>();
  const visit = (part: unknown): void => {
    for (const [, name] of JSON.stringify(part).matchAll(/"#\/components\/schemas\/([^"]+)"/g)) {
      if (name === undefined || used.has(name)) continue;
      used.add(name);
      visit(schemas[name] ?? {});
    }
  };
  visit(document.paths ?? {});
  const kept = Object.fromEntries(Object.entries(schemas).filter(([name]) => used.has(name)));
  const plain = (name: string) => {
    const base = name.replace(/Input$/, '');
    return used.has(base) ? name : base;
  };
  const text = JSON.stringify({ ...document, components: { ...document.components, schemas: kept } }).replaceAll(
    /"#\/components\/schemas\/([^"]+)"/g,
    (_, name: string) => `"#/components/schemas/${plain(name)}"`,
  );
  const renamed = JSON.parse(text) as OpenAPIV3_1.Document;
  const entries = Object.entries(renamed.components?.schemas ?? {}).map(
    ([name, schema]) => [plain(name), schema] as const,
  );
  entries.sort(([a], [b]) => (a < b ? -1 : 1));
  return { ...renamed, components: { ...renamed.components, schemas: Object.fromEntries(entries) } };
}
