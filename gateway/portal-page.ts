import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import type { GatewayDependencies } from './dependencies.ts';
import { type ContentCoding, type PortalFile, PRECOMPRESSED } from './portal-bundle.ts';

const YEAR_SECONDS = 31_536_000;

/** Answered to people who open the portal of a Waybill that has none. */
const NOT_BUILT = `<!doctype html>
<html lang="en">
<title>The portal is not built</title>
<h1>The portal is not built</h1>
<p>Waybill runs, but the portal's page could not be built at its start. Whoever operates it finds the reason in what
<code>npm run portal:build</code> prints, and starts Waybill again afterwards.</p>
<p>The API works all the same; its reference is at <a href="/docs">/docs</a>.</p>
</html>
`;

type PageDependencies = Pick<GatewayDependencies, 'portalBundle' | 'portalFrameAncestors'>;

/**
 * The portal's page below `/portal`. Every address below it that names no file is one of the page's own views, and gets the page;
 * but not what lies below `/portal/api` or `/portal/assets`: there an unknown address is a 404.
 */
export function portalPageRoutes({ portalBundle, portalFrameAncestors }: PageDependencies): FastifyPluginAsync {
  const serve = (request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const page = portalBundle?.get('index.html');
    const path = (request.params as { '*'?: string })['*'] ?? '';
    if (/^api(\/|$)/.test(path)) return notFound(reply);
    reply.header('content-security-policy', policyFor(portalFrameAncestors));
    if (!portalBundle || !page) return reply.code(503).type('text/html; charset=utf-8').send(NOT_BUILT);
    const file = portalBundle.get(path);
    if (file) return sendFile(request, reply, file);
    return path.startsWith('assets/') ? notFound(reply) : sendFile(request, reply, page);
  };

  return async (app) => {
    for (const url of ['/portal', '/portal/*']) {
      app.get(url, { config: { access: 'public' }, schema: { hide: true } }, serve);
    }
  };
}

function notFound(reply: FastifyReply): FastifyReply {
  reply.callNotFound();
  return reply;
}

function sendFile(request: FastifyRequest, reply: FastifyReply, file: PortalFile): FastifyReply {
  const coding = codingFor(request.headers['accept-encoding'], file);
  // Bytes differ by coding, and so must what names them.
  const etag = `"${file.hash}${coding === undefined ? '' : `-${coding}`}"`;
  reply
    .header('etag', etag)
    .header('vary', 'accept-encoding')
    .header('cache-control', file.immutable ? `public, max-age=${YEAR_SECONDS}, immutable` : 'no-cache');
  if (holds(request.headers['if-none-match'], etag)) return reply.code(304).send();
  if (coding !== undefined) reply.header('content-encoding', coding);
  return reply.type(file.contentType).send(coding === undefined ? file.body : file.compressed[coding]);
}

/** The best coding that the file has and the browser takes; one that is given a weight of 0 is not taken (RFC 9110, section 12.5.3). */
function codingFor(accepted: string | undefined, file: PortalFile): ContentCoding | undefined {
  const taken = new Set<string>();
  for (const part of (accepted ?? '').toLowerCase().split(',')) {
    const [name = '', weight = ''] = part.split(';').map((text) => text.trim());
    if (!/^q=0(\.0*)?$/.test(weight)) taken.add(name);
  }
  return PRECOMPRESSED.map(([coding]) => coding).find((coding) => taken.has(coding) && file.compressed[coding]);
}

/** Whether `If-None-Match` names the tag; weak and strong ones are equal here (RFC 9110, section 13.1.2). */
function holds(ifNoneMatch: string | undefined, etag: string): boolean {
  return (ifNoneMatch ?? '').split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag);
}

/** Scripts and styles from here only, none inline; in frames only of the origins that the installation names. */
function policyFor(frameAncestors: readonly string[]): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "connect-src 'self'",
    `frame-ancestors ${frameAncestors.length === 0 ? "'none'" : frameAncestors.join(' ')}`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
}
