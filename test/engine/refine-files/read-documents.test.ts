/**
 * Proves that refining reads what scoring reads: generated inputs of every kind, whole and broken off, are scored into rows, and the
 * dead letters, ids and texts are compared with those that are read here, in batches of any size; and that reading which goes on
 * behind any batch gives what is left, and reading of some documents gives these in their places.
 */
import { appendFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DeadLetter } from '../../../src/io/dead-letters.js';
import type { Input } from '../../../src/io/input.js';
import { resolveInputs } from '../../../src/io/inputs.js';
import { lineBytesMaxOf, scoreFiles } from '../../../src/engine/score-files/score-files.js';
import {
  READ_START,
  countDocuments,
  readDocuments,
  type InputBatch,
  type InputDocument,
  type ReadDocumentsOptions,
} from '../../../src/engine/refine-files/read-documents.js';
import { jsonLinesFile } from '../../support/json-files.js';
import { comparableId } from '../../support/row-model.js';
import { Scratch, jsonLines, readRows } from '../../support/scratch.js';
import { wellFormedText } from '../../support/text-arbitraries.js';

const scratch = new Scratch();
const { signal } = new AbortController();

function optionsOf(more: Partial<ReadDocumentsOptions> & { stdinOf?: Uint8Array } = {}): ReadDocumentsOptions {
  const { stdinOf = new Uint8Array(), ...given } = more;
  const maxBytes = given.maxBytes ?? 1_000_000;
  const stdin = Readable.from([Buffer.from(stdinOf.subarray(0, 1000)), Buffer.from(stdinOf.subarray(1000))]);
  return {
    textField: 'text',
    idField: 'id',
    maxBytes,
    lineBytesMax: lineBytesMaxOf(maxBytes),
    stdin,
    signal,
    ...given,
  };
}

async function batchesOf(inputs: readonly Input[], options: ReadDocumentsOptions): Promise<InputBatch[]> {
  const batches: InputBatch[] = [];
  for await (const batch of readDocuments(inputs, options)) batches.push(batch);
  return batches;
}

function documentsIn(batches: readonly InputBatch[]): InputDocument[] {
  return batches.flatMap(({ documents }) => documents);
}

function lettersIn(documents: readonly InputDocument[]): DeadLetter[] {
  return documents.flatMap((each) => (each.kind === 'dead-letter' ? [each.letter] : []));
}

/** What scoring writes of documents: id, bytes and text. */
function writtenOf(documents: readonly InputDocument[]): unknown[] {
  return documents.flatMap((each) => {
    return each.kind === 'document' ? [[comparableId(each.document.id), each.bytes, each.document.text]] : [];
  });
}

/** The same from its output; a row holds its text as it was, lone surrogates among it. */
function writtenIn(path: string): unknown[] {
  return readRows(path).map(({ text, report }) => {
    const { id, bytes } = report as { id: unknown; bytes: number };
    return [comparableId(id), bytes, Buffer.from(String(text)).toString()];
  });
}

type Made = { readonly kind: '.jsonl' | '.jsonl.gz' | '-' | '.txt' | '.md.gz'; readonly content: Uint8Array };

const lines = fc.record({ kind: fc.constantFrom('.jsonl' as const, '.jsonl.gz' as const), content: jsonLinesFile() });
const text = fc.oneof(
  wellFormedText().map((each) => Buffer.from(each)),
  fc.uint8Array({ maxLength: 60 }),
  fc.constant(Buffer.from('\ufeffmarked')),
);
const textFile = fc.record({ kind: fc.constantFrom('.txt' as const, '.md.gz' as const), content: text });
const cut = fc.double({ min: 0, max: 1, noNaN: true });
/** Inputs, with a share of each packed file that is left. */
const made = fc.array(fc.tuple(fc.oneof(lines, textFile), fc.oneof(fc.constant(1), cut)), {
  minLength: 1,
  maxLength: 4,
});
const limits = fc.constantFrom(1_000_000, 1_000_000, 40);

function write({ kind, content }: Made, share: number): string {
  const path = scratch.fresh(kind);
  const packed = kind.endsWith('.gz') ? gzipSync(content) : content;
  writeFileSync(path, kind.endsWith('.gz') ? packed.subarray(0, Math.ceil(packed.length * share)) : packed);
  return path;
}

describe('reading', () => {
  it('gives the ids, bytes and dead letters of scoring, in batches of any size, and goes on behind each of them', async () => {
    const seen = { letters: 0, documents: 0 };
    await fc.assert(
      fc.asyncProperty(
        made,
        limits,
        fc.integer({ min: 1, max: 4000 }),
        jsonLinesFile(),
        async (all, maxBytes, blockBytes, stdinOf) => {
          const patterns = [...all.map(([each, share]) => write(each, share)), '-'];
          const output = scratch.fresh('.out.jsonl');
          const stdin = Readable.from([Buffer.from(stdinOf)]);
          await scoreFiles({
            inputs: patterns,
            output,
            stdin,
            maxBytes,
            workers: 1,
            measures: 'entropy',
            emit: 'both',
          });

          const { inputs } = await resolveInputs(patterns);
          const batches = await batchesOf(inputs, optionsOf({ maxBytes, blockBytes, stdinOf }));
          const documents = documentsIn(batches);
          const letters = JSON.parse(JSON.stringify(lettersIn(documents))) as unknown;
          expect(letters).toEqual(readRows(`${output}.failed.jsonl`));
          expect(writtenOf(documents)).toEqual(writtenIn(output));
          seen.letters += lettersIn(documents).length;
          seen.documents += documents.length;

          const at = documents.length % batches.length;
          const from = batches[at]?.place;
          const rest = await batchesOf(
            inputs,
            optionsOf({ maxBytes, blockBytes: blockBytes + 100, stdinOf, ...(from && { from }) }),
          );
          expect(documentsIn(rest)).toEqual(documentsIn(batches.slice(at + 1)));

          const isWanted = (index: number): boolean => (index * blockBytes) % 3 === 0;
          const some = await batchesOf(inputs, optionsOf({ maxBytes, blockBytes, stdinOf, isWanted }));
          expect(some.map(({ place }) => place)).toEqual(batches.map(({ place }) => place));
          const wanted = documents.map((each, index) => (isWanted(index) ? each : { kind: 'skipped' }));
          expect(documentsIn(some)).toEqual(wanted);
        },
      ),
      { numRuns: 100 },
    );
    expect(seen.letters).toBeGreaterThan(300);
    expect(seen.documents).toBeGreaterThan(seen.letters + 300);
  });
});

