import { buildPortal } from './build.ts';

// `npm run portal:build`: always builds, and fails when that fails.
await buildPortal();
