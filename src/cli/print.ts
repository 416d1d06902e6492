import type { Writable } from 'node:stream';

import { streamSink } from '../io/stream-sink.js';

/**
 * Prints on stdout and waits until it is through.
 *
 * @throws MillraceError `ERR_OUTPUT_UNWRITABLE`, also when the reader has gone.
 */
export async function print(stdout: Writable, text: string): Promise<void> {
  const sink = streamSink(stdout, 'standard output');
  await sink.write(new TextEncoder().encode(text));
  await sink.commit();
}
