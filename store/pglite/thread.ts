import { parentPort, workerData } from 'node:worker_threads';
import { PGlite, types } from '@electric-sql/pglite';
import type { PgliteFault, PgliteRequest, PgliteResponse } from './protocol.ts';

// Runs PGlite off the main thread: in-process it never yields to the event loop while queries follow each other,
// so HTTP and timers would starve. Parsers are functions and cannot cross threads, so they are set here:
// drizzle expects times as text.
const asText = (value: string) => value;
const port = parentPort;
if (!port) throw new Error('store/pglite/thread.ts runs as a worker thread only');

const { dataDir } = workerData as { dataDir: string | null };
const opened = open();

async function open(): Promise<PGlite> {
  const database = await PGlite.create({
    ...(dataDir ? { dataDir } : {}),
    // A quarter of the default: the operating system caches the files anyway, and the whole is to stay small.
    startParams: [...PGlite.defaultStartParams, '-c', 'shared_buffers=32MB'],
    parsers: {
      [types.TIMESTAMP]: asText,
      [types.TIMESTAMPTZ]: asText,
      [types.DATE]: asText,
      [types.INTERVAL]: asText,
      // A copy of its own: a message carries the whole buffer that a view lies in, and small ones lie in a common one.
      [types.BYTEA]: (text: string) => new Uint8Array(Buffer.from(text.slice(2), 'hex')),
    },
    // PGlite's own go byte by byte: 200 ms for a chunk of a dataset.
    serializers: {
      [types.BYTEA]: (bytes: Uint8Array) =>
        `\\x${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex')}`,
    },
  });
  // Without fresh statistics the planner takes full scans for batches of keys: 90 ms instead of 2 for a finish of 100.
  await database.exec('set enable_seqscan = off');
  return database;
}

async function answer(request: PgliteRequest): Promise<PgliteResponse> {
  try {
    const database = await opened;
    if (request.method === 'close') {
      await database.close();
      return { id: request.id, ok: true, rows: [], affectedRows: 0 };
    }
    if (request.method === 'exec') {
      await database.exec(request.sql);
      return { id: request.id, ok: true, rows: [], affectedRows: 0 };
    }
    const result = await database.query(request.sql, request.params, { rowMode: request.rowMode });
    return { id: request.id, ok: true, rows: result.rows, affectedRows: result.affectedRows ?? 0 };
  } catch (error) {
    return { id: request.id, ok: false, fault: toFault(error) };
  }
}

function toFault(error: unknown): PgliteFault {
  const { message, code, detail, constraint, table } = error as PgliteFault;
  return {
    message: String(message ?? error),
    ...(code ? { code } : {}),
    ...(detail ? { detail } : {}),
    ...(constraint ? { constraint } : {}),
    ...(table ? { table } : {}),
  };
}

port.on('message', (request: PgliteRequest) => {
  void answer(request).then((response) => port.postMessage(response));
});
