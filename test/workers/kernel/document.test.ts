/**
 * Proves that the kernel's numbers are those of the reference model on any text: of any script, at any address, with anything
 * behind it in memory, at the edges of its blocks of 64 bytes, and whatever the same instance has scored before.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Report } from '../../../src/core/report.js';
import { Kernel } from '../../../src/workers/kernel-host.js';
import { REPORT_DECODER } from '../../../src/workers/report-layout.js';
import { referenceReport } from '../../reference/report.js';
import { differences } from '../../support/compare.js';
import { asciiText, unicodeText, wellFormedText } from '../../support/text-arbitraries.js';

const used = Kernel.load();

function scoreWith(kernel: Kernel, text: string): Report {
  return REPORT_DECODER.decode('x', kernel.scoreText(text), 0);
}

function expectAsReference(text: string, kernel = used): void {
  expect(differences('x', scoreWith(kernel, text), referenceReport(text, {}))).toEqual([]);
}

describe('the kernel agrees with the reference', () => {
  it.each([
    ['ASCII', asciiText()],
    ['any', unicodeText()],
    ['well-formed', wellFormedText()],
  ])('on %s text', (_, texts) => {
    fc.assert(
      fc.property(texts, (text) => {
        expectAsReference(text);
      }),
      { numRuns: 1000 },
    );
  });

  it('on texts that end near the edge of a block', () => {
    for (const filler of ['a', 'a ', 'Wo. ', '\n', 'é', '語', '。x', '𝒜 ']) {
      for (const length of [0, 1, 62, 63, 64, 65, 66, 126, 127, 128, 129, 191, 192, 193]) {
        expectAsReference(filler.repeat(200).slice(0, length).toWellFormed());
      }
    }
  });

  it('on a token of any length at any place in a block', () => {
    for (let before = 0; before < 66; before++) {
      for (const length of [1, 2, 15, 16, 17, 31, 32, 33, 64, 65, 130]) {
        const word = 'Abcdefgh_'.repeat(20).slice(0, length);
        expectAsReference(`${'-'.repeat(before)}${word} ${word.toLowerCase()}x ${word}`);
      }
    }
  });

  it('on words that are alike for long', () => {
    const stem = 'internationalisation';
    const words = [stem, `${stem}a`, `${stem}b`, `${stem}A`, stem.slice(0, 16), stem.slice(0, 17), `${stem}${stem}x`];
    expectAsReference([...words, ...words.map((word) => word.toUpperCase())].join(' '));
  });

  it('on words whose lower case is longer or shorter, about the size of a key', () => {
    for (let length = 12; length < 20; length++) {
      for (const letter of ['İ', 'Ⱥ', 'K', 'ẞ', 'Σ']) {
        const word = 'n'.repeat(length) + letter;
        expectAsReference(`${word} ${word.toLowerCase()} ${letter.repeat(length)} ${letter}${word}`);
      }
    }
  });
});

describe('an instance', () => {
  it('keeps nothing of one document for the next', () => {
    fc.assert(
      fc.property(fc.array(unicodeText(), { minLength: 2, maxLength: 12 }), (texts) => {
        const reused = texts.map((text) => scoreWith(used, text));
        expect(reused).toEqual(texts.map((text) => scoreWith(Kernel.load(), text)));
      }),
      { numRuns: 30 },
    );
  });

  it('gives the same numbers whatever its secret multipliers', () => {
    const text = Array.from({ length: 3000 }, (_, index) => `w${index % 1700}`).join(' ');
    const [first, ...others] = Array.from({ length: 5 }, () => scoreWith(Kernel.load(), text));
    for (const other of others) expect(other).toEqual(first);
  });

  it('does not look behind the text', () => {
    const long = scoreWith(used, `${'Other words. '.repeat(50)}語語語`);
    expect(long.words).toBeGreaterThan(50); // its bytes stay behind those of the next text
    for (const text of ['One.', 'One', 'one two', 'x'.repeat(64)]) expectAsReference(text);
  });
});
