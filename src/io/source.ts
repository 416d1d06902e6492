import type { Readable } from 'node:stream';

import { MillraceError } from '../core/errors.js';
import type { Source } from './chunk.js';
import type { Input } from './input.js';
import { jsonlFileSource } from './jsonl-file.js';
import { fileBlockSource, openGzip, openPipe, openReadable, streamSource } from './jsonl-stream.js';
import { resolveSourceOptions, type SourceOptions } from './source-options.js';
import { textFilesSource } from './text-files.js';

export interface OpenSourceOptions extends SourceOptions {
  /** What the input `-` reads; it can be read once. */
  readonly stdin: Readable;
}

/**
 * The source that reads an input. Nothing is opened before its first chunk is asked for.
 *
 * @throws MillraceError `ERR_OPTION_TYPE`, `ERR_OPTION_RANGE`, `ERR_OPTION_UNKNOWN`.
 */
export function openSource(input: Input, options: OpenSourceOptions): Source {
  const { stdin, ...cutting } = options;
  const resolved = resolveSourceOptions(cutting);
  switch (input.kind) {
    case 'jsonl':
      return jsonlFileSource(input, resolved);
    case 'jsonl.gz':
      return streamSource(input, openGzip(input.path, input.source), resolved);
    case 'pipe':
      return streamSource(input, openPipe(input.path, input.source), resolved);
    case 'stdin':
      return streamSource(input, openReadable(stdin, input.source), resolved);
    case 'files':
      return textFilesSource(input, resolved);
  }
}

/**
 * The lines of a file, plain or packed, in blocks for whoever reads them on this thread; text files as `openSource` groups them. To
 * be read before the run reads it: a stream that can be read only once is refused.
 *
 * @throws MillraceError `ERR_USAGE`, and as `openSource`.
 */
export function openLineBlocks(input: Input, options: SourceOptions): Source {
  const resolved = resolveSourceOptions(options);
  switch (input.kind) {
    case 'jsonl':
      return fileBlockSource(input, resolved);
    case 'jsonl.gz':
      return streamSource(input, openGzip(input.path, input.source), resolved);
    case 'pipe':
    case 'stdin':
      throw new MillraceError('ERR_USAGE', `input ${input.source} must be a file, which can be read twice`);
    case 'files':
      return textFilesSource(input, resolved);
  }
}
