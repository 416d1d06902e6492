/** Proves that a wrong output is refused before it is timed: reports of the reference model with one value changed. */
import { describe, expect, it } from 'vitest';
import { checkReports, checkWords, type Measures } from '../../bench/checks.js';
import { referenceReport } from '../reference/report.js';

const REPORTS: readonly Measures[] = ['One sentence. And two more words!', 'a', ''].map(referenceReport);

describe('checkReports', () => {
  it('takes equal reports, and floating-point results a rounding apart', () => {
    const [first, ...rest] = REPORTS;
    const close = { ...first!, entropy: { ...first!.entropy, char: first!.entropy.char * (1 + 1e-12) } };
    expect(() => checkReports('library', [close, ...rest], REPORTS)).not.toThrow();
  });

  it('refuses another count, another entropy, a number for null, and a report too few', () => {
    const change = (index: number, changed: Partial<Measures>): Measures[] =>
      REPORTS.map((report, at) => (at === index ? { ...report, ...changed } : report));
    const entropyOf = (index: number): Measures['entropy'] => REPORTS[index]!.entropy;
    const wrong: [Measures[], RegExp][] = [
      [change(0, { words: 7 }), /document 0: words is 7, expected 6/],
      [change(0, { replaced: 1 }), /replaced is 1, expected 0/],
      [change(0, { entropy: { ...entropyOf(0), token: 1 } }), /document 0: token is 1/],
      [change(1, { entropy: { ...entropyOf(1), evenness: 0 } }), /document 1: evenness is 0, expected null/],
      [REPORTS.slice(1), /2 reports of 3/],
    ];
    for (const [reports, message] of wrong) expect(() => checkReports('library', reports, REPORTS)).toThrow(message);
  });
});

describe('checkWords', () => {
  it('takes another definition of words, not another text', () => {
    const many = Array.from({ length: 100 }, () => REPORTS[0]!);
    expect(() => checkWords('wc -w', 605, many)).not.toThrow();
    expect(() => checkWords('wc -w', 300, many)).toThrow(/wc -w: 300, expected about 600/);
  });
});
