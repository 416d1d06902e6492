/**
 * Proves that benchmark documents are distinct, the same for a seed, of the sizes asked for, and parts of the text: on
 * generated prose with characters of one to four bytes, long enough for one pass and far too short for one.
 */
import { describe, expect, it } from 'vitest';
import { BREAK_BYTES_MAX, cutDocuments, skewedSizes, uniformSizes } from '../../bench/corpus.js';
import { seededRandom } from '../../bench/random.js';

const WORDS = [
  'mill',
  'race',
  'wörter',
  'naïve',
  '水車',
  '🌊',
  'the',
  'a',
  'water.',
  'ends.\n',
  'and\n\n',
  'so-called',
];

describe('cutDocuments', () => {
  it('cuts distinct documents, in one pass and in many', () => {
    for (const count of [50, 2000]) {
      const documents = cutDocuments(prose(100_000), uniformSizes(count, 1024), 1);
      expect(documents).toHaveLength(count);
      expect(new Set(documents).size).toBe(count);
    }
  });

  it('leaves out repeated text', () => {
    const once = prose(20_000);
    const documents = cutDocuments(Buffer.concat([once, once, once]), uniformSizes(300, 500), 1);
    expect(new Set(documents).size).toBe(300);
  });

  it('gives the same documents for a seed and others for another, once the first pass is over', () => {
    const text = prose(50_000);
    const [first, again, other] = [7, 7, 8].map((seed) => cutDocuments(text, uniformSizes(500, 1024), seed));
    expect(again).toEqual(first);
    expect(other?.slice(0, 40)).toEqual(first?.slice(0, 40));
    expect(other).not.toEqual(first);
  });

  it('keeps to the size, and cuts after white space', () => {
    for (const document of cutDocuments(prose(50_000), uniformSizes(500, 256), 3)) {
      const bytes = Buffer.byteLength(document);
      expect(bytes).toBeLessThanOrEqual(256);
      expect(bytes).toBeGreaterThan(256 - BREAK_BYTES_MAX);
      expect(document).toMatch(/\s$/);
    }
  });

  it('takes the text from front to end at first, leaving nothing out', () => {
    const text = prose(50_000);
    const start = cutDocuments(text, uniformSizes(90, 512), 1).join('');
    expect(text.toString().startsWith(start)).toBe(true);
  });

  it('keeps code points whole where there is no white space', () => {
    const random = seededRandom(5);
    const text = Buffer.from(Array.from({ length: 5000 }, () => ['水', '🌊', 'é'][Math.floor(random() * 3)]).join(''));
    for (const document of cutDocuments(text, uniformSizes(100, 200), 1)) {
      expect(document).not.toContain('\ufffd');
      expect(Buffer.byteLength(document)).toBeGreaterThan(200 - 4);
    }
  });

  it('refuses a text that is too short for a document, or for so many', () => {
    expect(() => cutDocuments(prose(500), uniformSizes(1, 1024), 1)).toThrow(/too short/);
    expect(() => cutDocuments(Buffer.from('a '.repeat(5000)), uniformSizes(100, 100), 1)).toThrow(/too short/);
  });
});

describe('skewedSizes', () => {
  it('makes one in a hundred a hundred times larger, at places that the seed draws', () => {
    const sizes = skewedSizes(1000, 64, 1);
    expect(sizes.filter((size) => size === 6400)).toHaveLength(10);
    expect(sizes.filter((size) => size === 64)).toHaveLength(990);
    expect(skewedSizes(1000, 64, 1)).toEqual(sizes);
    expect(skewedSizes(1000, 64, 2)).not.toEqual(sizes);
  });

  it('gives sizes that can be cut', () => {
    const sizes = skewedSizes(300, 100, 1);
    const documents = cutDocuments(prose(30_000), sizes, 1);
    expect(new Set(documents).size).toBe(300);
    expect(documents.map((document) => Buffer.byteLength(document) > 100)).toEqual(sizes.map((size) => size > 100));
  });
});

/** At least so many bytes of words, drawn by a fixed seed. */
function prose(bytes: number): Buffer {
  const random = seededRandom(42);
  const words: string[] = [];
  for (let length = 0; length < bytes;) {
    const word = WORDS[Math.floor(random() * WORDS.length)] ?? '';
    words.push(word);
    length += Buffer.byteLength(word) + 1;
  }
  return Buffer.from(`${words.join(' ')} `);
}
