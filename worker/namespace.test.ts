import { randomUUID } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import { NativeConnection } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { ensureNamespace, type NamespaceConnection, searchAttributeTypes } from './namespace.ts';

let connection: Connection;

beforeAll(async () => {
  connection = await Connection.connect({ address: inject('temporalAddress') });
});

afterAll(async () => {
  await connection.close();
});

const aName = (): string => `test-${randomUUID()}`;

/** An error as the server sends it. */
const grpcError = (code: number, details: string): Error =>
  Object.assign(new Error(`${code}: ${details}`), { code, details, metadata: {} });

async function retentionDays(namespace: string): Promise<number> {
  const { config } = await connection.workflowService.describeNamespace({ namespace });
  return Number(config?.workflowExecutionRetentionTtl?.seconds) / 86_400;
}

describe('ensureNamespace', () => {
  it('makes a namespace in which workflows can be started with all search attributes at once', async () => {
    const namespace = aName();
    const ensured = await ensureNamespace(connection, { namespace, retentionDays: 7 });
    expect(ensured).toEqual({
      namespaceId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      searchAttributes: true,
      warnings: [],
    });
    expect(await retentionDays(namespace)).toBe(7);

    const handle = await new Client({ connection, namespace }).workflow.start('nobodyRunsIt', {
      taskQueue: 'none',
      workflowId: 'one',
      searchAttributes: {
        WaybillOrganization: ['org_1'],
        WaybillEndpoint: ['ep_1', 'ep_2'],
        WaybillEventType: ['job.completed'],
        WaybillOutcome: ['pending'],
      },
    });
    await handle.terminate();
    const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
    expect(customAttributes).toMatchObject(searchAttributeTypes);
  });

  it('keeps the id when repeated, and takes a changed retention', async () => {
    const namespace = aName();
    const first = await ensureNamespace(connection, { namespace, retentionDays: 1 });
    expect(await ensureNamespace(connection, { namespace, retentionDays: 3 })).toEqual(first);
    expect(await retentionDays(namespace)).toBe(3);
  });

  it('may run in many processes at once', async () => {
    const namespace = aName();
    const ensured = await Promise.all(
      Array.from({ length: 8 }, () => ensureNamespace(connection, { namespace, retentionDays: 2 })),
    );
    expect(new Set(ensured.map(({ namespaceId }) => namespaceId)).size).toBe(1);
    expect(ensured.map(({ warnings }) => warnings)).toEqual(Array.from({ length: 8 }, () => []));
  });

  it("works over the worker's native connection", async () => {
    const native = await NativeConnection.connect({ address: inject('temporalAddress') });
    try {
      const namespace = aName();
      const first = await ensureNamespace(native, { namespace, retentionDays: 1 });
      const again = await ensureNamespace(native, { namespace, retentionDays: 2 });
      expect(first).toMatchObject({ searchAttributes: true, warnings: [] });
      expect(again).toEqual(first);
    } finally {
      await native.close();
    }
  });

  it('goes without search attributes, saying why, where one is there with another type', async () => {
    const namespace = aName();
    await connection.workflowService.registerNamespace({
      namespace,
      workflowExecutionRetentionPeriod: { seconds: 86_400 as never },
    });
    await expect
      .poll(() =>
        connection.operatorService.addSearchAttributes({ namespace, searchAttributes: { WaybillEndpoint: 2 } }).then(
          () => 'added',
          (error: Error) => error.message,
        ),
      )
      .toBe('added');
    const ensured = await ensureNamespace(connection, { namespace, retentionDays: 1 });
    expect(ensured.searchAttributes).toBe(false);
    expect(ensured.warnings).toEqual([expect.stringContaining('WaybillEndpoint')]);
  });

  it('goes without search attributes, saying why, where there is no operator service', async () => {
    const unauthorized = (): Promise<never> => Promise.reject(grpcError(7, 'Request unauthorized.'));
    const cloud: NamespaceConnection = {
      workflowService: connection.workflowService,
      operatorService: Object.assign(Object.create(connection.operatorService), {
        listSearchAttributes: unauthorized,
        addSearchAttributes: unauthorized,
      }),
      withDeadline: (deadline, run) => connection.withDeadline(deadline, run),
    };
    const namespace = aName();
    const ensured = await ensureNamespace(cloud, { namespace, retentionDays: 1 });
    expect(ensured.searchAttributes).toBe(false);
    expect(ensured.warnings).toEqual(['search attributes cannot be registered: Request unauthorized.']);

    // Made by other means, they are used.
    await ensureNamespace(connection, { namespace, retentionDays: 1 });
    expect(await ensureNamespace(cloud, { namespace, retentionDays: 1 })).toMatchObject({
      searchAttributes: true,
      warnings: [],
    });
  });

  it('uses an existing namespace as it is where it may not register or change one', async () => {
    const namespace = aName();
    const { namespaceId } = await ensureNamespace(connection, { namespace, retentionDays: 1 });
    const refused = (): Promise<never> => Promise.reject(grpcError(7, 'Request unauthorized.'));
    const shared: NamespaceConnection = {
      workflowService: Object.assign(Object.create(connection.workflowService), {
        registerNamespace: refused,
        updateNamespace: refused,
      }),
      operatorService: connection.operatorService,
      withDeadline: (deadline, run) => connection.withDeadline(deadline, run),
    };
    expect(await ensureNamespace(shared, { namespace, retentionDays: 7 })).toEqual({
      namespaceId,
      searchAttributes: true,
      warnings: [`the namespace ${namespace} keeps closed workflows 1 days, not 7: Request unauthorized.`],
    });
    await expect(ensureNamespace(shared, { namespace: aName(), retentionDays: 7 })).rejects.toThrow(
      /cannot be registered: Request unauthorized.*not found/,
    );
  });
});
