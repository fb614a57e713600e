import { once } from 'node:events';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import fastify, { type FastifyInstance } from 'fastify';
import { afterEach, describe, expect, test } from 'vitest';
import { installBodyTimeout } from './body-timeout.ts';

let app: FastifyInstance;
afterEach(() => app.close());

/** A server that gives bodies `limitMs`, and how to speak to it byte by byte. */
async function aServer(limitMs: number) {
  app = fastify({ forceCloseConnections: true });
  installBodyTimeout(app, limitMs);
  app.post('/short', async () => 'taken');
  app.post('/refused', { onRequest: async (_request, reply) => reply.code(401).send('no') }, async () => 'taken');
  app.register(async (scope) => {
    scope.addContentTypeParser('text/lines', (_request, body, done) => done(null, body));
    scope.post('/long', { config: { longBody: true } }, async ({ body }) => text(body as Socket));
  });
  await app.listen({ port: 0 });
  const { port } = app.server.address() as AddressInfo;
  return async (path: string, type = 'application/json') => {
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    const answer = text(socket);
    socket.write(
      `POST ${path} HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-type: ${type}\r\ncontent-length: 4\r\n\r\n"a`,
    );
    return { socket, answer };
  };
}

describe('a body that does not arrive in time', () => {
  test('is answered with 408 and the end of the connection', async () => {
    const post = await aServer(20);
    expect(await (await post('/short')).answer).toMatch(/^HTTP\/1\.1 408 /);
  });

  test('ends the connection also where it was refused before it came', async () => {
    const post = await aServer(20);
    const { socket, answer } = await post('/refused');
    expect(await answer).toMatch(/^HTTP\/1\.1 401 /);
    await (socket.closed || once(socket, 'close'));
  });

  test('ends nothing once it is there', async () => {
    const post = await aServer(60_000);
    const { socket, answer } = await post('/short');
    socket.write('b"');
    expect(await answer).toMatch(/^HTTP\/1\.1 200 .*taken$/s);
  });

  test('may take longer where the route says so', async () => {
    const post = await aServer(20);
    const long = await post('/long', 'text/lines');
    // By now the limit has passed for the first as well.
    await (await post('/short')).answer;
    await (await post('/short')).answer;
    long.socket.write('b"');
    expect(await long.answer).toMatch(/^HTTP\/1\.1 200 .*"ab"$/s);
  });
});
