import { FROM_SOURCES, isCurrent, PORTAL_FOLDER } from './fingerprint.ts';

/**
 * The folder of the portal's built page, built first when it is missing or older than its sources. `report` is told before that
 * and of its end; also when it fails, which stops nothing: an older page is then served, or one that says that there is none.
 */
export async function providePortal(report: (text: string) => void): Promise<string> {
  if (!FROM_SOURCES || isCurrent()) return PORTAL_FOLDER;
  report('building the portal (once per version, some seconds)');
  const before = performance.now();
  try {
    await (await import('./build.ts')).buildPortal();
    report(`the portal is built, after ${((performance.now() - before) / 1000).toFixed(1)} s`);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    report(
      `WARNING: the portal could not be built; everything else works. \`npm run portal:build\` builds it alone.\n${reason}`,
    );
  }
  return PORTAL_FOLDER;
}
