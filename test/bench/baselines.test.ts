/**
 * Proves that the baselines of the benchmarks do the same work: on ASCII prose, where the definitions coincide, the regular
 * expressions give the measures of the reference model, and the byte loop and `wc -w` its words.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countWordsInBytes, obviousReport } from '../../bench/baselines.js';
import { Wc } from '../../bench/wc.js';
import { referenceReport, type ReferenceReport } from '../reference/report.js';

const PROSE = [
  'The race carries fast water to the wheel. The wheel turns the stone, and the stone grinds the corn!',
  'Is it "fast"? (So they say.) Version 1.2 of the mill has 2 wheels.\nThe new line is no new sentence\n\nBut here is one.',
  'A heading\n\n- first, second and third;\n- e.g. a snake_case_name... or so?\n\n\n  Indented to the end.\n',
];

describe('obviousReport', () => {
  it.each(PROSE)('agrees with the reference model on %j', (text) => {
    expectSame(obviousReport(text), referenceReport(text));
  });

  it('agrees on any such prose', () => {
    const word = fc.constantFrom(
      'Mill',
      'race',
      'the',
      'The',
      'x1',
      'snake_case',
      'a,',
      'b;',
      '(c)',
      '"d"',
      '-',
      'v1.2',
    );
    const end = fc.constantFrom('', '', '.', '?', '!', '...', '."', '.)');
    const gap = fc.constantFrom(' ', ' ', '\n', '\n\n', '  ');
    const prose = fc.array(fc.tuple(word, end, gap), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(prose, (parts) => {
        const text = parts.map((part) => part.join('')).join('');
        expectSame(obviousReport(text), referenceReport(text));
      }),
    );
  });
});

describe('word counters', () => {
  it('count the words of a text by its bytes', () => {
    for (const text of ['', ' ', 'a', ' a ', 'a b', '\ta\n\nb\r\nc ', 'wörter, 水車']) {
      expect(countWordsInBytes(Buffer.from(text))).toBe(referenceReport(text).words);
    }
  });

  it('count those of a file with wc, where there is one', ({ skip }) => {
    const folder = mkdtempSync(join(tmpdir(), 'millrace-baselines-'));
    try {
      const wc = Wc.find(folder);
      if (wc === undefined) return skip('no wc with a UTF-8 locale');
      const text = PROSE.join('\n');
      const file = join(folder, 'prose.txt');
      writeFileSync(file, text);
      expect(wc.countWords(file)).toBe(referenceReport(text).words);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

function expectSame(actual: ReferenceReport, expected: ReferenceReport): void {
  const { entropy, ...counts } = actual;
  const { entropy: expectedEntropy, ...expectedCounts } = expected;
  expect(counts).toEqual(expectedCounts);
  for (const name of Object.keys(expectedEntropy) as (keyof typeof expectedEntropy)[]) {
    const value = expectedEntropy[name];
    if (value === null) expect(entropy[name], name).toBeNull();
    else expect(entropy[name], name).toBeCloseTo(value, 9);
  }
}
