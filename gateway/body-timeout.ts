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
 * (`requestTimeout`) is one for the whole server, so that a route for long uploads could not be let out of it. To be installed before
 * all other hooks.
 */
export function installBodyTimeout(app: FastifyInstance, limitMs: number): void {
  const timers = new WeakMap<IncomingMessage, NodeJS.Timeout>();
  // Before the access is decided: requests that are refused without their body being read are to end as well.
  app.addHook('onRequest', ({ raw }, reply, done) => {
    const { headers } = raw;
    if (headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined) {
      const end = () => {
        if (raw.complete || raw.destroyed) return;
        if (reply.raw.headersSent) raw.destroy();
        else app.server.emit('clientError', Object.assign(new Error('request timeout'), { code: TIMEOUT }), raw.socket);
      };
      timers.set(raw, setTimeout(end, limitMs).unref());
    }
    done();
  });
  app.addHook('preValidation', ({ raw, routeOptions }, _reply, done) => {
    if (raw.complete || routeOptions.config.longBody) clearTimeout(timers.get(raw));
    done();
  });
}

/** As Node's own, which Fastify answers with 408. */
const TIMEOUT = 'ERR_HTTP_REQUEST_TIMEOUT';
