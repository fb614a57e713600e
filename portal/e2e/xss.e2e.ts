import type { Page } from '@playwright/test';
import { enter, enterAsOperator, expect, portal, test } from './story.ts';

const MARK = 'alert-of-the-test';
/** Each would run where a text is taken for markup, an attribute, a script or an address. */
const ATTEMPTS = [
  `<img src=x onerror="alert('${MARK}')">`,
  `"><script>alert('${MARK}')</script>`,
  `</script><svg onload=alert('${MARK}')>`,
  `javascript:alert('${MARK}')`,
  `{{constructor.constructor("alert('${MARK}')")()}}`,
].join(' ');

/** The texts are on the page as texts, and nothing came of them but that; `clean` fails for dialogs and refused scripts. */
async function isText(page: Page): Promise<void> {
  await expect(page.getByText(MARK).filter({ visible: true }).first()).toBeVisible();
  const made = await page.evaluate(
    () =>
      document.querySelectorAll('img[onerror], svg[onload], script:not([src]), a[href^="javascript:"], iframe').length,
  );
  expect(made).toBe(0);
}

test('texts of customers, payloads and receivers are shown as texts on every page', async ({
  page,
  organization,
  receiver,
}) => {
  const hooks = await receiver();
  hooks.answerWith((_request, response) => {
    response.writeHead(500, { 'content-type': 'text/html', 'x-answer': ATTEMPTS.replaceAll(/[^\x20-\x7e]/g, '') });
    response.end(`<!doctype html><body onload="alert('${MARK}')">${ATTEMPTS}`);
  });
  await organization.eventType('order.created', {
    description: ATTEMPTS,
    schema: { type: 'object', description: ATTEMPTS, properties: { note: { type: 'string', description: ATTEMPTS } } },
    example: { note: ATTEMPTS },
  });
  await organization.call('PATCH', `/v1/organizations/${organization.id}`, { name: ATTEMPTS.slice(0, 250) });
  const { id } = await organization.endpoint({
    url: `${hooks.url}?q=${encodeURIComponent(ATTEMPTS)}`,
    description: ATTEMPTS.slice(0, 250),
    headers: [{ name: 'X-Note', value: 'secret' }],
  });
  const { id: event } = await organization.publish({ type: 'order.created', data: { note: ATTEMPTS } });
  await expect.poll(() => hooks.received.length).toBe(1);
  const { data } = await organization.call<{ data: { id: string }[] }>('GET', `/v1/deliveries?eventId=${event}`);

  const { url } = await organization.link();
  await page.goto(url);
  await expect(page.getByRole('heading', { name: 'Endpoints', level: 1 })).toBeVisible();
  for (const path of [
    '/endpoints',
    `/endpoints/${id}`,
    '/deliveries',
    `/deliveries/${data[0]?.id}`,
    `/test?endpointId=${id}&type=order.created`,
    '/catalogue?dialect=standard&type=order.created&view=example',
    '/catalogue?dialect=standard&type=order.created&view=schema',
    '/activity',
  ]) {
    await page.goto(portal(path));
    await isText(page);
  }

  // Every text field of the form, and what the address says.
  await page.goto(portal(`/endpoints/${id}/edit`));
  await expect(page.getByRole('button', { name: /^Save/ })).toBeVisible();
  for (const field of await page.getByRole('textbox').all()) {
    if (await field.isEditable()) await field.fill(ATTEMPTS.replaceAll('\n', ' '));
  }
  await page.getByRole('button', { name: /^Save/ }).click();
  await expect(page.getByText('This cannot be saved yet').or(page.getByRole('alert')).first()).toBeVisible();
  await page.goto(portal(`/deliveries?text=${encodeURIComponent(ATTEMPTS)}&type=${encodeURIComponent(ATTEMPTS)}`));
  await expect(page.getByLabel('Text in the payload')).toHaveValue(ATTEMPTS);
  await page.goto(portal(`/${encodeURIComponent(ATTEMPTS)}`));
  await expect(page.getByRole('heading', { name: 'There is no such page' })).toBeVisible();
});

test('texts of organizations, keys and sources are shown as texts to operators', async ({ page, organization }) => {
  const name = ATTEMPTS.slice(0, 250);
  await organization.call('PATCH', `/v1/organizations/${organization.id}`, { name });
  await organization.call('POST', `/v1/organizations/${organization.id}/api-keys`, { name, scopes: ['read'] });
  await organization.call('POST', '/v1/sources', { dialect: 'fltr', name });
  await enterAsOperator(page);
  for (const path of ['/operator/organizations', '/operator/keys', '/operator/sources', '/activity']) {
    await page.goto(portal(`${path}?organization=${organization.id}`));
    await isText(page);
  }
});

test('a link back leads to web addresses only', async ({ page, organization }) => {
  await expect(organization.link({ returnUrl: `javascript:alert('${MARK}')` })).rejects.toThrow('422');
  await enter(page, organization, { returnUrl: 'https://app.example.com/"onclick="alert(1)' });
  await expect(page.getByRole('link', { name: 'Back to where you came from' })).toHaveAttribute('href', /^https:/);
});
