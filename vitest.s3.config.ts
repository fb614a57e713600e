import { defineConfig } from 'vitest/config';
import base from './vitest.config.ts';

/** Tests of exports into a real S3 server, which is built first, in minutes, and only once: `npm run test:s3`. */
export default defineConfig({
  test: {
    ...base.test,
    include: ['**/*.s3.test.ts'],
    exclude: ['node_modules/**', 'dist/**', 'portal/**'],
    globalSetup: ['./test/global-setup.ts', './test/versitygw-setup.ts'],
  },
});
