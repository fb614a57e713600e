// biome-ignore-all lint/correctness/noEmptyPattern: Playwright reads from this pattern which other fixtures one needs.
import { test as base, expect, type Page } from '@playwright/test';
import { aReceiver, type Receiver } from '../../test/receiver.ts';
import { sharedWaybill } from './shared-waybill.ts';

/** An organization of the test's own, spoken for by the admin key. */
export interface Organization {
  id: string;
  name: string;
  /** An API key of all scopes. */
  key: string;
  /** Calls the API for it. Fails the test on any answer that is no success. */
  call<T = unknown>(method: string, path: string, body?: unknown): Promise<T>;
  /** The address of a new portal link. */
  link(options?: Record<string, unknown>): Promise<{ id: string; url: string; expiresAt: string }>;
  /** A webhook endpoint. */
  endpoint(settings: Record<string, unknown>): Promise<{ id: string; secret: string }>;
  /** Registers an event type. Its schema is compiled against a limit of time, which a busy machine may exceed: tried until it is not. */
  eventType(name: string, definition: Record<string, unknown>): Promise<void>;
  /** Publishes an event. */
  publish(event: Record<string, unknown>): Promise<{ id: string }>;
}

interface Fixtures {
  organization: Organization;
  other: Organization;
  /** Makes receivers, which are closed after the test. */
  receiver: () => Promise<Receiver>;
  /** Fails the test for scripts that threw, and for what the page's policy had to refuse. */
  clean: undefined;
}

/** A test with an organization of its own, and a page on which nothing may go wrong unseen. */
export const test = base.extend<Fixtures>({
  organization: async ({}, use) => use(await anOrganization('Acme')),
  other: async ({}, use) => use(await anOrganization('Other')),
  receiver: async ({}, use) => {
    const receivers: Receiver[] = [];
    await use(async () => {
      const receiver = await aReceiver();
      receivers.push(receiver);
      return receiver;
    });
    for (const receiver of receivers) await receiver.close();
  },
  clean: [
    async ({ page }, use) => {
      const faults: string[] = [];
      page.on('pageerror', (error) => faults.push(`thrown: ${error.message}`));
      page.on('console', (message) => {
        if (/Content Security Policy|React|unique "key"/.test(message.text())) faults.push(message.text());
      });
      page.on('dialog', async (dialog) => {
        faults.push(`a dialog: ${dialog.message()}`);
        await dialog.dismiss();
      });
      await use(undefined);
      expect(faults).toEqual([]);
    },
    { auto: true },
  ],
});

export { expect };

async function request<T>(
  key: string,
  method: string,
  path: string,
  body?: unknown,
  organization?: string,
): Promise<T> {
  const response = await fetch(`${sharedWaybill().url}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${key}`,
      ...(organization !== undefined && { 'waybill-organization': organization }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
  return (text === '' ? undefined : JSON.parse(text)) as T;
}

export async function anOrganization(name: string): Promise<Organization> {
  const { adminKey } = sharedWaybill();
  const { id, key } = await request<{ id: string; key: string }>(adminKey, 'POST', '/v1/organizations', { name });
  const call = <T>(method: string, path: string, body?: unknown) => request<T>(adminKey, method, path, body, id);
  return {
    id,
    name,
    key,
    call,
    link: (options = {}) => call('POST', `/v1/organizations/${id}/portal-links`, options),
    endpoint: (settings) => call('POST', '/v1/endpoints', settings),
    eventType: (name, definition) =>
      expect(() => call('PUT', `/v1/event-types/${name}`, definition)).toPass({ timeout: 60_000 }),
    publish: (event) => request(key, 'POST', '/v1/events', event),
  };
}

/** Opens the portal by a new link, as the customer does. */
export async function enter(page: Page, organization: Organization, options?: Record<string, unknown>): Promise<void> {
  const { url } = await organization.link(options);
  await page.goto(url);
  await expect(page.getByRole('heading', { name: 'Endpoints', level: 1 })).toBeVisible();
}

/** Opens the portal as operator. */
export async function enterAsOperator(page: Page): Promise<void> {
  await page.goto(portal('/'));
  await page.getByLabel('Admin key').fill(sharedWaybill().adminKey);
  await page.getByRole('button', { name: 'Enter as operator' }).click();
  await expect(page.getByRole('heading', { name: 'Overview', level: 1 })).toBeVisible();
}

/** The address of one of the portal's views. */
export function portal(path: string): string {
  return `${sharedWaybill().url}/portal${path}`;
}
