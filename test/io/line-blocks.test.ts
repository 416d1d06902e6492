// Proves that blocks follow from the bytes alone: any split of a stream gives the blocks of a model that sees it whole,
// from the beginning and from every block's end.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { LineBlocks, type LineBlock } from '../../src/io/line-blocks.js';
import { resolveSourceOptions, type SourceOptions } from '../../src/io/source-options.js';
import { textOf } from './collect.js';

const LF = 0x0a;

/** The rule of `LineBlocks`, told over a whole stream. */
function modelBlocks(stream: Buffer, from: number, options: SourceOptions): LineBlock[] {
  const { chunkBytes, lineBytesMax } = resolveSourceOptions(options);
  const blocks: LineBlock[] = [];
  for (let start = from; start < stream.length;) {
    let end: number;
    if (stream.length - start < chunkBytes) end = stream.length;
    else end = stream.subarray(start, start + chunkBytes).lastIndexOf(LF) + 1 + start;
    if (end === start) end = stream.indexOf(LF, start) + 1 || stream.length;
    let data = Buffer.from(stream.subarray(start, end));
    const content = data.at(-1) === LF ? data.length - 1 : data.length;
    if (content > lineBytesMax) {
      data = Buffer.concat([data.subarray(0, lineBytesMax + 1), Buffer.from('\n')]);
    }
    blocks.push({ data: new Uint8Array(data), start, end });
    start = end;
  }
  return blocks;
}

function cut(pieces: readonly Uint8Array[], from: number, options: SourceOptions): LineBlock[] {
  const cutter = new LineBlocks(from, resolveSourceOptions(options));
  const blocks = pieces.flatMap((piece) => [...cutter.push(piece)]);
  const rest = cutter.end();
  return rest === undefined ? blocks : [...blocks, rest];
}

function split(stream: Buffer, cuts: readonly number[]): Buffer[] {
  const at = [0, ...cuts.map((n) => n % (stream.length + 1)).sort((a, b) => a - b), stream.length];
  return at.slice(1).map((to, index) => stream.subarray(at[index], to));
}

const streams = fc
  .array(fc.oneof({ weight: 3, arbitrary: fc.constant('\n') }, { weight: 7, arbitrary: fc.constantFrom('a', 'é') }), {
    maxLength: 120,
  })
  .map((units) => Buffer.from(units.join('')));
const cuts = fc.array(fc.nat(300), { maxLength: 12 });
const options = fc.record({
  chunkBytes: fc.integer({ min: 1, max: 20 }),
  lineBytesMax: fc.integer({ min: 1, max: 30 }),
});

describe('any split of a stream', () => {
  test('gives the blocks of the model', () => {
    fc.assert(
      fc.property(streams, cuts, options, (stream, at, bounds) => {
        expect(cut(split(stream, at), 0, bounds)).toEqual(modelBlocks(stream, 0, bounds));
      }),
      { numRuns: 1000 },
    );
  });

  test('read again from the end of any block gives the rest of the blocks', () => {
    fc.assert(
      fc.property(streams, cuts, options, (stream, at, bounds) => {
        const blocks = cut([stream], 0, bounds);
        blocks.forEach(({ end }, index) => {
          expect(cut(split(stream.subarray(end), at), end, bounds)).toEqual(blocks.slice(index + 1));
        });
      }),
    );
  });

  test('without long lines loses and adds nothing', () => {
    fc.assert(
      fc.property(streams, cuts, fc.integer({ min: 1, max: 20 }), (stream, at, chunkBytes) => {
        const blocks = cut(split(stream, at), 0, { chunkBytes, lineBytesMax: 1000 });
        expect(textOf(blocks)).toBe(stream.toString());
        for (const { data, start, end } of blocks) expect(data.length).toBe(end - start);
      }),
    );
  });
});

describe('edges', () => {
  const texts = (pieces: string[], bounds: SourceOptions): string[] =>
    cut(
      pieces.map((piece) => Buffer.from(piece)),
      0,
      bounds,
    ).map((block) => Buffer.from(block.data).toString());

  test('nothing', () => {
    expect(texts([], {})).toEqual([]);
    expect(texts([''], {})).toEqual([]);
  });

  test('the last LF of the first chunkBytes bytes ends a block', () => {
    expect(texts(['ab\ncd\nef\n'], { chunkBytes: 6 })).toEqual(['ab\ncd\n', 'ef\n']);
    expect(texts(['ab\ncde\nf'], { chunkBytes: 6 })).toEqual(['ab\n', 'cde\nf']);
  });

  test('a line at, and one over, the longest that is carried', () => {
    const bounds = { chunkBytes: 2, lineBytesMax: 5 };
    expect(texts(['12345\nx\n'], bounds)).toEqual(['12345\n', 'x\n']);
    expect(texts(['123456\nx\n'], bounds)).toEqual(['123456\n', 'x\n']);
    expect(texts(['123456789\nx\n'], bounds)).toEqual(['123456\n', 'x\n']);
    expect(texts(['12345'], bounds)).toEqual(['12345']);
    expect(texts(['1234567'], bounds)).toEqual(['123456\n']);
  });

  test('a block owns all of its buffer', () => {
    const [first] = cut([Buffer.from('a\nb\nccc')], 0, { chunkBytes: 4 });
    expect(first?.data.byteOffset).toBe(0);
    expect(first?.data.buffer.byteLength).toBe(first?.data.byteLength);
  });

  test('of a stream that broke off, the whole lines are left', () => {
    const cutter = new LineBlocks(0, resolveSourceOptions({ chunkBytes: 100 }));
    expect([...cutter.push(Buffer.from('a\nb\nhalf a li'))]).toEqual([]);
    expect(cutter.endDamaged()).toMatchObject({ start: 0, end: 4 });
    expect(cutter.endDamaged()).toBeUndefined();
  });

  test('of a long line that broke off, nothing is left', () => {
    const cutter = new LineBlocks(0, resolveSourceOptions({ chunkBytes: 2, lineBytesMax: 4 }));
    expect([...cutter.push(Buffer.from('1234567890'))]).toEqual([]);
    expect(cutter.endDamaged()).toBeUndefined();
  });
});
