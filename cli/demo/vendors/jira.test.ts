import { afterEach, describe, expect, test } from 'vitest';
import { adfFaults } from '../../../test/vendors/jira.ts';
import { aFakeJira, type JiraFake, type JiraFakeOptions } from './jira.ts';
import { isAdf } from './jira-adf.ts';

let jira: JiraFake;
let nowMs = Date.UTC(2024, 0, 15);
afterEach(() => jira?.close());

async function start(options: JiraFakeOptions = {}): Promise<void> {
  jira = await aFakeJira({ nowMs: () => nowMs, ...options });
}

async function call(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
  const { deployment, email, apiToken, accessToken } = jira.config;
  const basic = `Basic ${Buffer.from(`${email}:${apiToken}`).toString('base64')}`;
  const response = await fetch(`${jira.url}${path}`, {
    method,
    headers: {
      authorization: deployment === 'cloud' ? basic : `Bearer ${accessToken}`,
      'content-type': 'application/json',
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: text.startsWith('{') ? JSON.parse(text) : text };
}

const doc = (...content: object[]) => ({ version: 1, type: 'doc', content });
const paragraph = (...content: object[]) => ({ type: 'paragraph', content });
const text = (value: string, ...marks: object[]) => ({ type: 'text', text: value, marks });
const FIELDS = { project: { key: 'DQ' }, issuetype: { name: 'Task' }, summary: 'x', labels: ['wb-1'] };
const create = (fields: object = {}, version = 3) => {
  return call('POST', `/rest/api/${version}/issue`, { fields: { ...FIELDS, ...fields } });
};

describe('a document', () => {
  const list = { type: 'bulletList', content: [{ type: 'listItem', content: [paragraph(text('a'))] }] };
  const cell = (type: string) => ({ type, content: [paragraph(text('a'))] });
  const row = { type: 'tableRow', content: [cell('tableHeader'), cell('tableCell')] };
  const link = { type: 'link', attrs: { href: 'https://a.example/' } };

  test.each([
    [
      'of everything',
      doc(paragraph(text('a', link), { type: 'hardBreak' }), list, { type: 'table', content: [row] }),
      true,
    ],
    ['of nothing', doc(), true],
    ['as text', 'a', false],
    ['without a version', { type: 'doc', content: [] }, false],
    ['with an empty text', doc(paragraph(text(''))), false],
    ['with code that is strong', doc(paragraph(text('a', { type: 'code' }, { type: 'strong' }))), false],
    ['with an unknown node', doc({ type: 'banner', content: [] }), false],
    ['with a text outside a paragraph', doc(text('a')), false],
    ['with an empty list', doc({ type: 'bulletList', content: [] }), false],
    ['with an item that is a text', doc({ type: 'bulletList', content: [text('a')] }), false],
    ['with a link to nowhere', doc(paragraph(text('a', { type: 'link', attrs: {} }))), false],
  ])('%s: the fake and the strict validator agree', (_, document, good) => {
    expect(isAdf(document)).toBe(good);
    expect(adfFaults(document).length === 0).toBe(good);
  });
});

describe('refuses as Jira does', () => {
  test.each([
    [{ summary: 'a\nb' }, { summary: 'The summary is invalid because it contains newline characters.' }],
    [{ summary: 'a'.repeat(256) }, { summary: "Summary can't exceed 255 characters." }],
    [{ summary: '' }, { summary: 'You must specify a summary of the issue.' }],
    [{ labels: ['x y'] }, { labels: "The label 'x y' contains spaces which is invalid." }],
    [{ labels: ['a'.repeat(256)] }, { labels: expect.stringContaining('maximum length') }],
    [{ project: { key: 'NO' } }, { project: 'valid project is required' }],
    [{ issuetype: { name: 'Epic' } }, { issuetype: 'Specify a valid issue type' }],
    [{ priority: { name: 'P1' } }, { priority: "Priority name 'P1' is not valid" }],
    [{ components: [{ name: 'A' }] }, { components: "Component name 'A' is not valid" }],
    [{ assignee: { name: 'mia' } }, { assignee: "User '' cannot be assigned issues." }],
    [{ customfield_10042: { value: 'A' } }, { customfield_10042: "Option value 'A' is not valid" }],
    [{ customfield_10043: '1' }, { customfield_10043: 'Operation value must be a number' }],
    [{ customfield_10045: 1 }, { customfield_10045: 'Operation value must be a string' }],
    [{ customfield_1: 1 }, { customfield_1: expect.stringMatching(/^Field 'customfield_1' cannot be set\./) }],
    [{ description: 'text' }, { description: expect.stringMatching(/^Operation value must be an Atlassian Document/) }],
    [{ description: doc(paragraph(text('a'.repeat(32_767)))) }, { description: expect.stringContaining('too long') }],
  ])('%j', async (fields, errors) => {
    await start();
    expect(await create(fields)).toEqual({ status: 400, body: { errorMessages: [], errors } });
    expect(jira.things()).toEqual([]);
    expect(jira.faults).toHaveLength(1);
  });

  test('a bad document, and a document where text is wanted', async () => {
    await start();
    const bad = { status: 400, body: { errorMessages: ['INVALID_INPUT'], errors: {} } };
    expect(await create({ description: doc(text('a')) })).toEqual(bad);
    expect((await create({ description: doc() }, 2)).body.errors.description).toBe('Operation value must be a string');
    expect((await create({ description: 'text' }, 2)).status).toBe(201);
  });

  test('what is not signed in, not JSON, or not an API', async () => {
    await start();
    expect((await call('GET', '/rest/api/3/myself', undefined, { authorization: 'Basic eA==' })).status).toBe(401);
    expect((await call('POST', '/rest/api/3/issue', {}, { 'content-type': 'text/plain' })).status).toBe(415);
    expect((await call('GET', '/rest/api/9/myself')).status).toBe(404);
    expect((await call('POST', '/rest/api/3/search', { jql: 'x' })).status).toBe(410);
  });

  test('the API of Cloud in Data Center', async () => {
    await start({ deployment: 'datacenter' });
    expect((await call('GET', '/rest/api/3/myself')).status).toBe(404);
    expect((await call('POST', '/rest/api/2/search/jql', { jql: 'x' })).status).toBe(404);
  });

  test('a transition that the status does not have, or without what it asks for', async () => {
    await start();
    await create();
    const move = (body: object) => call('POST', '/rest/api/3/issue/DQ-1/transitions', body);
    expect((await move({ transition: { id: '41' } })).body.errorMessages[0]).toContain('illegal workflow operation');
    expect((await move({ transition: { id: '31' } })).body.errors).toEqual({ resolution: 'Resolution is required.' });
    const fields = { resolution: { name: 'Nope' } };
    expect((await move({ transition: { id: '31' }, fields })).body.errors.resolution).toContain('not valid');
    expect((await move({ transition: { id: '11' }, fields })).body.errors.resolution).toContain('cannot be set');
  });
});

describe('the search index', () => {
  const search = async (jql: string, more: object = {}) => {
    const { body } = await call('POST', '/rest/api/3/search/jql', { jql, ...more });
    return body.issues?.map(({ id }: { id: string }) => id) ?? body.errorMessages;
  };
  const LABEL = 'project = "DQ" AND labels = "wb-1" ORDER BY created ASC';

  test('learns of changes late, unless an issue is named', async () => {
    await start();
    jira.indexLagMs = 5_000;
    await create();
    expect((await call('GET', '/rest/api/3/issue/DQ-1')).status).toBe(200);
    expect(await search(LABEL)).toEqual([]);
    expect(await search(LABEL, { reconcileIssues: [10001] })).toEqual(['10001']);
    nowMs += 5_000;
    expect(await search(LABEL)).toEqual(['10001']);
    jira.remove('DQ-1');
    expect(await search(LABEL)).toEqual(['10001']);
    expect(await search(LABEL, { reconcileIssues: [10001] })).toEqual([]);
    expect((await call('GET', '/rest/api/3/issue/DQ-1')).status).toBe(404);
  });

  test('understands what is asked of it, and refuses the rest', async () => {
    await start();
    await create();
    await create({ labels: [] });
    jira.move('DQ-2', 'Done');
    expect(await search('project = "DQ" AND statusCategory != Done ORDER BY created DESC')).toEqual(['10001']);
    expect(await search('project = "DQ" AND issuetype = "Task" ORDER BY created DESC')).toEqual(['10002', '10001']);
    expect(await search('project = "NO" ORDER BY created ASC')).toEqual([
      "The value 'NO' does not exist for the field 'project'.",
    ]);
    const strange = 'project = "DQ" AND text ~ "x" ORDER BY created ASC';
    expect(await search(strange)).toEqual([`Error in the JQL Query: ${strange}`]);
  });
});
