import { createHash } from 'node:crypto';
import { globSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Whether this runs from the TypeScript sources; the published package has neither those nor the portal's. */
export const FROM_SOURCES = import.meta.url.endsWith('.ts');

/** Of the repository, or `dist` of the published package. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Where the built page lies. */
export const PORTAL_FOLDER = join(ROOT, FROM_SOURCES ? 'dist/portal' : 'portal');

/** The sources' fingerprint is kept in the built folder under this name. */
export const FINGERPRINT_FILE = 'sources.sha256';

/** Everything that ends up in the page: its own files, the examples that it shows, and the libraries by the lock file. */
const SOURCES = ['portal/{index.html,package.json,vite.config.ts}', 'portal/{src,public}/**', 'examples/receivers/*'];
const LIBRARIES = 'package-lock.json';

/** A text that changes with what the page is built from. */
export function sourcesFingerprint(): string {
  const hash = createHash('sha256');
  for (const path of [...globSync(SOURCES, { cwd: ROOT }).sort(), LIBRARIES]) {
    const file = join(ROOT, path);
    if (statSync(file).isFile()) hash.update(path).update('\0').update(readFileSync(file));
  }
  return hash.digest('hex');
}

/** Whether the built page is that of the sources as they are now. Times would not tell: a checkout makes old files new. */
export function isCurrent(): boolean {
  try {
    return readFileSync(join(PORTAL_FOLDER, FINGERPRINT_FILE), 'utf8') === sourcesFingerprint();
  } catch {
    // None was built, or another build is just putting its own in place.
    return false;
  }
}