describe('counting', () => {
  it('gives the number of documents and dead letters that reading gives', async () => {
    const written = made.map((all) => all.map(([each, share]) => write(each, share)));
    await fc.assert(
      fc.asyncProperty(written, fc.integer({ min: 1, max: 4000 }), async (patterns, blockBytes) => {
        const { inputs } = await resolveInputs(patterns);
        const documents = documentsIn(await batchesOf(inputs, optionsOf()));
        expect(await countDocuments(inputs, optionsOf({ blockBytes }))).toBe(documents.length);
      }),
      { numRuns: 100 },
    );
  });

  it('refuses an input that can be read only once', async () => {
    const { inputs } = await resolveInputs(['-']);
    await expect(countDocuments(inputs, optionsOf())).rejects.toMatchObject({ code: 'ERR_USAGE' });
  });
});

describe('a file that changes before it is read', () => {
  const rows = jsonLines([{ id: 1, text: 'one' }, { text: 'two' }]);

  async function inputsOf(content: string): Promise<{ path: string; inputs: readonly Input[] }> {
    const path = scratch.fresh('.jsonl');
    writeFileSync(path, content);
    return { path, ...(await resolveInputs([path])) };
  }

  it('has the lines that began before its end was known', async () => {
    const { path, inputs } = await inputsOf(rows.slice(0, -3));
    appendFileSync(path, `${rows.slice(-3)}${rows}`);
    const batches = await batchesOf(inputs, optionsOf());
    expect(writtenOf(documentsIn(batches))).toEqual([
      [1, 3, 'one'],
      [`${path}:2`, 3, 'two'],
    ]);
    const from = batches.at(-1)?.place ?? READ_START;
    expect(from).toEqual({ input: 0, position: rows.length, lines: 2, ordinal: 2 });
    expect(await batchesOf(inputs, optionsOf({ from }))).toEqual([]);
  });

  it('breaks off where it has become shorter, and the run goes on behind it', async () => {
    const { path, inputs } = await inputsOf(rows);
    truncateSync(path, rows.length - 3);
    const batches = await batchesOf(inputs, optionsOf());
    const message = `${path} has become shorter: expected ${rows.length} bytes, got ${rows.length - 3}`;
    expect(documentsIn(batches)).toMatchObject([
      { kind: 'document', document: { id: 1 } },
      { kind: 'dead-letter', letter: { source: path, ordinal: 1, code: 'ERR_INPUT_UNREADABLE', message } },
    ]);
    expect(batches.at(-1)?.place).toEqual({ ...READ_START, input: 1 });
  });

  it('is a dead letter when it is gone, in the words of scoring', async () => {
    const { path, inputs } = await inputsOf(rows);
    rmSync(path);
    const message = `${path} cannot be read: ENOENT: no such file or directory, open '${path}'`;
    const letter = { source: path, ordinal: 0, code: 'ERR_INPUT_UNREADABLE', message };
    expect(documentsIn(await batchesOf(inputs, optionsOf()))).toEqual([{ kind: 'dead-letter', letter }]);
  });
});

describe('a reader', () => {
  it('takes no more than is asked for', async () => {
    const files = Array.from({ length: 3 }, (_, index) => write({ kind: '.txt', content: Buffer.from(`${index}`) }, 1));
    const { inputs } = await resolveInputs(files);
    const reading = readDocuments(inputs, optionsOf({ blockBytes: 1 }))[Symbol.asyncIterator]();
    await reading.next();
    for (const file of files) rmSync(file);
    const { value } = await reading.next();
    expect(value?.documents).toMatchObject([{ letter: { source: files[1], code: 'ERR_INPUT_UNREADABLE' } }]);
  });

  it('stops when it is aborted, before and between batches', async () => {
    const path = write({ kind: '.jsonl', content: Buffer.from(jsonLines([{ text: 'a' }, { text: 'b' }])) }, 1);
    const { inputs } = await resolveInputs([path]);
    for (const taken of [0, 1]) {
      const controller = new AbortController();
      const options = optionsOf({ signal: controller.signal, blockBytes: 1 });
      const reading = readDocuments(inputs, options)[Symbol.asyncIterator]();
      if (taken === 1) await reading.next();
      controller.abort();
      await expect(reading.next()).rejects.toMatchObject({ code: 'ERR_ABORTED' });
    }
  });

  it.each([0, 1.5, 65 * 1024 * 1024])('refuses batches of %d bytes', async (blockBytes) => {
    await expect(batchesOf([], optionsOf({ blockBytes }))).rejects.toMatchObject({ code: 'ERR_OPTION_RANGE' });
  });
});
