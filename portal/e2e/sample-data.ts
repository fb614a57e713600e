import { eventTypeOf } from '../../domain/dialects/catalogues.ts';
import type { Receiver } from '../../test/receiver.ts';
import { expect, type Organization } from './story.ts';

/** Addresses of every view, by what it is called; the organization stands in them where an operator looks. */
export interface Views {
  customer: Record<string, string>;
  operator: Record<string, string>;
}

/** Fills an organization so that every view has something to show: what arrived, what failed, what waits, what is odd. */
export async function fillOrganization(organization: Organization, receiver: Receiver): Promise<Views> {
  receiver.answerWith(({ path }, response) => {
    if (path === '/broken') response.writeHead(500, { 'content-type': 'text/plain' }).end('the database is away');
    else if (path === '/refusing') response.writeHead(403).end();
    else response.end('thanks');
  });
  const at = (path: string) => `${receiver.url}${path}`;
  const orders = await organization.endpoint({
    url: at('orders'),
    description: 'Order service',
    eventTypes: ['order.created', 'order.paid', 'order.shipped'],
    headers: [{ name: 'X-Team', value: 'logistics' }],
  });
  const stock = await organization.endpoint({ url: at('broken'), description: 'Stock keeping' });
  await organization.endpoint({ url: at('refusing'), description: 'Analytics', retryDelaysMs: [] });
  const jobs = await organization.endpoint({ dialect: 'flexorch', url: at('jobs'), description: 'Job runner' });
  await organization.call('POST', `/v1/endpoints/${jobs.id}/disable`);
  for (const type of ['order.created', 'order.paid', 'order.shipped']) {
    const body = {
      description: `Sent when an order was ${type.slice(6)}.`,
      example: { order: 'A-1001', total: 42.5, currency: 'EUR' },
      schema: {
        type: 'object',
        required: ['order'],
        properties: {
          order: { type: 'string', description: 'Number of the order.' },
          total: { type: 'number' },
          currency: { type: 'string' },
        },
      },
    };
    await organization.eventType(type, body);
  }
  for (let number = 1; number <= 4; number++) {
    for (const type of ['order.created', 'order.paid', 'order.shipped']) {
      await organization.publish({ type, data: { order: `A-${1000 + number}`, total: 42.5, currency: 'EUR' } });
    }
  }
  const example = eventTypeOf('flexorch', 'job.completed')?.example ?? {};
  await organization.publish({ dialect: 'flexorch', type: 'job.completed', data: example });
  const source = await organization.call<{ id: string }>('POST', '/v1/sources', {
    dialect: 'fltr',
    name: 'Documents of FLTR',
    secret: 'whsec_of-the-test',
  });
  await organization.link();
  await organization.call('POST', `/v1/organizations/${organization.id}/api-keys`, {
    name: 'Order service',
    scopes: ['publish'],
  });
  const deliveries = (query: string) =>
    organization.call<{ data: { id: string; attemptCount: number }[] }>('GET', `/v1/deliveries?limit=50&${query}`);
  await expect.poll(async () => (await deliveries('status=delivered')).data.length).toBe(12);
  await expect.poll(async () => (await deliveries('status=failed')).data.length).toBe(12);
  await expect
    .poll(async () => (await deliveries(`endpointId=${stock.id}`)).data.filter((one) => one.attemptCount === 1).length)
    .toBe(12);
  const pending = (await deliveries('status=pending')).data[0]?.id ?? '';
  const delivered = (await deliveries('status=delivered')).data[0]?.id ?? '';
  const of = (path: string) => `${path}${path.includes('?') ? '&' : '?'}organization=${organization.id}`;
  return {
    customer: {
      endpoints: '/endpoints',
      endpoint: `/endpoints/${orders.id}`,
      'endpoint-broken': `/endpoints/${stock.id}`,
      'endpoint-kinds': '/endpoints/new',
      'endpoint-new': '/endpoints/new?destination=webhook',
      'endpoint-new-slack': '/endpoints/new?destination=slack',
      'endpoint-edit': `/endpoints/${orders.id}/edit`,
      deliveries: '/deliveries',
      'deliveries-none': '/deliveries?text=nothing-of-this-kind',
      delivery: `/deliveries/${pending}`,
      'delivery-delivered': `/deliveries/${delivered}`,
      test: `/test?endpointId=${orders.id}&type=order.created`,
      catalogue: '/catalogue?dialect=standard&type=order.created',
      'catalogue-schema': '/catalogue?dialect=standard&type=order.created&view=schema',
      'catalogue-receiver': '/catalogue?dialect=standard&type=order.created&view=receiver',
      activity: '/activity',
      'not-found': '/nowhere',
    },
    operator: {
      'operator-overview': '/operator',
      'operator-organizations': '/operator/organizations',
      'operator-schedules': '/operator/schedules',
      'operator-keys': of('/operator/keys'),
      'operator-links': of('/operator/links'),
      'operator-sources': of('/operator/sources'),
      'operator-source': of(`/operator/sources/${source.id}`),
      'operator-validations': of('/operator/validations'),
      'operator-exceptions': of('/operator/exceptions'),
      'operator-delivery': of(`/deliveries/${pending}`),
      'operator-choose': '/deliveries',
    },
  };
}
