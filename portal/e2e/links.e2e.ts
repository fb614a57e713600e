import { enter, expect, portal, test } from './story.ts';

const REFUSED = 'This link does not work any more';

test('a link opens the portal once, and its token is gone from the address at once', async ({
  page,
  organization,
  browser,
}) => {
  const { url } = await organization.link({ returnUrl: 'https://app.example.com/settings' });
  await page.goto(url);
  await expect(page.getByRole('heading', { name: 'Endpoints', level: 1 })).toBeVisible();
  expect(page.url()).not.toContain('token');
  await expect(page.getByText(organization.name, { exact: true })).toBeVisible();
  await expect(page.getByRole('link', { name: 'Back to where you came from' })).toHaveAttribute(
    'href',
    'https://app.example.com/settings',
  );
  // No script can read the session.
  expect(await page.evaluate(() => document.cookie)).toBe('');

  const stranger = await browser.newContext();
  const second = await stranger.newPage();
  await second.goto(url);
  await expect(second.getByRole('heading', { name: REFUSED })).toBeVisible();
  expect(second.url()).not.toContain('token');
  await stranger.close();

  // Whoever is in stays in, and after a reload too.
  await page.reload();
  await expect(page.getByRole('heading', { name: 'Endpoints', level: 1 })).toBeVisible();
});

test('a revoked link opens nothing, and ends the session that it opened', async ({ page, organization }) => {
  const { id, url } = await organization.link();
  await page.goto(url);
  await expect(page.getByRole('heading', { name: 'Endpoints', level: 1 })).toBeVisible();
  await organization.call('DELETE', `/v1/organizations/${organization.id}/portal-links/${id}`);
  await page.getByRole('link', { name: 'Activity' }).click();
  await expect(page.getByRole('heading', { name: 'Your session has ended' })).toBeVisible();

  const unused = await organization.link();
  await organization.call('DELETE', `/v1/organizations/${organization.id}/portal-links/${unused.id}`);
  await page.goto('about:blank');
  await page.goto(unused.url);
  await expect(page.getByRole('heading', { name: REFUSED })).toBeVisible();
});

test('a forged link opens nothing', async ({ page }) => {
  await page.goto(portal(`#token=${'A'.repeat(43)}`));
  await expect(page.getByRole('heading', { name: REFUSED })).toBeVisible();
});

test('an expired link opens nothing', async ({ page, organization }) => {
  const { url, expiresAt } = await organization.link({ expiresInSeconds: 60 });
  await expect.poll(() => Date.now() > Date.parse(expiresAt), { timeout: 120_000 }).toBe(true);
  await page.goto(url);
  await expect(page.getByRole('heading', { name: REFUSED })).toBeVisible();
});

test('without a link the page says how to come by one', async ({ page }) => {
  await page.goto(portal('/endpoints'));
  await expect(page.getByRole('heading', { name: 'Open the portal with your link' })).toBeVisible();
});

test('a read-only link shows everything and offers no change', async ({ page, organization, receiver }) => {
  const { url } = await receiver();
  await organization.endpoint({ url, description: 'Orders' });
  await enter(page, organization, { readOnly: true });
  await expect(page.getByRole('link', { name: 'Orders' })).toBeVisible();
  await expect(page.getByRole('link', { name: 'Add endpoint' })).toHaveCount(0);
});

test('a link brings its mode and colour along', async ({ page, organization }) => {
  await enter(page, organization, { mode: 'dark', color: '#0a7d5a' });
  await expect(page.locator('html')).toHaveAttribute('data-mode', 'dark');
});

test('logging out ends the session', async ({ page, organization }) => {
  await enter(page, organization);
  await page.getByRole('button', { name: 'Log out' }).click();
  await expect(page.getByRole('heading', { name: 'Your session has ended' })).toBeVisible();
  await page.goto(portal('/endpoints'));
  await expect(page.getByRole('heading', { name: 'Open the portal with your link' })).toBeVisible();
});
