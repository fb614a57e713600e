import { standardWire } from '../../domain/dialects/standard/wire.ts';
import type { Received } from '../../test/receiver.ts';
import { enter, expect, portal, test } from './story.ts';

/** Whether a request is signed by this secret. */
function verify({ headers, body }: Received, secret: string): boolean {
  const request = { headers: headers as Record<string, string>, body };
  return standardWire.verify(request, [{ scheme: 'hmac', value: secret }], Date.now() / 1000).valid;
}

test('a customer makes an endpoint, tests it, sees it fail, mends the receiver, retries, and rotates the secret', async ({
  page,
  organization,
  receiver,
}) => {
  const hooks = await receiver();
  await enter(page, organization);
  await expect(page.getByRole('heading', { name: 'No endpoints yet' })).toBeVisible();

  // Create.
  await page.getByRole('link', { name: 'Add endpoint' }).first().click();
  await page.getByRole('link', { name: /^Webhook/ }).click();
  await page.getByLabel('URL').fill(hooks.url);
  await page.getByLabel('Name', { exact: false }).first().fill('Orders');
  await page.getByRole('button', { name: 'Create endpoint' }).click();
  const ready = page.getByRole('dialog', { name: 'Your endpoint is ready' });
  const secret = (await ready.locator('code').textContent()) ?? '';
  expect(secret).toMatch(/^whsec_/);
  await expect(ready.getByRole('button', { name: 'Go on' })).toBeDisabled();
  await ready.getByLabel('I have kept it').check();
  await ready.getByRole('button', { name: 'Go on' }).click();
  await expect(page.getByRole('heading', { name: 'Orders', level: 1 })).toBeVisible();
  const endpointAddress = page.url();

  // Test, with a payload of one's own.
  await page.getByRole('link', { name: 'Send a test' }).click();
  await page.getByLabel('Payload').fill('{ "total": 42 }');
  await page.getByRole('button', { name: 'Send test event' }).click();
  const result = page.getByRole('region', { name: 'Result of the test' });
  await expect(result.getByText('Delivered').first()).toBeVisible();
  expect(hooks.received).toHaveLength(1);
  const [tested] = hooks.received;
  expect(JSON.parse(tested?.body ?? '{}').data).toEqual({ total: 42 });
  expect(tested && verify(tested, secret)).toBe(true);

  // See failure: it appears by itself.
  await page.getByRole('link', { name: 'Deliveries', exact: true }).click();
  await expect(page.getByText('Live: new deliveries appear by themselves')).toBeVisible();
  hooks.answerWith((_request, response) => response.writeHead(500).end('the database is away'));
  await organization.publish({ type: 'order.created', data: { number: 'A-1' } });
  const row = page.getByRole('row', { name: /order\.created.*Pending.*500/ });
  await expect(row).toBeVisible();
  await row.getByRole('link', { name: 'order.created' }).click();
  await expect(page.getByText('the database is away')).toBeVisible();
  await expect(page.getByText(/Next attempt in/)).toBeVisible();

  // Mend, retry now, delivered.
  hooks.answerWith((_request, response) => response.end('thanks'));
  await page.getByRole('button', { name: 'Retry now' }).click();
  await expect(page.getByRole('heading', { level: 1 }).locator('..').getByText('Delivered')).toBeVisible();
  await expect(page.getByText('thanks')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Resend' })).toBeVisible();

  // Rotate, both secrets valid meanwhile.
  await page.goto(endpointAddress);
  await page.getByRole('button', { name: 'More that can be done with this endpoint' }).click();
  await page.getByRole('menuitem', { name: 'Rotate the secret' }).click();
  await page.getByRole('button', { name: 'Rotate the secret' }).click();
  const rotated = page.getByRole('dialog', { name: 'The new secret' });
  const newSecret = (await rotated.locator('code').textContent()) ?? '';
  await rotated.getByLabel('I have kept it').check();
  await rotated.getByRole('button', { name: 'Go on' }).click();
  expect(newSecret).not.toBe(secret);
  const before = hooks.received.length;
  await organization.publish({ type: 'order.created', data: { number: 'A-2' } });
  await expect.poll(() => hooks.received.length).toBe(before + 1);
  const last = hooks.received.at(-1);
  expect(last && [verify(last, secret), verify(last, newSecret)]).toEqual([true, true]);

  // Who changed what.
  await page.getByRole('link', { name: 'Activity' }).click();
  await expect(
    page.getByRole('listitem').or(page.getByRole('row')).filter({ hasText: 'Orders' }).first(),
  ).toBeVisible();
});

test('a customer resends all that failed since a time, with the count first', async ({
  page,
  organization,
  receiver,
}) => {
  const hooks = await receiver();
  hooks.answerWith((_request, response) => response.writeHead(503).end());
  const { id } = await organization.endpoint({ url: hooks.url, description: 'Stock', retryDelaysMs: [] });
  for (const number of [1, 2, 3]) await organization.publish({ type: 'stock.changed', data: { number } });
  await enter(page, organization);
  await page.goto(portal(`/deliveries?endpointId=${id}&status=failed`));
  await expect(page.getByRole('row', { name: /stock\.changed.*Failed.*503/ })).toHaveCount(3);

  hooks.answerWith((_request, response) => response.end());
  await page.getByRole('button', { name: 'Resend since …' }).click();
  await expect(page.getByText('3 deliveries would be sent again.')).toBeVisible();
  await page.getByRole('button', { name: 'Resend 3' }).click();
  await expect(page.getByText('All 3 have been tried: none waits any more.')).toBeVisible();
  await expect(page.getByText(/3 are delivered, 0 failed/)).toBeVisible();
  expect([...hooks.countById().values()]).toEqual([2, 2, 2]);
  await page.getByRole('dialog').getByRole('button', { name: 'Close' }).last().click();
  await expect(page.getByRole('heading', { name: 'Nothing fits these filters' })).toBeVisible();
});

test('the log shows by itself what happens, holds still while paused, and finds text in payloads', async ({
  page,
  organization,
  receiver,
}) => {
  const hooks = await receiver();
  await organization.endpoint({ url: hooks.url, description: 'Orders' });
  await enter(page, organization);
  await page.getByRole('link', { name: 'Deliveries', exact: true }).click();
  await expect(page.getByText('Live: new deliveries appear by themselves')).toBeVisible();
  await organization.publish({ type: 'order.created', data: { note: 'first' } });
  await expect(page.getByRole('row', { name: /order\.created.*Delivered/ })).toHaveCount(1);

  await page.getByRole('button', { name: 'Pause' }).click();
  await organization.publish({ type: 'order.paid', data: { note: 'needle in the hay' } });
  await expect(page.getByText(/1 new or changed/)).toBeVisible();
  await expect(page.getByRole('row', { name: /order\.paid/ })).toHaveCount(0);
  await page.getByRole('button', { name: 'Paused' }).click();
  await expect(page.getByRole('row', { name: /order\.paid.*Delivered/ })).toHaveCount(1);

  await page.getByLabel('Text in the payload').fill('needle');
  await page.getByRole('button', { name: 'Search' }).click();
  await expect(page.getByRole('row', { name: /order\.paid/ })).toHaveCount(1);
  await expect(page.getByRole('row', { name: /order\.created/ })).toHaveCount(0);
  // The address alone brings the same view back.
  await page.reload();
  await expect(page.getByRole('row', { name: /order\.paid/ })).toHaveCount(1);
  await expect(page.getByRole('row', { name: /order\.created/ })).toHaveCount(0);
});

test('a customer edits, disables, enables and deletes an endpoint', async ({ page, organization, receiver }) => {
  const hooks = await receiver();
  const { id } = await organization.endpoint({ url: hooks.url, description: 'Orders' });
  await enter(page, organization);
  await page.getByRole('link', { name: 'Orders' }).click();
  await page.getByRole('link', { name: 'Edit' }).click();
  await page.getByLabel('Name', { exact: false }).first().fill('Shipments');
  await page.getByRole('button', { name: /^Save/ }).click();
  await expect(page.getByRole('heading', { name: 'Shipments', level: 1 })).toBeVisible();

  const choose = async (item: string, deed: string) => {
    await page.getByRole('button', { name: 'More that can be done with this endpoint' }).click();
    await page.getByRole('menuitem', { name: item }).click();
    await page.getByRole('dialog').getByRole('button', { name: deed, exact: true }).click();
  };
  await choose('Disable', 'Disable');
  await expect(page.getByText('Disabled', { exact: true })).toBeVisible();
  await organization.publish({ type: 'order.created', data: {} });
  await choose('Enable', 'Enable');
  await expect(page.getByText('Enabled', { exact: true })).toBeVisible();
  expect(hooks.received).toHaveLength(0);
  await choose('Delete', 'Delete endpoint');
  await expect(page.getByRole('heading', { name: 'No endpoints yet' })).toBeVisible();
  await page.goto(portal(`/endpoints/${id}`));
  await expect(page.getByRole('heading', { name: 'There is no such endpoint' })).toBeVisible();
});
