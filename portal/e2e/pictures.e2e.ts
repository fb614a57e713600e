import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fillOrganization } from './sample-data.ts';
import { enter, enterAsOperator, expect, portal, test } from './story.ts';

const FOLDER = fileURLToPath(new URL('../../docs/images', import.meta.url));

// PORTAL_PICTURES=1 npm run test:portal, which then does this alone: the pictures of the README and docs/portal.md, anew.
test.use({ viewport: { width: 1120, height: 700 } });

test('the pictures of the documentation', async ({ page, organization, receiver }) => {
  const { customer } = await fillOrganization(organization, await receiver());
  const picture = async (name: string, shows: string) => {
    await expect(page.getByText(shows).filter({ visible: true }).first()).toBeVisible();
    await expect(page.getByText(/(Reading|Opening|Connecting) .*…/)).toHaveCount(0);
    await page.screenshot({ path: join(FOLDER, `portal-${name}.png`) });
  };
  await enter(page, organization, { returnUrl: 'https://app.example.com/' });
  // The charts come a moment after the names.
  await expect(page.getByRole('row', { name: /Stock keeping/ })).toContainText('%');
  await picture('endpoints', 'Stock keeping');
  await page.goto(portal(customer.deliveries ?? ''));
  await picture('deliveries', 'Live: new deliveries appear by themselves');
  await page.goto(portal('/catalogue?dialect=standard&type=order.created&view=receiver'));
  await picture('catalogue', 'A receiver of Standard Webhooks');
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.goto(portal(customer.delivery ?? ''));
  await picture('delivery-dark', 'the database is away');
});

test('the picture of the overview', async ({ page }) => {
  await enterAsOperator(page);
  await page.getByRole('link', { name: '60 minutes' }).click();
  await expect(page.getByRole('img', { name: /^Attempts of 60 minutes/ })).toBeVisible();
  await page.screenshot({ path: join(FOLDER, 'portal-operator.png') });
});
