import type { FastifyInstance } from 'fastify';
import { pino } from 'pino';
import { beforeAll, describe, expect, it } from 'vitest';
import { buildGateway } from './app.ts';

let app: FastifyInstance;
let document: {
  openapi: string;
  paths: Record<string, Record<string, Record<string, unknown>>>;
  components: { schemas: Record<string, unknown> };
};

beforeAll(async () => {
  app = buildGateway({ adminKey: 'a', logger: pino({ level: 'silent' }), version: '1.2.3' } as never);
  await app.ready();
  document = (await app.inject('/openapi.json')).json();
});

describe('the OpenAPI document', () => {
  it('is of version 3.1 and refers only to what it has', () => {
    expect(document.openapi).toBe('3.1.0');
    const names = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map(([, ref]) => ref);
    expect(names.length).toBeGreaterThan(50);
    for (const name of new Set(names)) {
      expect(name).toMatch(/^#\/components\/schemas\/\w+$/);
      expect(document.components.schemas).toHaveProperty((name as string).replace('#/components/schemas/', ''));
    }
  });

  it('names each component once, plainly', () => {
    const names = Object.keys(document.components.schemas);
    expect(names.filter((name) => name.endsWith('Input'))).toEqual([]);
    expect(names).toEqual(
      expect.arrayContaining(['NewEvent', 'Endpoint', 'NewEndpoint', 'Delivery', 'Attempt', 'Problem']),
    );
  });

  it('gives every operation its own id, a summary, and the problem it may answer', () => {
    const operations = Object.values(document.paths).flatMap((path) => Object.values(path));
    const ids = operations.map((operation) => operation.operationId);
    expect(new Set(ids).size).toBe(ids.length);
    for (const operation of operations) {
      expect(operation).toMatchObject({ summary: expect.any(String), tags: [expect.any(String)] });
      expect(JSON.stringify(operation.responses)).toMatch(/application\/problem\+json|An error in the system's look/);
    }
  });

  it('names the header of the admin key where a call is about an organization', () => {
    const header = { in: 'header', name: 'waybill-organization' };
    const parameters = (path: string, method: string) => document.paths[path]?.[method]?.parameters ?? [];
    expect(parameters('/v1/events', 'post')).toContainEqual(expect.objectContaining(header));
    expect(parameters('/v1/events', 'post')).toContainEqual(expect.objectContaining({ name: 'idempotency-key' }));
    for (const path of ['/v1/organizations', '/v1/organizations/{organizationId}', '/health/live']) {
      expect(parameters(path, 'get')).not.toContainEqual(expect.objectContaining(header));
    }
  });

  it('shows the event that a batch is made of', () => {
    expect(document.components.schemas.EventBatch).toMatchObject({
      properties: { events: { items: { $ref: '#/components/schemas/NewEvent' }, maxItems: 100 } },
    });
  });
});
