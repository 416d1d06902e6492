/**
 * Proves that documents which are read in any order are those that are read from the first to the last: of generated inputs of every
 * kind, whole and broken off, in blocks of any size; and that an input which was changed in between is noticed.
 */
import { writeFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readRows } from '../../../src/engine/dependencies/read-rows.js';
import { BlockReader } from '../../../src/engine/refine-files/block-reader.js';
import {
  readDocuments,
  type InputDocument,
  type ReadDocumentsOptions,
} from '../../../src/engine/refine-files/read-documents.js';
import { lineBytesMaxOf } from '../../../src/engine/score-files/score-files.js';
import type { Input } from '../../../src/io/input.js';
import { resolveInputs } from '../../../src/io/inputs.js';
import { jsonLinesFile } from '../../support/json-files.js';
import { errorOf } from '../../support/outcomes.js';
import { Scratch, jsonLines } from '../../support/scratch.js';

const scratch = new Scratch();

function optionsOf(blockBytes: number): ReadDocumentsOptions & { readonly blockBytes: number } {
  const maxBytes = 1_000_000;
  const fields = { textField: 'text', idField: 'id', maxBytes, lineBytesMax: lineBytesMaxOf(maxBytes) };
  return { ...fields, stdin: Readable.from([]), signal: new AbortController().signal, blockBytes };
}

async function readerOf(inputs: readonly Input[], blockBytes: number) {
  const options = optionsOf(blockBytes);
  const { signal } = options;
  const table = await readRows(inputs, { field: 'parts', settings: options, blockBytes, hasBreaks: true, signal });
  return { table, reader: new BlockReader(table, inputs, options) };
}

async function inOrder(inputs: readonly Input[], blockBytes: number): Promise<InputDocument[]> {
  const documents: InputDocument[] = [];
  for await (const batch of readDocuments(inputs, optionsOf(blockBytes))) documents.push(...batch.documents);
  return documents;
}

const lines = fc.record({ kind: fc.constantFrom('.jsonl', '.jsonl.gz'), content: jsonLinesFile() });
const file = fc.record({ kind: fc.constantFrom('.txt', '.md.gz'), content: fc.uint8Array({ maxLength: 60 }) });
const share = fc.oneof(fc.constant(1), fc.double({ min: 0, max: 1, noNaN: true }));

function write(kind: string, content: Uint8Array, left: number): string {
  const path = scratch.fresh(kind);
  const isPacked = kind.endsWith('.gz');
  const packed = isPacked ? gzipSync(content) : content;
  writeFileSync(path, isPacked ? packed.subarray(0, Math.ceil(packed.length * left)) : packed);
  return path;
}

describe('documents read in any order', () => {
  it('are those that are read from the first to the last', async () => {
    const made = fc.array(fc.tuple(fc.oneof(lines, file), share), { minLength: 1, maxLength: 12 });
    const seen = { documents: 0, letters: 0 };
    await fc.assert(
      fc.asyncProperty(
        made,
        fc.integer({ min: 1, max: 2000 }),
        fc.infiniteStream(fc.nat()),
        async (all, bytes, picks) => {
          const paths = all.map(([{ kind, content }, left]) => write(kind, content, left));
          const { inputs } = await resolveInputs(paths);
          const expected = await inOrder(inputs, bytes);
          const { table, reader } = await readerOf(inputs, bytes);
          expect(table.rows).toBe(expected.length);
          for (const pick of expected.length === 0 ? [] : picks.take(30)) {
            const ordinal = pick % expected.length;
            expect(await reader.document(ordinal)).toEqual(expected[ordinal]);
          }
          await reader.close();
          seen.documents += expected.length;
          seen.letters += expected.filter(({ kind }) => kind === 'dead-letter').length;
        },
      ),
      { numRuns: 100 },
    );
    expect(Math.min(seen.documents, seen.letters)).toBeGreaterThan(100);
  });

  it('are refused of an input that was changed in between', async () => {
    const rows = Array.from({ length: 50 }, (_, id) => ({ id, text: 'Some words.' }));
    const path = scratch.write('changed.jsonl', jsonLines(rows));
    const { inputs } = await resolveInputs([path]);
    const { reader } = await readerOf(inputs, 300);
    expect(await reader.document(40)).toMatchObject({ document: { id: 40 } });
    writeFileSync(path, jsonLines(rows.map(({ id }) => ({ id, text: 'Some words that are longer.' }))));
    const changed = errorOf(Promise.resolve(reader.document(10)));
    expect(await changed).toMatchObject({ code: 'ERR_INPUT_UNREADABLE', message: expect.stringContaining('changed') });
    await reader.close();
  });
});
