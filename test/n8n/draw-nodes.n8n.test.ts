import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from '@playwright/test';
import { test } from 'vitest';
import { anN8nClient, type N8nClient, type WorkflowJson, type WorkflowNode } from './n8n-client.ts';
import { aSharedOrganization, ownN8n } from './shared.ts';

/*
 * How the pictures of docs/n8n.md are made:
 * DRAW_NODES=1 npm run test:n8n -- test/n8n/draw-nodes.n8n.test.ts
 */
const ROOT = join(import.meta.dirname, '..', '..');
const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';
/** The editor is megabytes of script. */
const READY_LIMIT_MS = 60_000;
const EXAMPLE = 'flowcerta-below-threshold-to-teams-and-servicenow';

test.runIf(process.env.DRAW_NODES)(
  'the nodes are drawn in the editor',
  async () => {
    const n8n = await ownN8n();
    const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
    try {
      await n8n.start({ N8N_DISABLE_UI: 'false' });
      const client = await anN8nClient(n8n);
      const context = await browser.newContext({ viewport: { width: 1240, height: 760 }, colorScheme: 'light' });
      const login = { emailOrLdapLoginId: n8n.email, password: n8n.password };
      await context.request.post(`${n8n.url}/rest/login`, { data: login });
      const page = await context.newPage();
      const draw = async (name: string, path: string, text: string) => {
        await page.goto(`${n8n.url}${path}`);
        await page.getByText(text).filter({ visible: true }).first().waitFor({ timeout: READY_LIMIT_MS });
        await page.screenshot({ path: join(ROOT, 'docs', 'images', `${name}.png`) });
      };
      const { example, waybill, credentialId } = await workflowsIn(client);
      await draw('n8n-workflow', `/workflow/${example.id}`, 'Flowcerta Trigger');
      await draw('n8n-trigger', pathOf(example, 'Flowcerta Trigger'), 'Drop Repeats');
      await draw('n8n-route', pathOf(example, 'Teams'), 'Subject Key');
      await draw('n8n-waybill', pathOf(waybill, 'Waybill'), 'Simplify');
      await draw('n8n-credential', `/home/credentials/${credentialId}`, 'Organization ID');
    } finally {
      await browser.close();
      await n8n.dispose();
    }
  },
  900_000,
);

interface Drawn {
  id: string;
  nodes: readonly WorkflowNode[];
}

/** Of a node, opened. */
function pathOf({ id, nodes }: Drawn, name: string): string {
  return `/workflow/${id}/${nodes.find((node) => node.name === name)?.id}`;
}

/** An example as who imports it has filled it in, and a workflow with a node of Waybill. */
async function workflowsIn(client: N8nClient): Promise<{ example: Drawn; waybill: Drawn; credentialId: string }> {
  const { url, apiKey } = await aSharedOrganization();
  const credential = (name: string, path = '') => client.credential(name, { baseUrl: `${url}${path}`, apiKey });
  const [waybillApi, flowcertaApi] = [await credential('waybillApi'), await credential('flowcertaApi', '/flowcerta')];
  const kept = async (nodes: WorkflowNode[], rest: Omit<WorkflowJson, 'nodes'>): Promise<Drawn> => {
    return { id: await client.workflow({ ...rest, nodes }), nodes };
  };
  const {
    pinData: _,
    nodes,
    ...rest
  } = JSON.parse(readFileSync(join(ROOT, 'examples', 'n8n', `${EXAMPLE}.json`), 'utf8')) as WorkflowJson & {
    pinData: object;
  };
  const filledIn = nodes.map((node) => {
    if (node.type.endsWith('Trigger')) return { ...node, credentials: { flowcertaApi } };
    if (!node.type.endsWith('.waybillRoute')) return node;
    const name = `Data quality (${node.parameters?.destination})`;
    const endpointId = { __rl: true, mode: 'list', value: 'ep_example', cachedResultName: name };
    return { ...node, parameters: { ...node.parameters, endpointId }, credentials: { waybillApi } };
  });
  const node = {
    id: crypto.randomUUID(),
    name: 'Waybill',
    type: 'n8n-nodes-waybill.waybill',
    parameters: { resource: 'delivery', operation: 'getAll' },
    credentials: { waybillApi },
  };
  return {
    example: await kept(filledIn, rest),
    waybill: await kept([node], { name: 'Deliveries' }),
    credentialId: waybillApi.id,
  };
}
