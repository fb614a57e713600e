// A receiver of Standard Webhooks, without any package: SECRET=whsec_… node standard.mjs
import { createHmac, createPublicKey, timingSafeEqual, verify } from 'node:crypto';
import { createServer } from 'node:http';

const TOLERANCE_SECONDS = 300;
const { SECRET, PORT = '9000' } = process.env;
// An empty key would accept what anybody signs with an empty key.
if (!SECRET) throw new Error('SECRET must be the secret of the endpoint, as it was answered at its creation');

/** Ids of what was handled. In production a unique column, written in the transaction that handles the event. */
const handled = new Set();

async function receive(request, response) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const body = Buffer.concat(chunks);
  if (!verifyStandardWebhook(request.headers, body, SECRET)) {
    response.writeHead(401).end();
    return;
  }
  const id = request.headers['webhook-id'];
  if (!handled.has(id)) {
    handled.add(id);
    console.log(`${id} ${JSON.parse(body.toString()).type}`);
  }
  // A repeat is answered like the first: what matters to the sender is that it has arrived.
  response.writeHead(204).end();
}

/**
 * Whether a request is a webhook for this endpoint, by Standard Webhooks 1.0.0: dialects standard and job-status, and
 * orion. `headers` have names in lower case, as Node gives them; `body` is the raw body, before any JSON parser;
 * `secret` is the endpoint's whsec_… text, or its public key whpk_… where it signs with ed25519.
 */
function verifyStandardWebhook(headers, body, secret, nowSeconds = Date.now() / 1000) {
  const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures } = headers;
  if (!id || !timestamp || !signatures) return false;
  if (!(Math.abs(nowSeconds - Number(timestamp)) <= TOLERANCE_SECONDS)) return false;
  const content = Buffer.concat([Buffer.from(`${id}.${timestamp}.`), Buffer.from(body)]);
  const matches = secret.startsWith('whpk_') ? ed25519Matcher(secret, content) : hmacMatcher(secret, content);
  // Several signatures, separated by spaces: during a rotation one is made with the old secret.
  return signatures.split(' ').some(matches);
}

function hmacMatcher(secret, content) {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const expected = `v1,${createHmac('sha256', key).update(content).digest('base64')}`;
  return (signature) => equal(signature, expected);
}

function ed25519Matcher(publicKey, content) {
  const x = Buffer.from(publicKey.replace(/^whpk_/, ''), 'base64').toString('base64url');
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
  return (signature) =>
    signature.startsWith('v1a,') && verify(null, content, key, Buffer.from(signature.slice(4), 'base64'));
}

/** In constant time for texts of one length; the length is no secret. */
function equal(left, right) {
  const [a, b] = [Buffer.from(left), Buffer.from(right)];
  return a.length === b.length && timingSafeEqual(a, b);
}

const server = createServer((request, response) => {
  receive(request, response).catch(() => response.destroy());
});
server.listen(Number(PORT), '127.0.0.1', () => console.log(`listening on http://127.0.0.1:${server.address().port}/`));
