// Proves that the ranges of a file cover it once, from the beginning and from where an earlier run stopped.
import { describe, expect, test } from 'vitest';

import type { JsonLinesInput } from '../../src/io/input.js';
import { jsonlFileSource } from '../../src/io/jsonl-file.js';
import { resolveSourceOptions } from '../../src/io/source-options.js';
import { readAll } from './collect.js';

function source(bytes: number) {
  const identity = { source: 'a.jsonl', kind: 'jsonl', bytes, mtimeMs: 0, digest: null } as const;
  const input: JsonLinesInput = { kind: 'jsonl', index: 3, source: 'a.jsonl', path: '/data/a.jsonl', bytes, identity };
  return jsonlFileSource(input, resolveSourceOptions({ chunkBytes: 100 }));
}

async function ranges(bytes: number, from = 0): Promise<number[][]> {
  const { chunks } = await readAll(source(bytes), from);
  return chunks.map(({ start, end }) => [start, end]);
}

test('a chunk says all that a worker needs', async () => {
  const { chunks } = await readAll(source(150));
  const place = { kind: 'range', input: 3, source: 'a.jsonl', path: '/data/a.jsonl' };
  expect(chunks).toEqual([
    { ...place, start: 0, end: 100, bytes: 100 },
    { ...place, start: 100, end: 150, bytes: 50 },
  ]);
});

describe('ranges', () => {
  test.each([
    [0, []],
    [1, [[0, 1]]],
    [100, [[0, 100]]],
    [
      101,
      [
        [0, 100],
        [100, 101],
      ],
    ],
  ])('of %i bytes', async (bytes, expected) => {
    expect(await ranges(bytes)).toEqual(expected);
  });

  test('from where an earlier run stopped', async () => {
    expect(await ranges(250, 100)).toEqual([
      [100, 200],
      [200, 250],
    ]);
    expect(await ranges(250, 250)).toEqual([]);
  });
});

test('aborted: before, and between two chunks', async () => {
  expect(await readAll(source(500), 0, AbortSignal.abort())).toMatchObject({
    chunks: [],
    error: { code: 'ERR_ABORTED' },
  });
  const controller = new AbortController();
  let taken = 0;
  const run = async (): Promise<void> => {
    for await (const chunk of source(500).read(0, controller.signal)) {
      taken += chunk.bytes;
      controller.abort();
    }
  };
  await expect(run()).rejects.toMatchObject({ code: 'ERR_ABORTED' });
  expect(taken).toBe(100);
});
