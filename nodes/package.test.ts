import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ICredentialType, INodeProperties, INodePropertyOptions, INodeType } from 'n8n-workflow';
import { describe, expect, test } from 'vitest';
import { catalogueOf } from '../domain/dialects/catalogues.ts';

const ROOT = join(import.meta.dirname, '..');
const MANIFEST = JSON.parse(readFileSync(join(ROOT, 'nodes/package.json'), 'utf8'));
const NODES = globSync('nodes/*/*.node.ts', { cwd: ROOT }).sort();
const CREDENTIALS = globSync('credentials/*.credentials.ts', { cwd: ROOT }).sort();

const built = (files: string[]) => files.map((file) => `dist/${file.replace(/\.ts$/, '.js')}`);
const classOf = (file: string) => /([^/]+)\.(?:node|credentials)\.ts$/.exec(file)?.[1] ?? '';

async function load<Kind>(file: string): Promise<Kind> {
  const module = await import(join(ROOT, file));
  return new module[classOf(file)]();
}

/** Files that an icon names, from the folder of the file that names it. */
function iconFiles(file: string, icon: unknown): string[] {
  const { light, dark } = icon as { light: string; dark: string };
  return [light, dark].map((path) => join(ROOT, file, '..', path.replace(/^file:/, '')));
}

test('the manifest lists every node and credential there is, and no packages', () => {
  expect([...MANIFEST.n8n.nodes].sort()).toEqual(built(NODES));
  expect([...MANIFEST.n8n.credentials].sort()).toEqual(built(CREDENTIALS));
  expect(MANIFEST).toMatchObject({
    name: 'n8n-nodes-waybill',
    license: 'MIT',
    peerDependencies: { 'n8n-workflow': '*' },
  });
  for (const field of ['dependencies', 'devDependencies', 'overrides', 'scripts'])
    expect(MANIFEST).not.toHaveProperty(field);
});

test('the manifest says who made the package and where to look, and names nobody’s address', () => {
  const text = expect.stringMatching(/./);
  expect(MANIFEST).toMatchObject({
    homepage: expect.stringMatching(/^https:/),
    repository: { type: 'git', url: expect.stringMatching(/^git\+https:/) },
    bugs: { url: expect.stringMatching(/^https:/) },
    // Reserved for such uses (RFC 2606): nobody has an address there.
    author: { name: text, email: expect.stringMatching(/@[a-z]+\.example$/) },
    keywords: expect.arrayContaining(['n8n-community-node-package']),
  });
});

describe.each(NODES)('%s', (file) => {
  test('has a light and a dark icon, a codex file, and credentials of this package only', async () => {
    const { description } = await load<INodeType>(file);
    for (const icon of iconFiles(file, description.icon)) expect(existsSync(icon)).toBe(true);
    const codex = JSON.parse(readFileSync(join(ROOT, file.replace(/\.ts$/, '.json')), 'utf8'));
    expect(codex).toMatchObject({
      node: `n8n-nodes-waybill.${description.name}`,
      nodeVersion: '1.0',
      codexVersion: '1.0',
      categories: expect.arrayContaining(['Development']),
      resources: {
        primaryDocumentation: [{ url: MANIFEST.homepage }],
        credentialDocumentation: [{ url: MANIFEST.homepage }],
      },
      alias: expect.arrayContaining([expect.any(String)]),
    });
    const types = await Promise.all(CREDENTIALS.map((credential) => load<ICredentialType>(credential)));
    const names = types.map(({ name }) => name);
    for (const { name } of description.credentials ?? []) expect(names).toContain(name);
  });

  test('as a trigger, answers with what the node says: n8n would answer a text of its own', async () => {
    const { description } = await load<INodeType>(file);
    for (const webhook of description.webhooks ?? []) {
      expect(webhook).toMatchObject({
        responseMode: '={{$parameter["acknowledge"]}}',
        responseData: '={{$parameter["acknowledge"] === "lastNode" ? "noData" : ""}}',
        httpMethod: 'POST',
      });
      const acknowledge = description.properties.find((property) => property.name === 'acknowledge');
      expect(acknowledge).toMatchObject({
        default: 'onReceived',
        options: [{ value: 'onReceived' }, { value: 'lastNode' }],
      });
    }
  });
});

test.each(CREDENTIALS)('%s has icons, a test, and hides what is secret', async (file) => {
  const credential = await load<ICredentialType>(file);
  for (const icon of iconFiles(file, credential.icon)) expect(existsSync(icon)).toBe(true);
  expect(credential.test?.request.url).toMatch(/^\//);
  for (const { name, typeOptions } of credential.properties) {
    expect([name, typeOptions?.password ?? false]).toEqual([name, !['baseUrl', 'organizationId'].includes(name)]);
  }
});

test.each([
  ['flexorch', 'FlexOrchTrigger'],
  ['fltr', 'FltrTrigger'],
  ['job-status', 'JobStatusTrigger'],
  ['flowcerta', 'FlowcertaTrigger'],
])('the events of %s are those of its catalogue, by name', async (dialect, node) => {
  const { description } = await load<INodeType>(`nodes/${node}/${node}.node.ts`);
  const events = description.properties.find(({ name }: INodeProperties) => name === 'events');
  const values = ((events?.options ?? []) as INodePropertyOptions[]).map(({ value }) => value);
  expect(values).toEqual(
    catalogueOf(dialect)
      ?.eventTypes.map(({ name }) => name)
      .sort(),
  );
});
