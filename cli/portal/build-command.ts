import { buildPortal } from './build.ts';

// `npm run portal:build`: always builds, and says why where that fails.
try {
  process.stdout.write(await buildPortal());
} catch (error) {
  process.stderr.write(`the portal could not be built: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
