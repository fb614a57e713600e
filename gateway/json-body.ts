import { isUtf8 } from 'node:buffer';
import type { FastifyInstance } from 'fastify';

/** Bodies are JSON in UTF-8 or refused: by default Fastify would also take text, which then reaches the schema as a string. */
export function installJsonBody(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  readAsJson(app, 'application/json');
}

/**
 * Reads bodies of a content type as JSON, in `app`'s scope. An empty body counts as none, since clients often send the content
 * type all the same.
 */
export function readAsJson(app: FastifyInstance, contentType: string): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  app.addContentTypeParser(contentType, { parseAs: 'buffer' }, (request, body, done) => {
    const bytes = body as Buffer;
    if (bytes.length === 0) done(null, undefined);
    else if (!isUtf8(bytes)) done(Object.assign(new SyntaxError('not UTF-8'), { statusCode: 400 }), undefined);
    else void parse(request, bytes.toString('utf8'), done);
  });
}
