// A receiver that knows the sender by a header of its own, without any package: SECRET=… node header.mjs
import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';

const SECRET_HEADER = 'X-Webhook-Secret';
const { SECRET, PORT = '9000' } = process.env;
// An empty value would accept what anybody sends.
if (!SECRET) throw new Error(`SECRET must be the value that the endpoint sends in ${SECRET_HEADER}`);

async function receive(request, response) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  if (!equal(request.headers[SECRET_HEADER.toLowerCase()] ?? '', SECRET)) {
    response.writeHead(401).end();
    return;
  }
  // Remember ids that were handled, and answer a repeat like the first.
  const { id, event } = JSON.parse(Buffer.concat(chunks).toString());
  console.log(`${id} ${event}`);
  response.writeHead(204).end();
}

/** In constant time for texts of any length. */
function equal(left, right) {
  const [a, b] = [left, right].map((text) => createHash('sha256').update(text).digest());
  return timingSafeEqual(a, b);
}

const server = createServer((request, response) => {
  receive(request, response).catch(() => response.destroy());
});
server.listen(Number(PORT), '127.0.0.1', () => console.log(`listening on http://127.0.0.1:${server.address().port}/`));
