/**
 * Proves that tables grow: documents of an outsized kind give the right numbers, known beforehand, and take memory in proportion.
 *
 * The kernel takes the addresses of its worst case, at most 60 bytes for each byte of text and 16 MiB; of these only the pages
 * that are touched are resident, at most 32 for one.
 */
import { afterEach, describe, expect, it } from 'vitest';
import { Kernel } from '../../../src/workers/kernel-host.js';
import { REPORT_DECODER } from '../../../src/workers/report-layout.js';
import type { Report } from '../../../src/core/report.js';

const MIB = 1024 * 1024;
const ADDRESSES_PER_BYTE = 60;
const RESIDENT_PER_BYTE = 32;
const CONSTANT_BYTES = 16 * MIB;

let kernel: Kernel | undefined;
afterEach(() => {
  kernel = undefined;
});

/** The report of the text, with a kernel that has scored nothing else. */
function score(text: string): Report {
  kernel = Kernel.load();
  const before = process.memoryUsage.rss();
  const report = REPORT_DECODER.decode('x', kernel.scoreText(text), 0);
  const bytes = Buffer.byteLength(text);
  expect(kernel.bytes.length).toBeLessThan(ADDRESSES_PER_BYTE * bytes + CONSTANT_BYTES);
  expect(process.memoryUsage.rss() - before).toBeLessThan(RESIDENT_PER_BYTE * bytes + 4 * CONSTANT_BYTES);
  return report;
}

describe('a document of', () => {
  it('64 MiB', () => {
    const sentence = 'The quick brown fox jumps over the lazy dog by the river.\n\n';
    const times = Math.floor((64 * MIB) / sentence.length);
    const report = score(sentence.repeat(times));
    expect(report).toMatchObject({
      bytes: times * sentence.length,
      words: 12 * times,
      tokens: 12 * times,
      lines: 2 * times,
    });
    expect(report).toMatchObject({ paragraphs: times, sentences: times, distinctTokens: 10 });
    expect(report.entropy.sentence).toBe(0);
    const expected = Math.log2(12) - (3 * Math.log2(3)) / 12; // "the" three times in twelve
    expect(report.entropy.token).toBeCloseTo(expected, 9);
  });

  it('two million different words', () => {
    const count = 2_000_000;
    const report = score(Array.from({ length: count }, (_, index) => index.toString(36)).join(' '));
    expect(report).toMatchObject({ words: count, tokens: count, distinctTokens: count, sentences: 1, lines: 1 });
    expect(report.entropy.token).toBeCloseTo(Math.log2(count), 9);
    expect(report.entropy.evenness).toBeCloseTo(1, 9);
  });

  it('four hundred thousand different words too long for a key', () => {
    const count = 400_000;
    const words = Array.from({ length: count }, (_, index) => `a-word-with_a_long_common_beginning_${index}`);
    const report = score([...words, ...words].join('\n'));
    expect(report).toMatchObject({ words: 2 * count, distinctTokens: count + 2, lines: 2 * count });
  });

  it('one word of 10 MB', () => {
    const length = 10_000_000;
    const report = score('X'.repeat(length));
    expect(report).toMatchObject({ words: 1, tokens: 1, distinctTokens: 1, sentences: 1, chars: length });
    expect(report.entropy).toMatchObject({ char: 0, token: 0, redundancy: 1, evenness: null });
    expect(score(`${'X'.repeat(length)} ${'x'.repeat(length)}`).distinctTokens).toBe(1);
    expect(score(`${'x'.repeat(length)} ${'x'.repeat(length - 1)}y`).distinctTokens).toBe(2);
  });

  it('ten million empty lines', () => {
    const lines = 10_000_000;
    expect(score('\n'.repeat(lines))).toMatchObject({
      lines,
      words: 0,
      paragraphs: 0,
      sentences: 0,
      distinctTokens: 0,
    });
  });

  it('one word five million times', () => {
    const count = 5_000_000;
    const report = score('word '.repeat(count));
    expect(report).toMatchObject({ words: count, tokens: count, distinctTokens: 1, sentences: 1 });
    expect(report.entropy.token).toBe(0);
  });

  it('sentences of thousands of words', () => {
    const sentenceOf = (words: number): string => `${'la '.repeat(words - 1)}la. `;
    const lengths = [5000, 4096, 5000, 4095, 7000, 4096, 5000, 4095];
    const report = score(lengths.map(sentenceOf).join(''));
    expect(report.sentences).toBe(lengths.length);
    // 5000 three times, 4096 and 4095 twice, 7000 once
    expect(report.entropy.sentence).toBeCloseTo(3 - (3 * Math.log2(3) + 2 + 2) / 8, 12);
  });

  it('every letter of a large script', () => {
    const letters = Array.from({ length: 20_000 }, (_, index) => String.fromCodePoint(0x4e00 + index)).join('');
    const report = score(letters.repeat(20));
    expect(report).toMatchObject({
      chars: 400_000,
      bytes: 1_200_000,
      tokens: 400_000,
      distinctTokens: 20_000,
      words: 1,
    });
    expect(report.entropy.char).toBeCloseTo(Math.log2(20_000), 9);
  });
});

describe('memory', () => {
  it('that cannot be had stops the kernel instead of giving wrong numbers', () => {
    const refused = Kernel.load();
    expect(() => refused.layOut(0xf0000000, 0x10000000)).toThrow(WebAssembly.RuntimeError);
  });

  it('of an outsized document marks the instance for replacement', () => {
    score('word '.repeat(5_000_000));
    expect(kernel?.isOutsized).toBe(true);
    expect(Kernel.load().isOutsized).toBe(false);
  });
});
