import { describe, expect, it } from 'vitest';
import { SLACK_FIELDS } from '../../../../../domain/destinations/slack/config.ts';
import type { Schema } from '../../../api/client.ts';
import { type DestinationField, emptyForm, FormFault, formOf, newEndpointOf, patchOf } from './form-model.ts';

const SLACK = SLACK_FIELDS as unknown as DestinationField[];
const MASK = '••••';

function saved(change: Partial<Schema<'Endpoint'>> = {}): Schema<'Endpoint'> {
  return {
    id: 'ep_1',
    url: 'https://example.com/in',
    dialect: 'standard',
    destination: 'webhook',
    config: {},
    description: 'Orders',
    eventTypes: ['order.*'],
    presenceName: null,
    userId: null,
    filter: null,
    templates: null,
    options: {},
    headers: [{ name: 'X-Team', value: MASK }],
    basicAuth: { username: 'crm', password: MASK },
    retryDelaysMs: [500, 5_400_000],
    timeoutMs: 2_500,
    maxConcurrency: null,
    acknowledge: null,
    ratePerSecond: 5,
    maxPerHour: null,
    alertFailureShare: null,
    disableFailureShare: null,
    disabled: false,
    disabledAt: null,
    disabledReason: null,
    pausedAt: null,
    pausedReason: null,
    version: 1,
    createdAt: '2026-11-21T09:30:00.000Z',
    updatedAt: '2026-11-21T09:30:00.000Z',
    ...change,
  } as Schema<'Endpoint'>;
}

describe('the form of a new endpoint', () => {
  it('leaves to the dialect what was not filled in', () => {
    expect(newEndpointOf({ ...emptyForm('webhook', 'fltr'), url: ' https://example.com/in ' }, [])).toEqual({
      destination: 'webhook',
      dialect: 'fltr',
      url: 'https://example.com/in',
      description: '',
      eventTypes: null,
      filter: null,
      retryDelaysMs: null,
      headers: [],
      basicAuth: null,
    });
  });

  it('sends what was filled in', () => {
    const form = {
      ...emptyForm('webhook', 'standard'),
      url: 'https://example.com/in',
      headers: [
        { name: 'X-Key', value: 'k' },
        { name: '', value: '' },
      ],
      retryDelays: '5 s, 1 h 30 min,2d',
      timeoutSeconds: '2.5',
      maxPerHour: '100',
      secret: ' whsec_x ',
    };
    expect(newEndpointOf(form, [])).toMatchObject({
      headers: [{ name: 'X-Key', value: 'k' }],
      retryDelaysMs: [5_000, 5_400_000, 172_800_000],
      timeoutMs: 2_500,
      maxPerHour: 100,
      secret: 'whsec_x',
    });
  });

  it('holds only the fields that are asked for, by what others say', () => {
    const form = {
      ...emptyForm('slack', 'standard'),
      config: { via: 'bot', webhookUrl: 'https://hooks.slack.com/x', botToken: 'xoxb-1', channel: ' C1 ' },
    };
    expect(newEndpointOf(form, SLACK)).toMatchObject({ config: { via: 'bot', botToken: 'xoxb-1', channel: 'C1' } });
    expect(newEndpointOf(form, SLACK).config).not.toHaveProperty('webhookUrl');
    expect(newEndpointOf(form, SLACK)).not.toHaveProperty('headers');
  });

  it.each([
    ['url', { url: '' }],
    ['eventTypes', { eventTypes: [] }],
    ['retryDelaysMs', { retryDelays: '5 s, soon' }],
    ['retryDelaysMs', { retryDelays: '5 s x' }],
    ['timeoutMs', { timeoutSeconds: '31' }],
    ['ratePerSecond', { ratePerSecond: 'many' }],
    ['maxConcurrency', { maxConcurrency: '0' }],
  ])('is refused at %s', (field, change) => {
    const form = { ...emptyForm('webhook', 'standard'), url: 'https://example.com/in', ...change };
    expect(() => newEndpointOf(form, [])).toThrow(expect.objectContaining({ field }) as FormFault);
  });
});

describe('the form of a saved endpoint', () => {
  it('unchanged changes nothing', () => {
    const endpoint = saved();
    const patch = patchOf(formOf(endpoint, []), []);
    for (const [name, value] of Object.entries(patch)) expect([name, value]).toEqual([name, endpoint[name as never]]);
    expect(Object.keys(patch)).toHaveLength(11);
  });

  it('tells never from as usual', () => {
    expect(patchOf(formOf(saved({ retryDelaysMs: [] }), []), []).retryDelaysMs).toEqual([]);
    expect(patchOf(formOf(saved({ retryDelaysMs: null }), []), []).retryDelaysMs).toBeNull();
  });

  it('keeps masked secrets and takes away what is not asked for any more', () => {
    const endpoint = saved({ destination: 'slack', config: { via: 'webhook', webhookUrl: MASK } });
    const form = formOf(endpoint, SLACK);
    expect(patchOf(form, SLACK).config).toMatchObject({ via: 'webhook', webhookUrl: MASK, botToken: null });
    const changed = { ...form, config: { ...form.config, via: 'bot', botToken: 'xoxb-1', channel: 'C1' } };
    expect(patchOf(changed, SLACK).config).toMatchObject({ via: 'bot', webhookUrl: null, botToken: 'xoxb-1' });
  });
});

it('a fault of the form names its field', () => {
  expect(new FormFault('url', 'is missing')).toMatchObject({ field: 'url', message: 'is missing' });
});
