import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { fillOrganization } from './sample-data.ts';
import { anOrganization, enter, enterAsOperator, expect, portal, test } from './story.ts';

/** All that WCAG 2.2 AA asks for and a program can find. */
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
const PHONE = { width: 360, height: 740 };
const DESK = { width: 1280, height: 800 };
const LOOKS = [
  { mode: 'light', device: 'desk', size: DESK },
  { mode: 'dark', device: 'phone', size: PHONE },
] as const;

/** Everything that the view reads has come. */
async function settled(page: Page): Promise<void> {
  // Behind a dialog it is there for the eye only.
  await expect(page.locator('h1')).toBeVisible();
  await expect(page.getByText(/(Reading|Opening|Counting) .*…/)).toHaveCount(0);
}

async function check(page: Page, name: string): Promise<void> {
  for (const { mode, device, size } of LOOKS) {
    await page.emulateMedia({ colorScheme: mode });
    await page.setViewportSize(size);
    await settled(page);
    const { violations } = await new AxeBuilder({ page }).withTags(RULES).analyze();
    const found = violations.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map(({ html }) => html).join(' ')}`);
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    // Soft, so that one run tells of every page.
    expect
      .soft({ name, mode, device, found, overflow: Math.max(0, overflow) })
      .toEqual({ name, mode, device, found: [], overflow: 0 });
  }
}

test.setTimeout(900_000);

test('axe finds nothing on any page of customers, and nothing scrolls sideways at 360 px', async ({
  page,
  receiver,
}) => {
  const organization = await anOrganization('Acme');
  const { customer } = await fillOrganization(organization, await receiver());
  await page.goto(portal('/'));
  await check(page, 'entry');
  await page.goto(portal('#token=no-such-token'));
  await expect(page.getByRole('heading', { name: 'This link does not work any more' })).toBeVisible();
  await check(page, 'link-refused');
  await enter(page, await anOrganization('Empty'));
  await check(page, 'endpoints-empty');
  await page.goto(portal('/deliveries'));
  await check(page, 'deliveries-empty');
  await page.goto('about:blank');
  await enter(page, organization, { returnUrl: 'https://app.example.com/' });
  for (const [name, path] of Object.entries(customer)) {
    await page.goto(portal(path));
    await check(page, name);
  }
});

test('axe finds nothing on any page of operators, and nothing scrolls sideways at 360 px', async ({
  page,
  receiver,
}) => {
  const organization = await anOrganization('Acme');
  const { operator } = await fillOrganization(organization, await receiver());
  await enterAsOperator(page);
  for (const [name, path] of Object.entries(operator)) {
    await page.goto(portal(path));
    await check(page, name);
  }
});

test('axe finds nothing in the dialogs', async ({ page, organization, receiver }) => {
  const { customer } = await fillOrganization(organization, await receiver());
  await enter(page, organization);
  await page.goto(portal(customer.endpoint ?? ''));
  for (const item of ['Resend since …', 'Rotate the secret', 'Disable', 'Delete']) {
    await page.setViewportSize(DESK);
    await page.getByRole('button', { name: 'More that can be done with this endpoint' }).click();
    await page.getByRole('menuitem', { name: item }).click();
    await expect(page.getByRole('dialog')).toBeVisible();
    await check(page, `dialog-${item.split(' ')[0]?.toLowerCase()}`);
    await page.keyboard.press('Escape');
    await expect(page.getByRole('dialog')).toHaveCount(0);
  }
});
