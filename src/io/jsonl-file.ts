import { checkAborted } from '../core/abort.js';
import type { RangeChunk, Source } from './chunk.js';
import type { JsonLinesInput } from './input.js';
import type { ResolvedSourceOptions } from './source-options.js';

/**
 * Byte ranges of an uncompressed JSON Lines file. Pure arithmetic on the size that the file had when the inputs were
 * resolved: lines added since then are not part of the run.
 */
export function jsonlFileSource(input: JsonLinesInput, options: ResolvedSourceOptions): Source {
  const { index, source, path } = input;
  return {
    async *read(from, signal) {
      for (let start = from; start < input.bytes; start += options.chunkBytes) {
        checkAborted(signal);
        const end = Math.min(start + options.chunkBytes, input.bytes);
        const chunk: RangeChunk = {
          kind: 'range',
          input: index,
          source,
          path,
          start,
          end,
          bytes: end - start,
        };
        yield chunk;
      }
    },
  };
}
