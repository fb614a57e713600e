import type { Page } from '@playwright/test';
import { enter, expect, test } from './story.ts';

/** Presses Tab until what is named has the focus, as somebody without a mouse does, and fails where it is never reached. */
async function tabTo(
  page: Page,
  role: 'link' | 'button' | 'textbox' | 'checkbox',
  name: string | RegExp,
): Promise<void> {
  const wanted = page.getByRole(role, { name }).first();
  await expect(wanted).toBeVisible();
  for (let presses = 0; presses < 80; presses++) {
    if (await wanted.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`the keyboard never reaches the ${role} ${name}`);
}

test('the keyboard alone makes an endpoint, sends it a test and looks at the delivery', async ({
  page,
  organization,
  receiver,
}) => {
  const hooks = await receiver();
  await enter(page, organization);
  await tabTo(page, 'link', 'Add endpoint');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'Add endpoint', level: 1 })).toBeFocused();
  await tabTo(page, 'link', /^Webhook/);
  await page.keyboard.press('Enter');
  await tabTo(page, 'textbox', 'URL');
  await page.keyboard.type(hooks.url);
  await page.keyboard.press('Enter');

  const ready = page.getByRole('dialog', { name: 'Your endpoint is ready' });
  await expect(ready).toBeVisible();
  // What is shown once is not lost by a stray key.
  await page.keyboard.press('Escape');
  await expect(ready).toBeVisible();
  await tabTo(page, 'checkbox', 'I have kept it');
  await page.keyboard.press('Space');
  await tabTo(page, 'button', 'Go on');
  await page.keyboard.press('Enter');
  await expect(ready).toHaveCount(0);

  // Dialogs keep the focus inside and give it back.
  await tabTo(page, 'button', 'More that can be done with this endpoint');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('menu')).toBeVisible();
  await page.keyboard.press('End');
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog', { name: /^Delete / });
  await expect(dialog).toBeVisible();
  for (let presses = 0; presses < 6; presses++) {
    await page.keyboard.press('Tab');
    expect(await dialog.evaluate((element) => element.contains(document.activeElement))).toBe(true);
  }
  await page.keyboard.press('Escape');
  await expect(dialog).toHaveCount(0);

  await tabTo(page, 'link', 'Send a test');
  await page.keyboard.press('Enter');
  await tabTo(page, 'button', 'Send test event');
  await page.keyboard.press('Enter');
  await expect.poll(() => hooks.received.length).toBe(1);
  await tabTo(page, 'link', 'Open the delivery');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 1 })).toBeFocused();
  await expect(page.getByRole('button', { name: 'Resend' })).toBeVisible();
});

test('the keyboard begins at the title of a page, and can go around the navigation', async ({ page, organization }) => {
  await enter(page, organization);
  await expect(page.getByRole('heading', { name: 'Endpoints', level: 1 })).toBeFocused();
  const skip = page.getByRole('link', { name: 'Skip to the content' });
  await skip.focus();
  await expect(skip).toBeInViewport();
  await page.keyboard.press('Enter');
  await expect(page.locator('main')).toBeFocused();
});
