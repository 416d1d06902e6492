/**
 * Proves that a sample of the user's documents is distinct, within its bounds and uniform (over many seeds, each document is drawn
 * about as often as any other), that bad rows are counted, and that inputs without a document are refused with what was wrong.
 */
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { seededRandom } from '../../src/core/random.js';
import { sampleDocuments, type DocumentSample, type SampleOptions } from '../../src/harness/own-documents.js';
import { jsonLines, Scratch } from '../support/scratch.js';

const scratch = new Scratch();

function sample(inputs: readonly string[], options: Partial<SampleOptions> = {}): Promise<DocumentSample> {
  return sampleDocuments({
    inputs,
    textField: 'text',
    documentsMax: 1000,
    textUnitsMax: 1e6,
    readBytesMax: 1e9,
    random: seededRandom(1),
    stdin: Readable.from([]),
    signal: new AbortController().signal,
    ...options,
  });
}

function rows(texts: readonly string[]): string {
  return scratch.write(`${scratch.fresh('').split('/').at(-1)}.jsonl`, jsonLines(texts.map((text) => ({ text }))));
}

const textsOf = ({ documents }: DocumentSample): string[] => documents.map(({ text }) => text);

describe('a sample', () => {
  it('holds all distinct texts where there is room', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.string({ unit: 'binary', minLength: 1, maxLength: 5 }), { minLength: 1 }),
        async (texts) => {
          const wellFormed = texts.map((text) => text.toWellFormed());
          const drawn = await sample([rows(wellFormed)]);
          expect(new Set(textsOf(drawn))).toEqual(new Set(wellFormed));
          expect(drawn.documents).toHaveLength(new Set(wellFormed).size);
          expect(drawn).toMatchObject({ seen: texts.length, refused: 0, isWhole: true });
        },
      ),
      { numRuns: 100 },
    );
  });

  it('keeps to its bounds', async () => {
    const lengths = fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 80 });
    await fc.assert(
      fc.asyncProperty(
        lengths,
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 400, max: 3000 }),
        fc.nat(),
        async (sizes, documentsMax, textUnitsMax, seed) => {
          const texts = sizes.map((size, index) => `${index} `.padEnd(size, 'x'));
          const drawn = textsOf(
            await sample([rows(texts)], { documentsMax, textUnitsMax, random: seededRandom(seed) }),
          );
          expect(drawn.length).toBeGreaterThan(0);
          expect(drawn.length).toBeLessThanOrEqual(documentsMax);
          expect(drawn.join('').length).toBeLessThanOrEqual(textUnitsMax);
          for (const text of drawn) expect(texts).toContain(text);
        },
      ),
      { numRuns: 100 },
    );
  });

  it('is uniform, with and without a bound on its size', async () => {
    const texts = Array.from({ length: 20 }, (_, index) => String.fromCharCode(97 + index).repeat(10));
    const input = rows(texts);
    for (const bound of [{ documentsMax: 5 }, { documentsMax: 20, textUnitsMax: 60 }]) {
      const drawn = new Map(texts.map((text) => [text, 0]));
      for (let seed = 0; seed < 400; seed++) {
        for (const text of textsOf(await sample([input], { ...bound, random: seededRandom(seed) }))) {
          drawn.set(text, (drawn.get(text) ?? 0) + 1);
        }
      }
      const counts = [...drawn.values()];
      const mean = counts.reduce((sum, count) => sum + count, 0) / counts.length;
      // Five standard deviations of a binomial count: a seed in a million would fall outside.
      for (const count of counts) expect(Math.abs(count - mean)).toBeLessThan(5 * Math.sqrt(mean));
    }
  });

  it('takes text files, gzip and standard input', async () => {
    const text = scratch.write('a.txt', 'a text file');
    const packed = scratch.write('b.jsonl.gz', gzipSync('{"text":"packed"}\n'));
    const stdin = Readable.from([Buffer.from('{"text":"piped"}\n')]);
    expect(textsOf(await sample([text, packed, '-'], { stdin }))).toEqual(['a text file', 'packed', 'piped']);
  });

  it('stops reading at its bound, and says so', async () => {
    const drawn = await sample([rows(['a'.repeat(100), 'b'.repeat(100), 'c'.repeat(100)])], { readBytesMax: 150 });
    expect(drawn).toMatchObject({ seen: 2, isWhole: false });
  });

  it('counts rows without a text', async () => {
    const input = scratch.write('bad.jsonl', '{"text":"good"}\nnot json\n{"text":1}\n7\nnull\n{"other":"x"}\n\n');
    expect(await sample([input])).toMatchObject({ seen: 1, refused: 5 });
  });
});

describe('inputs without a document are refused', () => {
  it('when there is nothing in them', async () => {
    await expect(sample([scratch.write('empty.jsonl', '')])).rejects.toMatchObject({
      code: 'ERR_INPUT_NOT_FOUND',
      message: 'the inputs hold no document to measure with',
    });
  });

  it('when every row is bad', async () => {
    await expect(sample([scratch.write('worse.jsonl', '{"body":"x"}\n{"body":"y"}\n')])).rejects.toMatchObject({
      code: 'ERR_INPUT_NOT_FOUND',
      message: 'the inputs hold no document to measure with; rows without a text in "text": 2',
    });
  });

  it('when they are not there', async () => {
    await expect(sample([scratch.path('missing.jsonl')])).rejects.toMatchObject({ code: 'ERR_INPUT_NOT_FOUND' });
  });

  it('when it is aborted', async () => {
    await expect(sample([rows(['a'])], { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'ERR_ABORTED' });
  });
});
