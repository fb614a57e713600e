import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ADMIN_KEY, startTestGateway, type TestGateway } from '../gateway/testing/test-gateway.ts';
import { createWaybill, unwrap, WaybillError } from './index.ts';

let gateway: TestGateway;
let baseUrl: string;

beforeAll(async () => {
  gateway = await startTestGateway();
  baseUrl = `${await gateway.app.listen({ host: '127.0.0.1', port: 0 })}/`;
});
afterAll(() => gateway.close());

describe('a client', () => {
  it('makes an organization, an endpoint and an event, and finds the delivery', async () => {
    const admin = createWaybill({ baseUrl, apiKey: ADMIN_KEY });
    const { id, key } = await unwrap(admin.POST('/v1/organizations', { body: { name: 'Acme' } }));
    const waybill = createWaybill({ baseUrl, apiKey: key });
    const endpoint = await unwrap(waybill.POST('/v1/endpoints', { body: { url: 'http://127.0.0.1:9000/' } }));
    const event = await unwrap(waybill.POST('/v1/events', { body: { type: 'order.created', data: { total: 42 } } }));
    const query = { eventId: event.id };
    const byKey = await unwrap(waybill.GET('/v1/deliveries', { params: { query } }));
    expect(byKey.data).toMatchObject([{ eventId: event.id, endpointId: endpoint.id }]);
    const forAdmin = createWaybill({ baseUrl, apiKey: ADMIN_KEY, organization: id });
    expect((await unwrap(forAdmin.GET('/v1/deliveries', { params: { query } }))).data).toEqual(byKey.data);
    const path = { id: endpoint.id };
    expect(await unwrap(waybill.DELETE('/v1/endpoints/{id}', { params: { path } }))).toBeUndefined();
  });

  it('throws what was refused, with its code and the fields', async () => {
    const stranger = createWaybill({ baseUrl, apiKey: 'wb_nobody' });
    await expect(unwrap(stranger.GET('/v1/deliveries'))).rejects.toMatchObject({ status: 401, code: 'unauthorized' });
    const admin = createWaybill({ baseUrl, apiKey: ADMIN_KEY });
    const error = await unwrap(admin.POST('/v1/organizations', { body: { name: '' } })).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(WaybillError);
    expect(error).toMatchObject({ status: 422, errors: [{ field: 'name' }] });
  });
});
