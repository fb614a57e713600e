import { describe, expect, test } from 'vitest';
import type { DestinationField } from './fields.ts';
import { aMessage } from './fixtures.ts';
import { MAX_OUTPUT_LENGTH, MAX_TEMPLATE_LENGTH } from './liquid.ts';
import {
  applyTemplates,
  applyToConfig,
  checkConfigTemplates,
  checkTemplates,
  TemplateError,
  type TemplateEvent,
} from './templates.ts';

const anEvent = (data: Record<string, unknown> = {}): TemplateEvent => ({
  id: 'evt_1',
  dialect: 'flexorch',
  type: 'job.failed',
  data,
  occurredAt: '2024-01-15T10:30:00.000Z',
});

const titleOf = (title: string, data: Record<string, unknown> = {}, message = aMessage()) =>
  applyTemplates({ title }, anEvent(data), message).title;

const MAP: DestinationField[] = [
  { name: 'fields', label: 'More', kind: 'map', required: false, secret: false, help: '' },
  { name: 'priorities', label: 'Priorities', kind: 'map', required: false, secret: false, help: '' },
  { name: 'token', label: 'Token', kind: 'secret', required: true, secret: true, help: '' },
];

describe('a template', () => {
  const data = {
    total: 42.5,
    items: [
      { sku: 'a', severity: 'high', price: 1 },
      { sku: 'b', severity: 'low', price: 2 },
    ],
    text: 'שלום 👩🏽‍🚀 漢',
    on: true,
    none: null,
  };

  test.each([
    ['plain', 'plain'],
    ['{{ event.id }} {{ event.type }} {{ event.dialect }}', 'evt_1 job.failed flexorch'],
    ['{{ message.title }} ({{ message.severity | upcase }})', 'Job job_abc123 failed (HIGH)'],
    ['{{ message.subject }} {{ message.link }}', 'flexorch:job:job_abc123 https://example.com/j'],
    ['{{ data.total | times: 2 }}', '85'],
    ['{{ data.items | map: "sku" | join: ", " }}', 'a, b'],
    ['{{ data.items | where: "severity", "high" | map: "sku" }}', 'a'],
    ['{{ data.items | where: "price" | size }}', '2'],
    ['{% for item in data.items %}{{ forloop.index }}{{ item.sku }} {% endfor %}', '1a 2b'],
    ['{% for i in (1..3) %}{{ i }}{% endfor %}', '123'],
    ['{% capture x %}{{ data.total }}!{% endcapture %}{{ x | append: x }}', '42.5!42.5!'],
    ['{% if data.on and data.none == nil %}yes{% else %}no{% endif %}', 'yes'],
    ['{% case event.type %}{% when "a", "job.failed" %}bad{% else %}fine{% endcase %}', 'bad'],
    ['{% unless message.resolved %}open{% endunless %}', 'open'],
    ['{% assign a = "x" %}{% liquid echo a %}{% cycle "p", "q" %}{% raw %}{{ b }}{% endraw %}', 'xp{{ b }}'],
    ['{{ data.text }} {{ "مرحبا" }}', 'שלום 👩🏽‍🚀 漢 مرحبا'],
    [
      '{{ data.items[0] }} {{ data.items[1] | json }}',
      '{"sku":"a","severity":"high","price":1} {"sku":"b","severity":"low","price":2}',
    ],
    ['{{ data.missing.deep }}{{ nothing | default: "none" }}', 'none'],
    ['{{ event.occurredAt | date: "%d.%m.%Y %H:%M" }}', '15.01.2024 10:30'],
    ['{{ event.occurredAt | date: "%H:%M", "Europe/Berlin" }}', '11:30'],
    ['{{ "now" | date: "%Y" }}', '2024'],
    ['  {{ data.total }}\n', '42.5'],
  ])('%s', (template, expected) => {
    const link = { label: 'Open', url: 'https://example.com/j' };
    expect(titleOf(template, data, aMessage({ link }))).toBe(expected);
  });

  test('cut inside a character stays well-formed', () => {
    expect(titleOf('{{ data.text | split: "" | first }}', { text: '👩🏽‍🚀' })).toBe('\ufffd');
  });

  test.each([
    '__proto__',
    'constructor',
    'data.__proto__',
    'data.constructor.name',
    'data.toString',
    'data.text.constructor',
    'data.list.map',
    'event.hasOwnProperty',
    'message["__proto__"]',
    'data.list | map: "__proto__"',
    'data.list | map: "constructor"',
    'data.list | where: "__proto__" | size | at_most: 0 | replace: "0", ""',
    'message.fields',
    'process',
    'globalThis',
  ])('reaches nothing by {{ %s }}', (expression) => {
    expect(titleOf(`[{{ ${expression} }}]`, { text: 'a', list: [{}] })).toBe('[]');
  });

  test('sees what data really holds under such a name, and changes nothing in it', () => {
    const data = JSON.parse('{"__proto__": {"a": 1}, "n": 1}');
    expect(titleOf('{{ data["__proto__"].a }}{% assign data = 2 %}{% assign __proto__ = 3 %}', data)).toBe('1');
    expect(titleOf('{{ data.n }}{{ a }}', data)).toBe('1');
    expect(({} as Record<string, unknown>).a).toBeUndefined();
  });
});

