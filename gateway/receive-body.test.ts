import { once } from 'node:events';
import { PassThrough, Readable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { Problem } from './errors.ts';
import { discardBody, receiveBody } from './receive-body.ts';

describe('a body in pieces', () => {
  test('is handed on piece by piece, to its end', async () => {
    const pieces: string[] = [];
    for await (const piece of receiveBody(Readable.from([Buffer.from('a'), Buffer.from('b')]))) {
      pieces.push(Buffer.from(piece).toString());
    }
    expect(pieces).toEqual(['a', 'b']);
  });

  test.each([
    ['whose sender is gone', (body: PassThrough) => body.destroy(new Error('ECONNRESET'))],
    ['that ends too early', (body: PassThrough) => body.destroy()],
    ['whose sender is silent', () => undefined],
  ])('%s breaks off with a problem', async (_name, end) => {
    const body = new PassThrough();
    body.write('a');
    const pieces = receiveBody(body, 50);
    expect((await pieces.next()).value).toEqual(Buffer.from('a'));
    const next = pieces.next();
    end(body);
    await expect(next).rejects.toThrow(Problem);
    await expect(next).rejects.toMatchObject({ code: 'bad_request' });
    expect(body.destroyed).toBe(true);
  });

  test('that is not wanted any more stays open, and its rest is thrown away', async () => {
    const body = new PassThrough();
    body.write('a');
    for await (const _ of receiveBody(body)) break;
    expect(body.destroyed).toBe(false);
    discardBody(body);
    body.end(Buffer.alloc(1_000_000));
    await once(body, 'end');
  });

  test('is not thrown away for ever', async () => {
    let sent = 0;
    const body = Readable.from(
      (async function* () {
        for (; ; sent++) yield Buffer.alloc(1024 * 1024);
      })(),
    );
    discardBody(body);
    await once(body, 'close');
    expect(sent).toBeLessThan(100);
  });
});
