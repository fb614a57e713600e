import { NativeConnection, type NativeConnectionOptions } from '@temporalio/worker';

/**
 * Connects to Temporal for worker and client. The SDK gives up after 30 s where nothing answers.
 * @throws with address and cause; the SDK's own text is a dump of its inner parts, of which the words of the cause are kept.
 */
export async function connectTemporal(options: NativeConnectionOptions): Promise<NativeConnection> {
  try {
    return await NativeConnection.connect(options);
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    const cause = /(?:message: |error: )"([^"]+)"/.exec(text)?.[1] ?? text;
    throw new Error(`Temporal at ${options.address} cannot be reached: ${cause}`);
  }
}
