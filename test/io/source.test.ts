// Proves that every kind of input finds the source that reads it.
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';

import { expect, test } from 'vitest';

import { resolveInputs } from '../../src/io/inputs.js';
import { openSource } from '../../src/io/source.js';
import { readAll, textOf } from './collect.js';
import { tempFolder, writeFiles } from './temp-folder.js';

const cwd = tempFolder();

test('files, streams and lists of files', async () => {
  writeFiles(cwd, { 'a.jsonl': '{}\n', 'b.jsonl.gz': gzipSync('{"b":1}\n'), 'c.txt': 'c' });
  const { inputs } = await resolveInputs(['a.jsonl', 'b.jsonl.gz', '-', 'c.txt'], { cwd });
  const found: unknown[] = [];
  for (const input of inputs) {
    const { chunks, error } = await readAll(openSource(input, { stdin: Readable.from([Buffer.from('{"s":1}\n')]) }));
    expect(error).toBeUndefined();
    found.push(...chunks.map((chunk) => [chunk.kind, chunk.input, chunk.source, textOf([chunk])]));
  }
  expect(found).toEqual([
    ['range', 0, 'a.jsonl', ''],
    ['block', 1, 'b.jsonl.gz', '{"b":1}\n'],
    ['block', 2, '-', '{"s":1}\n'],
    ['files', 3, 'c.txt', ''],
  ]);
});

test('options are checked before anything is opened', async () => {
  const { inputs } = await resolveInputs([join(import.meta.dirname, 'source.test.ts')]);
  const [input] = inputs;
  if (input === undefined) throw new Error('expected an input');
  expect(() => openSource(input, { stdin: process.stdin, chunkBytes: -1 })).toThrow('source.chunkBytes');
});
