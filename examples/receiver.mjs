// A receiver of Standard Webhooks, without any package: SECRET=whsec_… node examples/receiver.mjs
import { createServer } from 'node:http';
import { verifyStandardWebhook } from './verify.mjs';

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

const server = createServer((request, response) => {
  receive(request, response).catch(() => response.destroy());
});
server.listen(Number(PORT), '127.0.0.1', () => console.log(`listening on http://127.0.0.1:${server.address().port}/`));
