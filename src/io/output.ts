import type { Writable } from 'node:stream';

import { openFileSink, type FileSinkOptions } from './file-sink.js';
import { gzipSink } from './gzip.js';
import type { Sink } from './sink.js';
import { streamSink } from './stream-sink.js';

export interface OpenSinkOptions extends FileSinkOptions {
  /** What the output `-` writes to. */
  readonly stdout: Writable;
}

/**
 * The sink of an output as its user wrote it: `-` for standard output, or a path, whose ending `.gz` compresses.
 *
 * @throws MillraceError `ERR_OUTPUT_UNWRITABLE` naming the output and the reason.
 */
export async function openSink(output: string, options: OpenSinkOptions): Promise<Sink> {
  if (output === '-') return streamSink(options.stdout, 'standard output', options);
  return openPathSink(output, options);
}

/** As {@link openSink}, for an output that is a path. */
export async function openPathSink(path: string, options: FileSinkOptions): Promise<Sink> {
  const file = await openFileSink(path, options);
  return path.toLowerCase().endsWith('.gz') ? gzipSink(file) : file;
}
