import type { IncomingMessage } from 'node:http';
import type { FastifyInstance } from 'fastify';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** `true`: the body may take its time; the route itself watches over it (`receiveBody`). */
    longBody?: boolean;
  }
}

/**
 * A body must have arrived `limitMs` after the headers: slow senders must not hold connections. Node's own limit
 * (`requestTimeout`) is one for the whole server, so that a route for long uploads could not be let out of it.
 */
export function installBodyTimeout(app: FastifyInstance, limitMs: number): void {
  const timers = new WeakMap<IncomingMessage, NodeJS.Timeout>();
  // Before routing: requests that are refused without their body being read are to end as well.
  app.server.prependListener('request', (request, response) => {
    const { headers } = request;
    if (headers['content-length'] === undefined && headers['transfer-encoding'] === undefined) return;
    const timer = setTimeout(() => {
      if (request.complete || request.destroyed) return;
      if (response.headersSent) request.destroy();
      else
        app.server.emit('clientError', Object.assign(new Error('request timeout'), { code: TIMEOUT }), request.socket);
    }, limitMs);
    timers.set(request, timer.unref());
  });
  app.addHook('preValidation', async (request) => {
    if (request.raw.complete || request.routeOptions.config.longBody) clearTimeout(timers.get(request.raw));
  });
}

/** As Node's own, which Fastify answers with 408. */
const TIMEOUT = 'ERR_HTTP_REQUEST_TIMEOUT';
