import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { INodeProperties, INodeType } from 'n8n-workflow';
import { describe, expect, test } from 'vitest';
import type { WorkflowJson } from './n8n-client.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const FILES = globSync('examples/n8n/*.json', { cwd: ROOT }).sort();
const OURS = 'n8n-nodes-waybill.';

async function descriptionOf(type: string) {
  const name = type.slice(OURS.length);
  const className = name.charAt(0).toUpperCase() + name.slice(1);
  const module = await import(join(ROOT, 'nodes', className, `${className}.node.ts`));
  const node: INodeType = new module[className]();
  return node.description;
}

function read(file: string): WorkflowJson {
  return JSON.parse(readFileSync(join(ROOT, file), 'utf8'));
}

/** Values that an options field takes; undefined where it takes any. */
function valuesOf({ type, options, typeOptions }: INodeProperties): unknown[] | undefined {
  if ((type !== 'options' && type !== 'multiOptions') || typeOptions?.loadOptionsMethod) return undefined;
  return options?.map((option) => ('value' in option ? option.value : undefined));
}

describe.each(FILES)('%s', (file) => {
  const { name, nodes, connections = {} } = read(file);

  test('has a name, and ids of its own for every node', () => {
    expect(name).not.toBe('');
    const ids = FILES.flatMap((one) => read(one).nodes.flatMap(({ id, webhookId }) => [id, webhookId ?? []].flat()));
    expect(new Set(ids).size).toBe(ids.length);
    for (const node of nodes) expect([node.name, typeof node.id]).toEqual([node.name, 'string']);
  });

  test('uses nodes and parameters that there are, and holds no credential', async () => {
    for (const { type, parameters = {}, credentials } of nodes.filter((node) => node.type.startsWith(OURS))) {
      expect(credentials).toBeUndefined();
      const { name: known, properties } = await descriptionOf(type);
      expect(`${OURS}${known}`).toBe(type);
      for (const [field, value] of Object.entries(parameters)) {
        const property = properties.find((one) => one.name === field);
        expect([field, property?.name]).toEqual([field, field]);
        const values = property && valuesOf(property);
        const given = typeof value === 'string' && value.startsWith('=') ? [] : [value].flat();
        for (const one of values ? given : []) expect(values).toContain(one);
      }
    }
  });

  test('leads from a trigger to every other node but notes', () => {
    const leads = Object.values(connections).flatMap((one) =>
      (one as { main: { node: string }[][] }).main.flat().map(({ node }) => node),
    );
    const expected = nodes.filter(({ type }) => !/Trigger$|stickyNote$/.test(type)).map((node) => node.name);
    expect(leads.sort()).toEqual(expected.sort());
    expect(nodes.filter(({ type }) => type.endsWith('Trigger')).map((node) => node.name)).toEqual(
      Object.keys(connections),
    );
  });
});

test('there is one for every trigger and every native destination', () => {
  const nodes = FILES.flatMap((file) => read(file).nodes);
  const triggers = globSync('nodes/*Trigger', { cwd: ROOT }).map((folder) => folder.replace('nodes/', ''));
  const used = nodes
    .map(({ type }) => type.slice(OURS.length))
    .map((type) => type.charAt(0).toUpperCase() + type.slice(1));
  expect(used).toEqual(expect.arrayContaining(triggers));
  const destinations = nodes.map(({ parameters }) => parameters?.destination);
  expect(destinations).toEqual(expect.arrayContaining(['slack', 'teams', 'jira', 'servicenow']));
});