describe('a template that cannot be used', () => {
  test.each([
    ['{{ data.x | nope }}', 1, 1, 'undefined filter: nope'],
    ['a\n  {{ b | nope }}', 2, 3, 'undefined filter: nope'],
    ['a\nb {% if %}{% endif %}', 2, 8, 'invalid value expression: ""'],
    ['{{ a', 1, 1, 'output "{{ a" not closed'],
    ['{% if a %}\n', 1, 1, 'tag {% if a %} not closed'],
    ['{% endif %}', 1, 1, 'tag "endif" not found'],
    ['x\n{% nope %}', 2, 1, 'tag "nope" not found'],
    ['{{ a | append }}', 1, 1, 'append expect 2 arguments'],
    ['{% for i in (1..1001) %}{% endfor %}', 1, 13, 'a range goes from one written number to another, up to 1000'],
    ['{% for i in (9007199254740992..9007199254740994) %}{% endfor %}', 1, 13, 'a range goes from one written number'],
    ['{% for i in (1..data.n) %}{% endfor %}', 1, 13, 'a range goes from one written number to another'],
    ['{% cycle a, (1..data.n) %}', 1, 13, 'a range goes from one written number to another'],
    ['{{ data[(1..data.n)] }}', 1, 9, 'a range goes from one written number to another'],
    ['{% liquid\n assign x = (1..data.n)\n%}', 2, 13, 'a range goes from one written number to another'],
    ['a'.repeat(MAX_TEMPLATE_LENGTH + 1), 1, 1, `more than ${MAX_TEMPLATE_LENGTH} characters`],
  ])('%s is refused by line and column', (template, line, column, rule) => {
    expect(checkTemplates({ title: template })).toEqual([
      { field: 'title', line, column, rule: expect.stringContaining(rule) },
    ]);
    expect(() => titleOf(template)).toThrow(TemplateError);
  });

  test.each(['include "x"', 'render "x"', 'layout "x"', 'block x', 'tablerow a in b', 'increment a', 'decrement a'])(
    '{%% %s %%} is no tag',
    (tag) => {
      const rule = `tag "${tag.split(' ')[0]}" not found`;
      expect(checkTemplates({ text: `{% ${tag} %}` })).toEqual([{ field: 'text', rule, line: 1, column: 1 }]);
    },
  );

  test.each([
    'where_exp',
    'find_exp',
    'concat',
    'push',
    'shuffle',
    'sample',
    'strip_html',
    'sha256',
    'group_by',
    'raw',
  ])('%s is no filter', (filter) => {
    const fault = { field: 'text', rule: `undefined filter: ${filter}`, line: 1, column: 1 };
    expect(checkTemplates({ text: `{{ data | ${filter} }}` })).toEqual([fault]);
  });

  test('nested without end is refused', () => {
    expect(checkTemplates({ text: '{%if a%}'.repeat(1_250) })).toHaveLength(1);
    expect(checkTemplates({ text: `{{ a${'[a'.repeat(4_000)}` })).toHaveLength(1);
  });

  test('is named among the others, wherever it stands', () => {
    const bad = '{{ a | nope }}';
    const fields = [
      { label: 'A', value: 'fine' },
      { label: bad, value: bad },
    ];
    const faults = checkTemplates({ title: 'fine', text: bad, subject: bad, fields });
    expect(faults.map(({ field }) => field)).toEqual(['text', 'subject', 'fields.1.value']);
  });
});

