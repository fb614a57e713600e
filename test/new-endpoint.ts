import type { NewEndpoint } from '../store/endpoints.ts';

/** The secret of endpoints made here. */
export const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

/** An endpoint as it is created in tests: dialect `standard`, every event type, no settings of its own but `changes`. */
export function aNewEndpoint(changes: Partial<NewEndpoint> = {}): NewEndpoint {
  return {
    dialect: 'standard',
    destination: 'webhook',
    config: { plain: {}, secret: {} },
    url: 'https://hooks.example.com/in',
    description: '',
    eventTypes: null,
    presenceName: null,
    userId: null,
    filter: null,
    templates: null,
    options: {},
    retryDelaysMs: null,
    timeoutMs: null,
    maxConcurrency: null,
    acknowledge: null,
    ratePerSecond: null,
    maxPerHour: null,
    alertFailureShare: null,
    disableFailureShare: null,
    headers: [],
    basicAuth: null,
    secret: { scheme: 'hmac', value: SECRET },
    disabledReason: null,
    ...changes,
  };
}
