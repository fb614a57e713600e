import { defineConfig } from 'vitest/config';
import base from './vitest.config.ts';

/** Tests in a real n8n, which is installed first, in minutes and 2 GB, and only once: `npm run test:n8n`. */
export default defineConfig({
  test: {
    ...base.test,
    include: ['**/*.n8n.test.ts'],
    exclude: ['node_modules/**', 'dist/**', 'portal/**'],
    globalSetup: ['./test/n8n/setup.ts'],
    // n8n boots and publishes in seconds, on a loaded machine in many.
    testTimeout: 600_000,
    hookTimeout: 600_000,
  },
});
