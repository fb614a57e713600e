import { fileURLToPath } from 'node:url';
import { workflowBundlePath } from '../worker/workflow-bundle.ts';

// A step of `npm run build`: puts the bundled workflows beside the compiled code, so that no process has to bundle.
await workflowBundlePath([fileURLToPath(new URL('..', import.meta.url))], console.log);
