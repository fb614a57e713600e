import { enter, expect, portal, test } from './story.ts';

test("another organization's things are not there, by address or through the API with the session", async ({
  page,
  organization,
  other,
  receiver,
}) => {
  const hooks = await receiver();
  const foreign = await other.endpoint({ url: hooks.url, description: 'Theirs' });
  const event = await other.publish({ type: 'order.created', data: { secret: 'of the other' } });
  await expect.poll(() => hooks.received.length).toBe(1);
  const { data } = await other.call<{ data: { id: string }[] }>('GET', `/v1/deliveries?eventId=${event.id}`);
  const delivery = data[0]?.id ?? '';
  await enter(page, organization);

  for (const [path, thing] of [
    [`/endpoints/${foreign.id}`, 'endpoint'],
    [`/endpoints/${foreign.id}/edit`, 'endpoint'],
    [`/deliveries/${delivery}`, 'delivery'],
  ]) {
    await page.goto(portal(path ?? ''));
    await expect(page.getByRole('heading', { name: `There is no such ${thing}` })).toBeVisible();
  }
  // An operator's way of naming an organization gets a customer nowhere.
  await page.goto(portal(`/deliveries?organization=${other.id}`));
  await expect(page.getByRole('heading', { name: 'There is no such list' })).toBeVisible();
  await expect(page.getByText('order.created')).toHaveCount(0);

  const statusOf = (method: string, path: string, headers: Record<string, string> = {}) =>
    page.evaluate(
      async (call) => {
        const headers = { 'waybill-portal': '1', ...call.headers };
        return (await fetch(call.path, { method: call.method, headers })).status;
      },
      { method, path, headers },
    );
  await page.goto(portal('/endpoints'));
  for (const [method, path] of [
    ['GET', `/v1/endpoints/${foreign.id}`],
    ['DELETE', `/v1/endpoints/${foreign.id}`],
    ['POST', `/v1/endpoints/${foreign.id}/disable`],
    ['POST', `/v1/endpoints/${foreign.id}/rotate-secret`],
    ['GET', `/v1/endpoints/${foreign.id}/replay-progress?since=2026-01-01T00:00:00.000Z`],
    ['GET', `/v1/events/${event.id}`],
    ['GET', `/v1/deliveries/${delivery}`],
    ['GET', `/v1/deliveries/${delivery}/attempts`],
    ['POST', `/v1/deliveries/${delivery}/resend`],
    ['GET', `/v1/organizations/${other.id}`],
  ] as const) {
    expect([method, path, await statusOf(method, path)]).toEqual([method, path, 404]);
  }
  expect(await statusOf('GET', '/v1/deliveries', { 'waybill-organization': other.id })).toBe(404);
  // What only operators may read, and what would outlive the session.
  for (const path of ['/v1/organizations', '/v1/stats/installation', '/v1/schedules']) {
    expect([path, await statusOf('GET', path)]).toEqual([path, 403]);
  }
  expect(await statusOf('POST', `/v1/organizations/${organization.id}/portal-links`)).toBe(403);
  // Nothing was done to it.
  expect(await other.call('GET', `/v1/endpoints/${foreign.id}`)).toMatchObject({ disabled: false });
});

test('a call that changes something is refused without the header of the page', async ({
  page,
  organization,
  receiver,
}) => {
  const { url } = await receiver();
  const { id } = await organization.endpoint({ url });
  await enter(page, organization);
  const status = await page.evaluate(
    async (path) => (await fetch(path, { method: 'POST' })).status,
    `/v1/endpoints/${id}/disable`,
  );
  expect(status).toBe(403);
});
