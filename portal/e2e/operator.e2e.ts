import { randomUUID } from 'node:crypto';
import { enterAsOperator, expect, portal, test } from './story.ts';

test('an operator makes an organization and a key, follows its delivery to Temporal, lets a customer in, and revokes both', async ({
  page,
  browser,
  receiver,
}) => {
  const name = `Globex ${randomUUID().slice(0, 8)}`;
  await enterAsOperator(page);
  await page.getByRole('link', { name: 'Organizations' }).click();
  await page.getByRole('button', { name: 'Add organization' }).first().click();
  await page.getByLabel('Name').fill(name);
  await page.getByRole('dialog').getByRole('button', { name: 'Add organization' }).click();
  const first = page.getByRole('dialog', { name: `${name} is there` });
  await expect(first.getByLabel('API key', { exact: true })).toHaveValue(/^wb_/);
  await first.getByRole('button', { name: 'I have kept it' }).click();
  await page.getByRole('row', { name }).getByRole('link', { name }).click();
  await expect(page.getByRole('heading', { name: 'Endpoints', level: 1 })).toBeVisible();
  await expect(page.getByLabel('Organization')).toHaveValue(/^org_/);

  await page.getByRole('link', { name: 'API keys' }).click();
  await page.getByRole('button', { name: 'Add key' }).first().click();
  await page.getByLabel('Name').fill('orders service');
  await page.getByRole('checkbox', { name: 'manage' }).check();
  await page.getByRole('dialog').getByRole('button', { name: 'Add key' }).click();
  const shown = page.getByRole('dialog', { name: 'The key orders service' });
  const key = await shown.getByLabel('API key', { exact: true }).inputValue();
  await shown.getByRole('button', { name: 'I have kept it' }).click();
  await expect(page.getByRole('row', { name: 'orders service' })).toContainText('publish, manage');

  const { url } = await receiver();
  const api = new URL('/v1/', page.url()).href;
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
  const publish = () =>
    page.request.post(`${api}events`, { headers, data: { type: 'order.created', data: { total: 42 } } });
  expect((await page.request.post(`${api}endpoints`, { headers, data: { url } })).status()).toBe(201);
  expect((await publish()).status()).toBe(202);

  await page.getByRole('link', { name: 'Deliveries' }).click();
  await page.getByRole('link', { name: 'order.created' }).click();
  await expect(page.getByRole('link', { name: 'Its workflow' })).toHaveAttribute(
    'href',
    /\/namespaces\/.+\/workflows\//,
  );

  await page.getByRole('link', { name: 'Portal links' }).click();
  await page.getByRole('button', { name: 'Make a link' }).first().click();
  await page.getByRole('checkbox', { name: 'Read-only' }).check();
  await page.getByRole('button', { name: 'Make the link' }).click();
  const link = await page.getByLabel('Portal link', { exact: true }).inputValue();
  await page.getByRole('button', { name: 'I have kept it' }).click();
  const customers = await browser.newContext();
  const customer = await customers.newPage();
  await customer.goto(link);
  await expect(customer.getByText(name, { exact: true })).toBeVisible();
  await customer.goto(page.url());
  await expect(customer.getByRole('heading', { name: 'There is no such page' })).toBeVisible();

  await page.reload();
  await expect(page.getByRole('cell', { name: 'Used', exact: true })).toBeVisible();
  await page.getByRole('button', { name: 'Revoke' }).click();
  await page.getByRole('button', { name: 'Revoke link' }).click();
  await expect(page.getByRole('cell', { name: 'Revoked', exact: true })).toBeVisible();
  await customer.goto(link.replace(/#.*/, '/endpoints'));
  await expect(customer.getByRole('heading', { name: 'Open the portal with your link' })).toBeVisible();
  await customers.close();

  await page.getByRole('link', { name: 'API keys' }).click();
  await page.getByRole('button', { name: 'Revoke orders service' }).click();
  await page.getByRole('button', { name: 'Revoke key' }).click();
  await expect(page.getByRole('row', { name: 'orders service' })).toHaveCount(0);
  expect((await publish()).status()).toBe(401);
});

test('an operator sees the installation at work, and runs a schedule now', async ({ page, organization, receiver }) => {
  const { url } = await receiver();
  await organization.endpoint({ url });
  await organization.publish({ type: 'order.created', data: {} });
  await enterAsOperator(page);
  await expect(page.getByRole('img', { name: /[1-9]\d* events published, [1-9]\d* attempts delivered/ })).toBeVisible();
  await expect(page.getByText('Oldest waiting')).toBeVisible();
  await page.getByRole('link', { name: '60 minutes' }).click();
  await expect(page).toHaveURL(/span=hour/);
  await expect(page.getByRole('img', { name: /^Attempts of 60 minutes/ })).toBeVisible();

  await page.getByRole('link', { name: 'Schedules' }).click();
  const retention = page.getByRole('row', { name: /retention/i });
  await expect(retention).toContainText('Never');
  await retention.getByRole('button', { name: /^Run / }).click();
  await expect(page.getByText(/^A run of .+ has begun\.$/)).toBeVisible();
  await expect(retention).not.toContainText('Never');
});

test('an operator reads what systems have handed in', async ({ page, organization }) => {
  await organization.call('POST', '/v1/sources', { dialect: 'fltr', name: 'Documents', secret: 'whsec_of-the-test' });
  await enterAsOperator(page);
  await page.getByLabel('Organization').selectOption(organization.id);
  await page.getByRole('link', { name: 'Sources' }).click();
  await expect(page.getByRole('row', { name: /Documents/ })).toContainText('signature');
  await page.getByRole('link', { name: 'Documents' }).click();
  await expect(page.getByText('Nothing has arrived yet')).toBeVisible();
  await page.getByRole('link', { name: 'Validations' }).click();
  await expect(page.getByRole('heading', { name: 'No validations' })).toBeVisible();
  await page.getByRole('link', { name: 'Exceptions' }).click();
  await page.getByLabel('Status').selectOption('approved');
  await expect(page).toHaveURL(/status=approved/);
  await expect(page.getByRole('heading', { name: 'No approved exceptions' })).toBeVisible();
});

test('a wrong admin key opens nothing', async ({ page }) => {
  await page.goto(portal('/'));
  await page.getByLabel('Admin key').fill('not-the-admin-key-of-this-one');
  await page.getByRole('button', { name: 'Enter as operator' }).click();
  await expect(page.getByText('This is not the admin key.')).toBeVisible();
});
