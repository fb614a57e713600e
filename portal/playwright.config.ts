import { fileURLToPath } from 'node:url';
import { defineConfig } from '@playwright/test';

const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';

/**
 * `npm run test:portal`: the portal in a real browser, on a real Waybill with a Temporal of its own, one for all tests; each test
 * has an organization of its own. The limits are those of a loaded machine: nothing waits for them but what is broken.
 */
export default defineConfig({
  testDir: './e2e',
  // Pictures are made when they are asked for, and tell nothing of what works.
  ...(process.env.PORTAL_PICTURES
    ? { testMatch: 'pictures.e2e.ts' }
    : { testMatch: '*.e2e.ts', testIgnore: 'pictures.e2e.ts' }),
  outputDir: fileURLToPath(new URL('../dist/portal-test', import.meta.url)),
  globalSetup: './e2e/global-setup.ts',
  workers: 1,
  forbidOnly: Boolean(process.env.CI),
  timeout: 300_000,
  expect: { timeout: 60_000 },
  reporter: [['list']],
  use: {
    browserName: 'chromium',
    viewport: { width: 1280, height: 800 },
    locale: 'en-GB',
    timezoneId: 'Europe/Berlin',
    colorScheme: 'light',
    reducedMotion: 'reduce',
    actionTimeout: 60_000,
    navigationTimeout: 60_000,
    trace: 'retain-on-failure',
    launchOptions: { executablePath: CHROMIUM, args: ['--no-sandbox', '--disable-dev-shm-usage'] },
  },
});