describe('a template that is too much', () => {
  const many = {
    list: Array.from({ length: 1_000 }, (_, n) => n),
    many: Array.from({ length: 100_000 }, (_, n) => [n]),
    long: 'x'.repeat(1_000_000),
  };
  const loop = (inner: string) => `{% for i in data.list %}${inner}{% endfor %}`;
  const endless = [1, 2, 3].reduce(loop, '{% assign x = i | plus: 1 | times: 2 %}');

  test.each([
    ['loops in loops', loop(loop(loop(''))), 'template render limit exceeded'],
    ['loops that compute', endless, 'template render limit exceeded'],
    ['a long output', '{{ data.long }}', `more than ${MAX_OUTPUT_LENGTH} characters`],
    ['an output of many pieces', loop(loop('0123456789')), `more than ${MAX_OUTPUT_LENGTH} characters`],
    ['a capture', `{% capture x %}${loop('0123456789'.repeat(10))}{% endcapture %}`, 'more than 20000 characters'],
    [
      'a text that doubles',
      `{% assign x = "0123456789" %}${loop('{% assign x = x | append: x %}')}`,
      'more than 20000 characters in an argument',
    ],
    ['a text of copies', '{{ data.long | replace: "x", "0123456789" | size }}', 'memory alloc limit'],
    ['filter upon filter', `{{ data.long ${'| upcase '.repeat(100)}| size }}`, 'memory alloc limit'],
    [
      'a text that triples',
      `{{ data.long | replace: "x", "%" ${'| url_encode '.repeat(50)}| size }}`,
      'memory alloc limit',
    ],
    ['a list turned on and on', `{{ data.many ${'| reverse '.repeat(500)}| size }}`, 'exceeded'],
    [
      'lists compared on and on',
      `{% if ${Array(300).fill('data.many contains data.list').join(' or ')} %}{% endif %}`,
      'template render limit',
    ],
    ['a case of lists', '{% case data.list %}{% when data.many %}{% endcase %}', 'case takes one value, not a list'],
    ['a path as long as a text', '{{ data.list | map: data.long }}', 'more than 256 characters in an argument'],
    [
      'a format as long as a text',
      '{{ event.occurredAt | date: data.long }}',
      'more than 256 characters in an argument',
    ],
    [
      'a text to look for that is too long',
      '{{ data.long | remove: data.long }}',
      'more than 20000 characters in an argument',
    ],
    ['the same in a condition', '{% if data.long contains data.long %}{% endif %}', 'characters in an argument'],
    ['a long line of filler', '{{ event.occurredAt | date: "%100000000Y" }}', 'memory alloc limit'],
  ])('fails for %s', (_, template, rule) => {
    expect(() => titleOf(template, many)).toThrow(TemplateError);
    expect(() => titleOf(template, many)).toThrow(rule);
  });

  test('works on the longest data where little of it is shown', () => {
    expect(titleOf('{{ data.long | truncate: 10 }}', many)).toBe('xxxxxxx...');
    expect(titleOf('{{ data.list | size }} {{ data | json | size }}', many)).toBe(
      `1000 ${JSON.stringify(many).length}`,
    );
  });
});

describe('a message', () => {
  test('without templates is as it was', () => {
    const message = aMessage();
    expect(applyTemplates(null, anEvent(), message)).toBe(message);
    expect(applyTemplates({}, anEvent(), message)).toEqual(message);
  });

  test('says what they say, and what else it said', () => {
    const fields = [
      { label: 'Id', value: '{{ data.id }}' },
      { label: 'Nothing', value: '{{ data.nothing }}' },
    ];
    const templates = { title: 'T {{ message.title }}', text: '{{ data.id }}\nb', subject: '{{ data.order }}', fields };
    expect(applyTemplates(templates, anEvent({ id: 7, order: 'o-1' }), aMessage())).toEqual(
      aMessage({
        title: 'T Job job_abc123 failed',
        text: '7\nb',
        subject: 'flexorch:custom:o-1',
        fields: [{ label: 'Id', value: '7' }],
      }),
    );
  });

  test('keeps its title and subject where theirs come out empty, but not its text and rows', () => {
    const nothing = ' {{ data.nothing }} ';
    const templates = { title: nothing, subject: nothing, text: nothing, fields: [{ label: 'A', value: nothing }] };
    expect(applyTemplates(templates, anEvent(), aMessage())).toEqual(aMessage({ text: '', fields: [] }));
  });

  test('that fails names template, line and column', () => {
    const templates = { fields: [{ label: 'A', value: 'x\n {{ data.long }}' }] };
    expect(() => applyTemplates(templates, anEvent({ long: 'x'.repeat(30_000) }), aMessage())).toThrow(
      'templates.fields.0.value: line 2, column 2: more than 20000 characters',
    );
  });
});

describe('a configuration', () => {
  test('has the templates among its fields rendered, nothing else', () => {
    const config = {
      token: '{{ event.id }}',
      priorities: { high: '{{ event.id }}' },
      fields: {
        customfield_1: '{{ data.team }}/{{ message.title }}',
        customfield_2: '{{ data.none }}',
        plain: 'as it is',
      },
    };
    expect(applyToConfig(MAP, config, anEvent({ team: 'ops' }), aMessage({ title: 'T' }))).toEqual({
      ...config,
      fields: { customfield_1: 'ops/T', plain: 'as it is' },
    });
  });

  test('without such fields stays as it is', () => {
    expect(applyToConfig(MAP, { token: 'x' }, anEvent(), aMessage())).toEqual({ token: 'x' });
  });

  test('is refused where one of them is broken', () => {
    const config = { token: '{{', priorities: { high: '{{' }, fields: { a: 'fine', b: 'x\n{{ y | nope }}' } };
    expect(checkConfigTemplates(MAP, config)).toEqual([
      { field: 'fields.b', line: 2, column: 1, rule: 'undefined filter: nope' },
    ]);
    expect(checkConfigTemplates(MAP, {})).toEqual([]);
  });

  test('that fails names the field', () => {
    const config = { fields: { a: '{{ data.long }}' } };
    expect(() => applyToConfig(MAP, config, anEvent({ long: 'x'.repeat(30_000) }), aMessage())).toThrow(
      'config.fields.a: line 1, column 1: more than 20000 characters',
    );
  });
});
