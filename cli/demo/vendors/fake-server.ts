import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { Scripted, VendorFake, VendorRequest } from './vendor-fake.ts';

/** What a fake answers; a body that is no text is sent as JSON. */
export interface FakeAnswer {
  status: number;
  headers?: Record<string, string>;
  body?: string | object;
}

/** The part of a fake that all vendors share: a server on a free port that keeps requests and plays scripted answers. */
export type FakeServer = Pick<VendorFake, 'url' | 'requests' | 'script' | 'close'>;

/** Starts listening; `work` does what a request asks and answers it, unless a script says otherwise. */
export async function startFakeServer(work: (request: VendorRequest) => FakeAnswer): Promise<FakeServer> {
  const requests: VendorRequest[] = [];
  const scripts: { answer: Scripted; only: (request: VendorRequest) => boolean }[] = [];
  const scriptedFor = (request: VendorRequest): Scripted | undefined => {
    const index = scripts.findIndex(({ only }) => only(request));
    return index < 0 ? undefined : scripts.splice(index, 1)[0]?.answer;
  };
  const server = createServer(async (incoming, response) => {
    const request: VendorRequest = {
      method: incoming.method ?? '',
      path: incoming.url ?? '',
      headers: Object.fromEntries(Object.entries(incoming.headers).map(([name, value]) => [name, String(value)])),
      body: await text(incoming),
    };
    requests.push(request);
    const scripted = scriptedFor(request);
    if (scripted === 'hang') return;
    const worked = typeof scripted === 'object' && !scripted.done ? undefined : work(request);
    const answer = typeof scripted === 'object' ? scripted : worked;
    if (scripted === 'lost') response.socket?.destroy();
    else if (answer) send(response, answer);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    script: (answers, only = () => true) => void scripts.push(...answers.map((answer) => ({ answer, only }))),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function send(response: ServerResponse, { status, headers = {}, body = '' }: FakeAnswer): void {
  const type = typeof body === 'string' ? {} : { 'content-type': 'application/json' };
  response.writeHead(status, { ...type, ...headers }).end(typeof body === 'string' ? body : JSON.stringify(body));
}
