import type { TestGateway } from '../../gateway/testing/test-gateway.ts';
import type { TestServer } from './trigger-node.ts';

/** A real gateway as a server. */
export function waybillServer({ app }: TestGateway): TestServer {
  return async ({ method, url, headers, body }) => {
    const response = await app.inject({
      method: method as 'GET',
      url: `${url.pathname}${url.search}`,
      headers,
      ...(body !== undefined && { payload: body }),
    });
    const text = response.body;
    return { statusCode: response.statusCode, headers: response.headers, body: text === '' ? '' : JSON.parse(text) };
  };
}
