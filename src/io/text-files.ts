import { checkAborted } from '../core/abort.js';
import type { FilesChunk, Source, TextFile } from './chunk.js';
import type { FilesInput } from './input.js';
import type { ResolvedSourceOptions } from './source-options.js';

/** Most files in a chunk: opening a file costs as much as scoring a kilobyte or so, whatever its size. */
export const CHUNK_FILES_MAX = 256;

/** Groups text files into chunks of about `chunkBytes`, at most {@link CHUNK_FILES_MAX} files each. */
export function textFilesSource(input: FilesInput, options: ResolvedSourceOptions): Source {
  return {
    async *read(from, signal) {
      for (let at = Math.max(0, from - input.start); at < input.files.length;) {
        checkAborted(signal);
        const chunk = chunkAt(input, at, options.chunkBytes);
        at += chunk.paths.length;
        yield chunk;
      }
    },
  };
}

/** The files from `at` as long as they fit; at least one. */
function chunkAt(input: FilesInput, at: number, chunkBytes: number): FilesChunk {
  const paths: TextFile[] = [];
  let bytes = 0;
  for (const file of input.files.slice(at, at + CHUNK_FILES_MAX)) {
    if (paths.length > 0 && bytes + file.bytes > chunkBytes) break;
    paths.push(file);
    bytes += file.bytes;
  }
  const start = input.start + at;
  const { index, source } = input;
  return { kind: 'files', input: index, source, paths, start, end: start + paths.length, bytes };
}
