import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { portalDocument } from '../../gateway/openapi-document.ts';

/** `npm run portal:client`: writes down the API that the portal's page calls, and its types. */
const portal = fileURLToPath(new URL('../../portal/', import.meta.url));
writeFileSync(`${portal}openapi.json`, await portalDocument());
// A program of its own: it needs the TypeScript that still has an API.
const generator = fileURLToPath(new URL('../../portal/node_modules/openapi-typescript/bin/cli.js', import.meta.url));
execFileSync(process.execPath, [generator, 'openapi.json', '-o', 'src/api/schema.d.ts'], {
  cwd: portal,
  stdio: 'inherit',
});
