/**
 * Proves that the reference model says what the definitions say: against values from an independent implementation
 * where a checkout has them, against cases worked out by hand everywhere, and against laws that hold for any text.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  ORACLE_ABSENT_NOTE,
  ORACLE_PRESENT,
  readDevCases,
  readEdgeCases,
  readPunctSet,
  type ExpectedCase,
} from '../support/oracle.js';
import { asciiText, unicodeText, wellFormedText } from '../support/text-arbitraries.js';
import { referenceReport } from './report.js';
import { TERMINAL } from './terminal.js';
import { lines, paragraphs, sentences, tokens, words } from './text-units.js';

const suffix = ORACLE_PRESENT ? '' : ` (skipped: ${ORACLE_ABSENT_NOTE})`;
if (!ORACLE_PRESENT) console.warn(`test/reference: not compared with expected values, ${ORACLE_ABSENT_NOTE}`);

describe.skipIf(!ORACLE_PRESENT)(`expected values${suffix}`, () => {
  it('agrees on short texts at the edges', () => {
    expect(differences(readEdgeCases())).toEqual([]);
  });

  it('agrees on real documents', { timeout: 120_000 }, () => {
    expect(differences(readDevCases())).toEqual([]);
  });

  it('has the defined TERMINAL set', () => {
    expect(TERMINAL).toEqual(readPunctSet('TERMINAL'));
  });
});

describe('words and white space', () => {
  it('splits at the separators U+001C–001F and U+0085, which are white space, and not at U+FEFF or U+200B', () => {
    expect(words('a\u001cb\u001fc\u0085d\u3000e')).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(words('\ufeffa\u200bb \u180ec')).toEqual(['\ufeffa\u200bb', '\u180ec']);
  });

  it('keeps a BOM: it is a character of three bytes, part of a word and of no token', () => {
    const report = referenceReport('\ufeffa');
    expect(report).toMatchObject({ bytes: 4, chars: 2, words: 1, tokens: 1 });
    expect(tokens('\ufeffa')).toEqual(['a']);
  });

  it('replaces each lone surrogate and counts it, but no pair and no U+FFFD of the text', () => {
    // high alone, pair, U+FFFD, two lows: 3 replaced; bytes 3 + 4 + 3 + 3 + 3.
    const report = referenceReport('\ud800\ud83d\ude00\ufffd\udc00\udfff');
    expect(report).toMatchObject({ replaced: 3, chars: 5, bytes: 16, words: 1, tokens: 0 });
    expect(referenceReport('\ufffd')).not.toHaveProperty('replaced');
  });
});

describe('tokens', () => {
  it('makes each Han, Hiragana and Katakana code point a token and keeps the runs between them', () => {
    expect(tokens('ab漢字cd かナ1')).toEqual(['ab', '漢', '字', 'cd', 'か', 'ナ', '1']);
    // U+30FC and U+309A are a letter and a mark of no such script; 々 (a letter) and 〇 (a number) are Han.
    expect(tokens('ラーカ\u309aメ々〇')).toEqual(['ラ', 'ー', 'カ', '\u309a', 'メ', '々', '〇']);
    expect(tokens('한국어 \u{20bb7}x')).toEqual(['한국어', '\u{20bb7}', 'x']);
  });

  it('makes no token of a symbol of such a script, and ends the run at it', () => {
    expect(tokens('a\u32deb \u2e80')).toEqual(['a', 'b']);
  });

  it('lower-cases code point by code point: full mapping, no final sigma, any plane', () => {
    expect(tokens('\u0130 \u212a ΟΔΟΣ \u1e9e \u{10400}')).toEqual(['i\u0307', 'k', 'οδοσ', 'ß', '\u{10428}']);
    // Equal after lower-casing: K three times, and i + U+0307 twice.
    expect(referenceReport('k K \u212a i\u0307 \u0130')).toMatchObject({ tokens: 5, distinctTokens: 2 });
  });

  it('takes underscores, marks and all numbers in, hyphens and apostrophes not', () => {
    expect(tokens("__a_b e\u0301 ½Ⅷ² don't e-mail")).toEqual(['__a_b', 'e\u0301', '½ⅷ²', 'don', 't', 'e', 'mail']);
  });
});

describe('lines and paragraphs', () => {
  it('opens no line after a final LF and has none in the empty text', () => {
    expect(lines('')).toEqual([]);
    expect(lines('\n')).toEqual(['']);
    expect(lines('a\n\nb')).toEqual(['a', '', 'b']);
  });

  it('takes one CR off before an LF or the end of the text, and splits at no other CR or separator', () => {
    expect(lines('a\r\r\nb\rc\n\rd\r')).toEqual(['a\r', 'b\rc', '\rd']);
    expect(lines('\r\r\n\r')).toEqual(['\r', '']);
    expect(lines('a\u2028b\u0085c\vd')).toEqual(['a\u2028b\u0085c\vd']);
  });

  it('parts paragraphs at lines of white space only, whichever white space', () => {
    expect(paragraphs('\n a\r\nb\r\n \t\u3000\u001c\r\n\ufeff\n\r\nc')).toEqual([' a\nb', '\ufeff', 'c']);
  });
});

describe('sentences', () => {
  it('ends at a terminal run and closers before white space or the end, and nowhere else', () => {
    expect(sentences('He said "Go." (Now!?) v1.2 is.')).toEqual(['He said "Go."', ' (Now!?)', ' v1.2 is.']);
    // An opening quote is no closer; after the closers comes the word's own terminal, so the first run ends nothing.
    expect(sentences('a.« b. c.).d e')).toEqual(['a.« b.', ' c.).d e']);
    expect(sentences('a.". b')).toEqual(['a.".', ' b']);
  });

  it('ends at a run that holds an ideographic terminal whatever follows, after its closers', () => {
    expect(sentences('一。二！」三｡.a.b')).toEqual(['一。', '二！', '」三｡.', 'a.b']);
    expect(sentences('一。”二')).toEqual(['一。”', '二']);
  });

  it('counts no sentence without a token, and gives its words to no other', () => {
    expect(sentences('... - ! a b. …')).toEqual([' a b.']);
    // Slices: "..." (no token), " - a" (2 words), so one sentence length only.
    expect(referenceReport('... - a')).toMatchObject({ sentences: 1, entropy: { sentence: 0 } });
    // "a b." has 2 words and " c." has 1: one bit.
    expect(referenceReport('a b. c.')).toMatchObject({ sentences: 2, entropy: { sentence: 1 } });
  });

  it('takes the words of the slice, which may cut a word of the text', () => {
    // One word of the text; the slices "一。" and "二 三" have 1 and 2.
    expect(referenceReport('一。二 三')).toMatchObject({ words: 2, sentences: 2, entropy: { sentence: 1 } });
  });
});

describe('entropy', () => {
  it('has no ratio in the empty text', () => {
    expect(referenceReport('')).toEqual({
      bytes: 0,
      chars: 0,
      words: 0,
      tokens: 0,
      distinctTokens: 0,
      lines: 0,
      paragraphs: 0,
      sentences: 0,
      entropy: { char: 0, token: 0, sentence: 0, evenness: null, redundancy: null, aggregate: 0 },
    });
  });

  it('calls a text of one symbol all redundant, with no evenness', () => {
    expect(referenceReport('aaaa').entropy).toEqual({
      char: 0,
      token: 0,
      sentence: 0,
      evenness: null,
      redundancy: 1,
      aggregate: 0,
    });
  });

  it('computes char, token and the ratios of a small text', () => {
    // Tokens a, a, a, b: H = 2 − (3/4)·log2 3. Characters a 3, A 0, b 1, space 3 of 7.
    const { entropy } = referenceReport('a a a b');
    const token = 2 - 0.75 * Math.log2(3);
    const char = Math.log2(7) - (6 / 7) * Math.log2(3);
    expect(entropy.token).toBeCloseTo(token, 12);
    expect(entropy.char).toBeCloseTo(char, 12);
    expect(entropy.evenness).toBeCloseTo(token, 12);
    expect(entropy.redundancy).toBeCloseTo(1 - char / Math.log2(3), 12);
    expect(entropy.aggregate).toBeCloseTo((0.2 * char) / 6 + (0.5 * token) / 12, 12);
  });

  it('counts characters with their case and tokens without', () => {
    expect(referenceReport('aA').entropy).toMatchObject({ char: 1, token: 0 });
    expect(referenceReport('a A').entropy).toMatchObject({ token: 0, evenness: null });
  });
});

describe('laws for any text', () => {
  it('keeps entropies within their bounds, and counts nested', () => {
    fc.assert(
      fc.property(unicodeText(), (text) => {
        const report = referenceReport(text);
        const { char, token, sentence } = report.entropy;
        expect(char).toBeLessThanOrEqual(Math.log2(Math.max(report.chars, 1)) + 1e-9);
        expect(token).toBeLessThanOrEqual(Math.log2(Math.max(report.distinctTokens, 1)) + 1e-9);
        expect(sentence).toBeLessThanOrEqual(Math.log2(Math.max(report.sentences, 1)) + 1e-9);
        expect(report.distinctTokens).toBeLessThanOrEqual(report.tokens);
        expect(report.sentences).toBeLessThanOrEqual(report.tokens);
        expect(report.paragraphs).toBeLessThanOrEqual(report.lines);
      }),
    );
  });

  it('changes only `replaced` when lone surrogates are replaced beforehand', () => {
    fc.assert(
      fc.property(unicodeText(), (text) => {
        const report = referenceReport(text);
        const utf8 = new TextEncoder().encode(text);
        const replacedBefore = new TextDecoder('utf-8', { ignoreBOM: true }).decode(utf8);
        expect(referenceReport(replacedBefore)).toEqual({ ...report, replaced: undefined });
        expect(report.bytes).toBe(utf8.length);
      }),
    );
  });

  it('replaces nothing in well-formed texts, and finds one byte a character in ASCII', () => {
    fc.assert(
      fc.property(wellFormedText(), asciiText(), (text, ascii) => {
        expect(referenceReport(text)).not.toHaveProperty('replaced');
        const report = referenceReport(ascii);
        expect(report.bytes).toBe(report.chars);
      }),
    );
  });

  it('doubles the counts of two copies apart, and keeps their token entropy', () => {
    fc.assert(
      fc.property(wellFormedText(), (text) => {
        const once = referenceReport(text);
        const twice = referenceReport(`${text}\n\n${text}`);
        expect(twice).toMatchObject({
          words: 2 * once.words,
          tokens: 2 * once.tokens,
          distinctTokens: once.distinctTokens,
          paragraphs: 2 * once.paragraphs,
        });
        expect(twice.entropy.token).toBeCloseTo(once.entropy.token, 9);
      }),
    );
  });
});

/** One line for each field that differs: counts must be equal, bits and ratios within 1e-9·max(1, |x|). */
function differences(cases: readonly ExpectedCase[]): string[] {
  return cases.flatMap(({ text, expected }) => {
    const actual = referenceReport(text);
    const counts = COUNTS.filter((name) => actual[name] !== expected[name]);
    const ratios = RATIOS.filter((name) => !isClose(actual.entropy[name], expected.entropy[name]));
    return [
      ...counts.map((name) => `${expected.id}: ${name} ${actual[name]}, expected ${expected[name]}`),
      ...ratios.map((name) => `${expected.id}: ${name} ${actual.entropy[name]}, expected ${expected.entropy[name]}`),
    ];
  });
}

const COUNTS = ['bytes', 'chars', 'words', 'tokens', 'distinctTokens', 'lines', 'paragraphs', 'sentences'] as const;
const RATIOS = ['char', 'token', 'sentence', 'evenness', 'redundancy', 'aggregate'] as const;

function isClose(actual: number | null, expected: number | null): boolean {
  if (actual === null || expected === null) return actual === expected;
  return Math.abs(actual - expected) <= 1e-9 * Math.max(1, Math.abs(expected));
}
