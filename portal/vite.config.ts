import { gzipSync } from 'node:zlib';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

/** All that a browser may ever load of the portal, compressed. */
const MAX_GZIP_BYTES = 300_000;

/** Prints the compressed size of the whole bundle, and refuses one that has grown too large. */
function bundleBudget(): Plugin {
  return {
    name: 'bundle-budget',
    apply: 'build',
    generateBundle(_options, bundle) {
      const bytes = Object.values(bundle).reduce(
        (sum, file) => sum + gzipSync(file.type === 'chunk' ? file.code : file.source).length,
        0,
      );
      console.log(`portal: ${Math.round(bytes / 1000)} kB gzip in all, of ${MAX_GZIP_BYTES / 1000} kB allowed`);
      if (bytes > MAX_GZIP_BYTES) this.error(`the bundle has ${bytes} bytes gzip, more than ${MAX_GZIP_BYTES}`);
    },
  };
}

const gateway = process.env.WAYBILL_PORTAL_PROXY ?? 'http://127.0.0.1:8080';

/**
 * The gateway serves the result at `/portal` under a policy that allows no inline script or style, so nothing is inlined. While
 * working: `npx vite portal`, which passes the API's calls to a Waybill that runs (`WAYBILL_PORTAL_PROXY`).
 */
export default defineConfig({
  root: import.meta.dirname,
  base: '/portal/',
  plugins: [react(), bundleBudget()],
  build: { outDir: '../dist/portal', emptyOutDir: true, assetsInlineLimit: 0, modulePreload: { polyfill: false } },
  server: {
    fs: { allow: ['..'] },
    proxy: { '/v1': gateway, '/portal/api': gateway },
  },
});
