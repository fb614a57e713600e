import { existsSync, readFileSync } from 'node:fs';

// From the sources the manifest is one folder up, from the build two.
const manifest = ['../package.json', '../../package.json']
  .map((path) => new URL(path, import.meta.url))
  .find((path) => existsSync(path));

/** Waybill's version, as in its manifest. */
export const version: string = manifest ? JSON.parse(readFileSync(manifest, 'utf8')).version : '0.0.0';
