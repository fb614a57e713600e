import { describe, expect, test } from 'vitest';
import { adfFaults, summaryFaults, wikiFaults, wikiSequences } from './jira.ts';
import { recordFaults } from './servicenow.ts';

const doc = (...content: object[]) => ({ version: 1, type: 'doc', content });
const paragraph = (...content: object[]) => ({ type: 'paragraph', content });
const text = (value: string, ...marks: object[]) => ({ type: 'text', text: value, marks });
const link = (href: string) => ({ type: 'link', attrs: { href } });

describe('Jira', () => {
  test('takes a document of paragraphs, breaks, marks and lists', () => {
    const list = { type: 'bulletList', content: [{ type: 'listItem', content: [paragraph(text('a'))] }] };
    const first = paragraph(
      text('a', { type: 'strong' }),
      { type: 'hardBreak' },
      text('b', link('https://a.example/')),
    );
    expect(adfFaults(doc(first, list))).toEqual([]);
  });

  test.each([
    ['a string', 'Hi', /expected object/],
    ['no version', { type: 'doc', content: [] }, /\/version\]/],
    ['an empty text', doc(paragraph(text(''))), /must not be empty/],
    ['a line end within a text', doc(paragraph(text('a\nb'))), /no line end/],
    ['code that is strong', doc(paragraph(text('a', { type: 'code' }, { type: 'strong' }))), /code goes with/],
    ['a link that runs script', doc(paragraph(text('a', link('javascript:alert(1)')))), /https or mailto/],
    ['an unknown node', doc({ type: 'banner' }), /\/content\/0\/type\]/],
    ['an unknown field', doc({ ...paragraph(text('a')), colour: 'red' }), /colour/],
    ['a text outside a paragraph', doc(text('a')), /\/content\/0\/type\]/],
    ['an empty list', doc({ type: 'bulletList', content: [] }), /\/content\/0\/content\]/],
    ['a document of more than 32,767 characters', doc(paragraph(text('a'.repeat(32_767)))), /too long/],
    ['half a character', doc(paragraph(text('\ud800'))), /unclean/],
  ])('refuses %s', (_, body, fault) => {
    expect(adfFaults(body).join('\n')).toMatch(fault);
  });

  test.each([
    ['', 'You must specify a summary of the issue.'],
    ['a\nb', 'The summary is invalid because it contains newline characters.'],
    ['a'.repeat(256), 'Summary must be less than 255 characters.'],
  ])('refuses a summary in its own words, case %#', (summary, fault) => {
    expect(summaryFaults(summary)).toEqual([fault]);
  });

  test('of Data Center takes text, and no document', () => {
    expect(wikiFaults('Hi')).toEqual([]);
    expect(wikiFaults(doc())).toEqual(['Operation value must be a string']);
    expect(wikiFaults('a'.repeat(32_768))).toHaveLength(1);
  });

  test('what wiki markup would act upon is listed, escaped or not', () => {
    const active = '[~admin] {code} !x.png! *b* h1 a-b_c \\[x] \\{y} \\*z\\*\nh1. Big\n----';
    expect(wikiSequences(active)).toEqual(['[~admin]', '{code}', '!x.png!', '*b*', '----', 'h1.']);
  });
});

describe('ServiceNow', () => {
  test.each([
    [{ short_description: 'a'.repeat(160), description: 'a\nb', urgency: '1' }, []],
    [{ short_description: 'a'.repeat(161) }, ['short_description must not exceed 160 characters']],
    [{ short_description: 'a\nb' }, ['short_description must be one line']],
    [{ description: 'a'.repeat(4_001) }, ['description must not exceed 4000 characters']],
    [{ work_notes: 'a [CODE]<b>[/code]' }, ['work_notes must not hold [code]']],
    [{ urgency: 1 }, ['urgency must be a string']],
    [{ work_notes: 'a\0' }, ['unclean text [json-pointer:/work_notes]']],
  ])('%j', (record, faults) => {
    expect(recordFaults(record)).toEqual(faults);
  });
});
