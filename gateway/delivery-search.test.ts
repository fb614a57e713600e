import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { anOrganization, startTestGateway, type TestGateway } from './testing/test-gateway.ts';

let gateway: TestGateway;
let key: string;

beforeAll(async () => {
  gateway = await startTestGateway();
  key = (await anOrganization(gateway)).key;
  await gateway.call('POST', '/v1/endpoints', { key, body: { url: 'https://a.example' } });
});
afterAll(() => gateway.close());

async function publish(data: object, type = 'order.paid'): Promise<string> {
  return (await gateway.call('POST', '/v1/events', { key, body: { type, data } })).json().id;
}
async function search(text: string, query = '', by = key) {
  const path = `/v1/deliveries?text=${encodeURIComponent(text)}${query}`;
  const response = await gateway.call('GET', path, { key: by });
  expect(response.statusCode).toBe(200);
  return response.json() as { data: { eventId: string }[]; nextCursor: string | null };
}
const eventsOf = async (text: string, query = '') => (await search(text, query)).data.map(({ eventId }) => eventId);

describe('text in the payload', () => {
  it('is found in upper and lower case, as it reads and as it is written', async () => {
    const id = await publish({ customer: 'Grace "Amazing" Höpper', order: 4711, path: 'C:\\in' });
    await publish({ customer: 'Ada' });
    for (const text of ['grace', 'GRACE', '"Amazing"', 'höpper', '"order":4711', 'C:\\in', 'customer":"Grace \\"A']) {
      expect([text, await eventsOf(text)]).toEqual([text, [id]]);
    }
    expect(await eventsOf('nobody')).toEqual([]);
    // Not as a pattern.
    expect(await eventsOf('Gr%ce')).toEqual([]);
    expect(await eventsOf('Gr_ce')).toEqual([]);
  });

  it('goes along with the other filters', async () => {
    const paid = await publish({ note: 'both' });
    const refunded = await publish({ note: 'both' }, 'order.refunded');
    expect(await eventsOf('both')).toEqual([refunded, paid]);
    expect(await eventsOf('both', '&type=order.paid')).toEqual([paid]);
    expect(await eventsOf('both', '&status=failed')).toEqual([]);
  });

  it('is found over all pages, each delivery once', async () => {
    const ids: string[] = [];
    for (let i = 0; i < 5; i++) ids.unshift(await publish({ note: 'paged' }));
    const seen: string[] = [];
    let cursor = '';
    do {
      const page = await search('paged', `&limit=2${cursor}`);
      seen.push(...page.data.map(({ eventId }) => eventId));
      cursor = page.nextCursor === null ? '' : `&cursor=${page.nextCursor}`;
    } while (cursor !== '');
    expect(seen).toEqual(ids);
  });

  it('of another organization is not found', async () => {
    await publish({ note: 'private' });
    const other = await anOrganization(gateway);
    expect((await search('private', '', other.key)).data).toEqual([]);
  });

  it.each(['', 'a'.repeat(201), 'a\u0000'])('of a wrong form is refused', async (text) => {
    const response = await gateway.call('GET', `/v1/deliveries?text=${encodeURIComponent(text)}`, { key });
    expect(response.json()).toMatchObject({ status: 422, errors: [{ field: 'text' }] });
  });

  it('takes no cursor of a list without it', async () => {
    const list = await gateway.call('GET', '/v1/deliveries?limit=1', { key });
    const path = `/v1/deliveries?text=a&cursor=${list.json().nextCursor}`;
    expect((await gateway.call('GET', path, { key })).json().code).toBe('invalid_cursor');
  });
});
