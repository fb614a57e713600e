// A receiver of webhooks that are signed in hex, without any package: SECRET=… node hex.mjs
import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';

const SIGNATURE_HEADER = 'X-FLTR-Signature';
const { SECRET, PORT = '9000' } = process.env;
// An empty key would accept what anybody signs with an empty key.
if (!SECRET) throw new Error('SECRET must be the secret of the endpoint, as it was answered at its creation');

async function receive(request, response) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const body = Buffer.concat(chunks);
  const signature = request.headers[SIGNATURE_HEADER.toLowerCase()] ?? '';
  if (!verifyHexSignature(signature, body, SECRET)) {
    response.writeHead(401).end();
    return;
  }
  // The signature has no time in it: remember ids that were handled, and answer a repeat like the first.
  console.log(JSON.parse(body.toString()).event);
  response.writeHead(204).end();
}

/** Whether `signature` is that of the raw body. The key is the secret's whole text, a whsec_ in front included. */
function verifyHexSignature(signature, body, secret) {
  const expected = createHmac('sha256', secret).update(body).digest('hex');
  return equal(signature.replace(/^sha256=/, ''), expected);
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
