// Proves how text files are grouped: by bytes, by number, and the same again from every chunk's end.
import { expect, test } from 'vitest';

import type { Chunk, TextFile } from '../../src/io/chunk.js';
import type { FilesInput } from '../../src/io/input.js';
import { resolveSourceOptions } from '../../src/io/source-options.js';
import { CHUNK_FILES_MAX, textFilesSource } from '../../src/io/text-files.js';
import { readAll } from './collect.js';

function source(sizes: readonly number[], start = 0) {
  const files: TextFile[] = sizes.map((bytes, at) => ({ path: `/t/${at}.txt`, id: `t/${at}.txt`, bytes }));
  const bytes = sizes.reduce((sum, size) => sum + size, 0);
  const identity = { source: 't', kind: 'files', bytes, mtimeMs: 0, digest: '' } as const;
  const input: FilesInput = { kind: 'files', index: 1, source: 't', files, start, bytes, identity };
  return textFilesSource(input, resolveSourceOptions({ chunkBytes: 100 }));
}

const sizes = (chunk: Chunk): number[] => (chunk.kind === 'files' ? chunk.paths.map((file) => file.bytes) : []);

test('files fill a chunk up to chunkBytes; a large file is a chunk alone', async () => {
  const { chunks } = await readAll(source([40, 40, 40, 500, 0, 100, 1]));
  expect(chunks.map(sizes)).toEqual([[40, 40], [40], [500], [0, 100], [1]]);
  expect(chunks.map((chunk) => chunk.bytes)).toEqual([80, 40, 500, 100, 1]);
});

test('ordinals count the text files of all inputs', async () => {
  const { chunks } = await readAll(source([60, 60, 60], 7));
  expect(chunks.map(({ start, end }) => [start, end])).toEqual([
    [7, 8],
    [8, 9],
    [9, 10],
  ]);
});

test('no chunk has more than 256 files', async () => {
  const { chunks } = await readAll(source(new Array<number>(CHUNK_FILES_MAX * 2 + 1).fill(0)));
  expect(chunks.map((chunk) => sizes(chunk).length)).toEqual([256, 256, 1]);
});

test('from the end of any chunk come the chunks behind it', async () => {
  const all = source([40, 40, 40, 500, 0, 100, 1], 20);
  const { chunks } = await readAll(all);
  for (const [index, { end }] of chunks.entries()) {
    expect((await readAll(all, end)).chunks).toEqual(chunks.slice(index + 1));
  }
});

test('aborted', async () => {
  expect(await readAll(source([1]), 0, AbortSignal.abort())).toMatchObject({ error: { code: 'ERR_ABORTED' } });
});
