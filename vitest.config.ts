import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['**/*.test.ts'],
    // Tests named so need a real S3 server or n8n: vitest.s3.config.ts, vitest.n8n.config.ts.
    exclude: ['node_modules/**', 'dist/**', 'portal/node_modules/**', '**/*.s3.test.ts', '**/*.n8n.test.ts'],
    // n8n's ES modules import without extensions, which Node refuses: the other half of the same package.
    alias: { 'n8n-workflow': fileURLToPath(import.meta.resolve('n8n-workflow')).replace('/esm/', '/cjs/') },
    globalSetup: ['./test/global-setup.ts'],
    // The default on 2 cores is one, and most tests wait for others' processes.
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
