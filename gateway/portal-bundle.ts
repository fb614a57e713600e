import { createHash } from 'node:crypto';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';

/** Content codings that the build makes beside a file, the better first, and how their files end. */
export const PRECOMPRESSED = [
  ['br', '.br'],
  ['gzip', '.gz'],
] as const;

export type ContentCoding = (typeof PRECOMPRESSED)[number][0];

/** A file of the portal's page as it is served. */
export interface PortalFile {
  contentType: string;
  /** Hash of the content, without quotes. */
  hash: string;
  /** Its name changes with its content, so that browsers may keep it for ever. */
  immutable: boolean;
  body: Buffer;
  compressed: Partial<Record<ContentCoding, Buffer>>;
}

/** The built page: its files by their path below `/portal/`, such as `index.html`. */
export type PortalBundle = ReadonlyMap<string, PortalFile>;

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.txt': 'text/plain; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
};

/** The build puts what it names by a hash into this folder. */
const HASHED = /^assets\//;

/** Reads the page that was built into `folder`; null when there is none. Files of a type that the page has no use for are left out. */
export function readPortalBundle(folder: string): PortalBundle | null {
  if (!existsSync(join(folder, 'index.html'))) return null;
  const bundle = new Map<string, PortalFile>();
  for (const path of globSync('**/*', { cwd: folder })) {
    const contentType = CONTENT_TYPES[extname(path)];
    if (contentType === undefined) continue;
    const body = readFileSync(join(folder, path));
    const compressed = Object.fromEntries(
      PRECOMPRESSED.filter(([, ending]) => existsSync(join(folder, path + ending))).map(([coding, ending]) => [
        coding,
        readFileSync(join(folder, path + ending)),
      ]),
    );
    const hash = createHash('sha256').update(body).digest('base64url').slice(0, 22);
    bundle.set(path.replaceAll('\\', '/'), { contentType, hash, immutable: HASHED.test(path), body, compressed });
  }
  return bundle;
}
