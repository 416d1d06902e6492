/**
 * Proves that the reference model says what the definitions say: against cases worked out by hand, and against laws that
 * hold for any text. That it agrees with independent implementations is proved in `test/conformance/`.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { completeDifferences, differences } from '../support/compare.js';
import { ORACLE_ABSENT_NOTE, ORACLE_PRESENT, readPunctSet } from '../support/oracle.js';
import { asciiText, documentText, scoringOptions, unicodeText, wellFormedText } from '../support/text-arbitraries.js';
import type { ReferenceOptions } from './options.js';
import { PUNCT } from './punct.js';
import { syllables } from './readability.js';
import { referenceCleanedText, referenceReport, type ReferenceFullReport } from './report.js';
import { strip } from './strings.js';
import { fences, headings, links, prose, sections } from './structure.js';
import { TERMINAL } from './terminal.js';
import { lines, paragraphs, sentences, tokenPairs, tokens, words } from './text-units.js';

const suffix = ORACLE_PRESENT ? '' : ` (skipped: ${ORACLE_ABSENT_NOTE})`;

describe.skipIf(!ORACLE_PRESENT)(`fixed sets${suffix}`, () => {
  it('are those of the definitions', () => {
    expect(TERMINAL).toEqual(readPunctSet('TERMINAL'));
    const each = PUNCT.flatMap(([first, last]) =>
      Array.from({ length: last - first + 1 }, (_, index) => first + index),
    );
    expect(each).toEqual(readPunctSet('PUNCT'));
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

describe('token pairs', () => {
  it('hold what stands between two tokens, and nothing beside a token by itself', () => {
    expect(tokenPairs('E-mail 漢ed')).toEqual([
      { first: 'e', between: '-', second: 'mail' },
      { first: 'mail', between: ' ', second: '漢' },
      { first: '漢', between: '', second: 'ed' },
    ]);
    expect(tokenPairs('one')).toEqual([]);
  });
});

describe('fences', () => {
  it('close at as many of the same character or more, and at nothing less', () => {
    expect(fences('````js\n```\n~~~~\n`````\nafter')).toEqual([{ info: 'js', content: '```\n~~~~' }]);
    expect(fences('~~~\n```\n~~~')).toEqual([{ info: '', content: '```' }]);
    expect(prose('````js\n```\n~~~~\n`````\nafter')).toBe('after');
  });

  it('run to the end of the text unless a line of nothing else closes them', () => {
    expect(fences('```\n``` x\n    ```\ny')).toEqual([{ info: '', content: '``` x\n    ```\ny' }]);
    expect(fences('```\n``` \t\u3000\ny')).toEqual([{ info: '', content: '' }]);
    expect(fences('a\n```')).toEqual([{ info: '', content: '' }]);
  });

  it('open after at most three spaces, and with no backtick in the info string of backticks', () => {
    expect(fences('    ```\n\t```\n``\n')).toEqual([]);
    expect(fences('``` a`b\nx')).toEqual([]);
    expect(fences('   ~~~ a`b ~ \nx')).toEqual([{ info: 'a`b ~', content: 'x' }]);
    expect(fences('```~~~')).toEqual([{ info: '~~~', content: '' }]);
  });

  it('have CRLF as their line end like any line', () => {
    expect(fences('``` \r\nx\r\n```\r\ny\r\n')).toEqual([{ info: '', content: 'x' }]);
    expect(prose('``` \r\nx\r\n```\r\ny\r\n')).toBe('y');
  });
});

describe('headings and sections', () => {
  it('have one to six # and then white space or the end of the line', () => {
    expect(headings('#a\n####### b\n    # c\n\t# d\n#\ufeffe')).toEqual([]);
    expect(headings('#\n   ###### b\n#\u3000c\r\n##\u2028')).toEqual([
      { level: 1, text: '' },
      { level: 6, text: 'b' },
      { level: 1, text: 'c' },
      { level: 2, text: '' },
    ]);
  });

  it('lose the # at the end of their text, once', () => {
    expect(headings('# A #b ## \n# C#\n# # #\n# ##').map(({ text }) => text)).toEqual(['A #b', 'C', '#', '']);
  });

  it('are of the prose only', () => {
    expect(headings('```\n# a\n```')).toEqual([]);
    expect(sections('a\n```\n# x\n```\n# b\nc\n## \n# d')).toEqual(['a', '# b\nc', '# d']);
  });
});

describe('links', () => {
  it('are in one line, without brackets in their text or parentheses in their target', () => {
    const targets = links('[a](b)[c\nd](e) [f](g(h)) [[i](j "k")](l) []() [m]() [n] (o)').map(({ target }) => target);
    expect(targets).toEqual(['b', 'j "k"']);
    expect(links('```\n[a](b)\n```\n[c](d\r\n)')).toEqual([]);
  });
});

describe('readability', () => {
  it('counts runs of vowels, without a silent e, and at least one', () => {
    const all = ['the', 'table', 'fire', 'queue', 'coffee', 'hmm', 'Rhythm', 'ale', 'people', 'APE', 'idea'];
    expect(all.map(syllables)).toEqual([1, 2, 1, 1, 1, 1, 1, 2, 2, 1, 2]);
  });

  it('is over tokens of ASCII letters only', () => {
    // 3 tokens and syllables in 1 sentence: 206.835 − 3.045 − 84.6 and 1.17 + 11.8 − 15.59.
    const report = full('The cat sat. ').readability;
    expect(report.fleschReadingEase).toBeCloseTo(119.19, 9);
    expect(report.fleschKincaidGrade).toBeCloseTo(-2.62, 9);
    // "a_b", "x1", "é" and the decomposed "é" are no such tokens, but "don" and "t" are: 2 of them.
    expect(full("a_b x1 \u00e9 e\u0301 don't").readability.fleschReadingEase).toBeCloseTo(120.205, 9);
    expect(full('a_b x1 \u00e9').readability).toEqual({ fleschReadingEase: null, fleschKincaidGrade: null });
  });

  it('does not take the Kelvin sign for a K, although it lower-cases to one', () => {
    expect(tokens('\u212aelvin')).toEqual(['kelvin']);
    expect(full('\u212aelvin \u0130s').readability.fleschReadingEase).toBeNull();
    expect(full('Kelvin').readability.fleschReadingEase).not.toBeNull();
  });
});

describe('coherence', () => {
  it('compares sections with a token, whichever stand beside each other', () => {
    expect(full('x\n# a x').coherence).toBeCloseTo(Math.SQRT1_2, 12);
    expect(full('# a\n#\n# a').coherence).toBeCloseTo(1, 12);
    // a, b | b | c: the mean of 1/√2 and 0.
    expect(full('# a b\n# b\n# c').coherence).toBeCloseTo(Math.SQRT1_2 / 2, 12);
  });

  it('takes the paragraphs of the prose when there are fewer than two sections', () => {
    expect(full('# a\n\na b').coherence).toBeCloseTo(Math.SQRT1_2, 12);
    expect(full('a\n\n...\n\nb').coherence).toBe(0);
    // The prose before and after a fence is one paragraph.
    expect(full('a\n```\n\nb\n\n```\na').coherence).toBeNull();
    expect(full('').coherence).toBeNull();
  });
});

describe('completeness', () => {
  it('finds markers by their whole word without ASCII punctuation, in fences too', () => {
    // 6 of 9 words: TODO:, (FIXME), XXX,, TBD., _TODO_ and the one in the fence.
    const text = 'TODO: (FIXME) XXX, tbd TBD. _TODO_ TODO\u00bb TODOs\n```\nTODO\n```';
    // 11 words with the two lines of the fence; 1 fence of 3.
    expect(full(text).documentation.completeness).toBeCloseTo((1 / 3 + 0.4 + 11 / 500) / 6, 12);
  });

  it('finds essentials as prefixes of tokens', () => {
    // example and usage of 4; no markers; 4 words.
    expect(full('Examples of usage_x preference').documentation.completeness).toBeCloseTo((1 + 4 / 500 + 0.5) / 6, 12);
  });
});

describe('clarity', () => {
  it('finds passives over white space only, and no participle of two characters', () => {
    // 9 words, 3 sentences, 3 passives (was tired, is painted, are bed), one paragraph of 3 sentences.
    const three = full('He was\n tired. It is painted. They are bed.');
    expect(three.documentation.clarity).toBeCloseTo((0.275 + 1 + 0 + 1) / 4, 12);
    // 2 words, 1 sentence, no passive, one paragraph of 1 sentence.
    expect(full('be ed').documentation.clarity).toBeCloseTo((0.225 + 1 + 1 + 0.4) / 4, 12);
    expect(full('was-painted 1').documentation.clarity).toBeCloseTo((0.225 + 1 + 1 + 0.4) / 4, 12);
  });

  it('takes a paragraph as a text of its own', () => {
    // The text has 3 sentences ("two three." over the gap), each paragraph 2.
    const report = full('one. two\n\nthree. four');
    expect(report.sentences).toBe(3);
    expect(report.documentation.clarity).toBeCloseTo((1 - (17.5 - 4 / 3) / 20 + 1 + 1 + 0.7) / 4, 12);
  });

  it('calls a sentence long above 150 code points, without the white space around it', () => {
    const clarityOf = (text: string): number => full(text).documentation.clarity;
    const astral = '\u{1d4b3}';
    // One word, one sentence, one paragraph of it.
    expect(clarityOf(`  ${astral.repeat(149)}. `)).toBeCloseTo((0.175 + 1 + 1 + 0.4) / 4, 12);
    expect(clarityOf(`${astral.repeat(150)}.`)).toBeCloseTo((0.175 + 0 + 1 + 0.4) / 4, 12);
  });

  it('takes a heading without text as one of no tokens', () => {
    // Headings of 0 and 3 tokens: (1.5)/3. 5 words, 1 sentence, one paragraph.
    expect(full('#\n# a b c').documentation.clarity).toBeCloseTo((0.375 + 1 + 1 + 0.4 + 0.5) / 5, 12);
  });
});

describe('consistency', () => {
  it('takes the share of the most common bullet, a rule of stars being one', () => {
    expect(full('a\n* * *\n- b\n\u3000* c\n-\n--\n-\ufeffd\n```\n+ e\n```').documentation.consistency).toBeCloseTo(
      // One fence without info; 2 of 3 bullets; no gap.
      (0 + 2 / 3 + 1) / 3,
      12,
    );
  });

  it('takes two tokens with exactly one hyphen between as the other form of a word', () => {
    expect(full('email e-mail E-Mail e--mail e\u2010mail').documentation.consistency).toBeCloseTo((2 / 3 + 1) / 2, 12);
    // Groups count alike: 1/1 and 1/2.
    expect(full('set-up online on-line').documentation.consistency).toBeCloseTo((0.75 + 1) / 2, 12);
  });

  it('counts a skip for each heading more than one level deeper than the one before', () => {
    expect(full('### z\n# a\n### b\n## c\n#### d').documentation.consistency).toBeCloseTo((0.8 + 1) / 2, 12);
  });

  it('counts gaps between the first and the last visible character of a prose line', () => {
    expect(full('  a  b   c \t  d  \r\n```x\na  b\n```\n   \u00a0  ').documentation.consistency).toBeCloseTo(
      // A fence with info; 3 gaps.
      (1 + 0.97) / 2,
      12,
    );
  });
});

describe('accuracy', () => {
  const accuracyOf = (text: string, asOf = 2026): number => full(text, { asOf }).documentation.accuracy;

  it('finds versions with backtracking, apart from other token characters', () => {
    // versions/2 and 0.5 for no notice.
    expect(accuracyOf('1.2.3x')).toBeCloseTo((0.5 + 0.5) / 2, 12);
    expect(accuracyOf('1.2.3.4')).toBeCloseTo((0.5 + 0.5) / 2, 12);
    expect(accuracyOf('1.22x vv1.2 a1.2 1.2_ 1.2\u0301 \u00e91.2 1..2 \u0661.2')).toBeCloseTo((0 + 0.5) / 2, 12);
    expect(accuracyOf('V1.2, -3.4.')).toBeCloseTo((1 + 0.5) / 2, 12);
  });

  it('finds years as tokens of four ASCII digits', () => {
    const text = '2022 2023 2024 1999 2100 20233 2023_ \u0662\u0660\u0662\u0663';
    expect(accuracyOf(text)).toBeCloseTo((0 + 2 / 3 + 0.5) / 3, 12);
    expect(accuracyOf(text, 2028)).toBeCloseTo((0 + 0 + 0.5) / 3, 12);
    expect(accuracyOf('2023-01')).toBeCloseTo((0 + 1 + 0.5) / 3, 12);
  });

  it('counts brackets in the content of a fence, in whatever order', () => {
    expect(accuracyOf('```x {\n)({}[\n```')).toBeCloseTo((0 + 2 / 3 + 0.5) / 3, 12);
  });

  it('judges the target of a link as it stands', () => {
    // 0.5, 1, 1, 0.5, 0.5
    expect(accuracyOf('[a](x) [b](#y) [c](d.md#e) [d](D.MD) [e](f.pdf "t")')).toBeCloseTo((0 + 0.7 + 0.5) / 3, 12);
  });

  it('finds notices in any case', () => {
    expect(accuracyOf('note NOTE warnings Deprecated')).toBeCloseTo((0 + 1) / 2, 12);
  });
});

describe('the documentation profile', () => {
  it('is all 0 for a text without a token, whose MIAIR score is that of order alone', () => {
    const none = { completeness: 0, clarity: 0, consistency: 0, accuracy: 0, overall: 0 };
    expect(full('').documentation).toEqual(none);
    expect(full('...').documentation).toEqual(none);
    expect(full('').miair).toBeCloseTo(35, 12);
  });

  it('is weighted by weights of any sum, and refuses negative ones and none', () => {
    const { clarity, completeness } = full('a').documentation;
    const zero = { completeness: 0, clarity: 0, consistency: 0, accuracy: 0 };
    const overallOf = (weights: ReferenceOptions['weights'] & object): number =>
      full('a', { weights }).documentation.overall;
    expect(overallOf({ ...zero, clarity: 7 })).toBeCloseTo(clarity, 12);
    expect(overallOf({ ...zero, clarity: 3, completeness: 1 })).toBeCloseTo((3 * clarity + completeness) / 4, 12);
    expect(() => overallOf(zero)).toThrow(RangeError);
    expect(() => overallOf({ clarity: -1 })).toThrow(RangeError);
  });
});

describe('gopher_quality', () => {
  const statsOf = (text: string) => full(text).filters.gopher_quality.stats;

  it('counts what occurs without overlaps', () => {
    expect(statsOf('..... ## \u2026\u2026')).toMatchObject({ n_ellipsis: 3, n_hash: 2, n_words: 3 });
    expect(statsOf('......')).toMatchObject({ n_ellipsis: 2 });
  });

  it('breaks lines at all line breaks, and strips them by the white space of the definitions', () => {
    expect(statsOf('a\r\nb\rc\u2028d\ve\u001cf\u001fg\n')).toMatchObject({ n_lines: 6 });
    expect(statsOf('\ufeff- a\n\u001f- b\n\u3000\u2022c\n* d')).toMatchObject({ n_lines: 4, n_bullet_lines: 2 });
    expect(statsOf('a... \u0085b\u2026\r\nc....\nd..\ne...\ufeff')).toMatchObject({ n_end_ellipsis_lines: 3 });
  });

  it('takes a word of PUNCT and TERMINAL only as no word, full-width 1 among them', () => {
    expect(statsOf('1 \u2014 \u00ab.\u0964 \uff11 a\u{1d4b3}.')).toMatchObject({
      n_words: 5,
      n_non_symbol_words: 2,
      mean_word_length: 2,
      n_alpha_words: 1,
    });
  });

  it('finds stop words as whole words in lower case', () => {
    expect(statsOf('The the the THE be, of')).toMatchObject({ stop_word_count: 2 });
  });

  it('passes what equals its threshold, and drops for the first check that fails', () => {
    const off = { minWords: null, minMeanWordLength: null, minStopWords: null };
    const verdictOf = (text: string, gopher_quality = {}) =>
      full(text, { filters: { gopher_quality: { ...off, ...gopher_quality } } }).filters.gopher_quality;
    expect(verdictOf('#a b c d e f g h i j')).toMatchObject({ keep: true, reason: null });
    expect(verdictOf('#a b c d e f g h i')).toMatchObject({ keep: false, reason: 'gopher_too_many_hashes' });
    expect(verdictOf('#a b c d e f g h i', { maxHashRatio: null })).toMatchObject({ keep: true });
    expect(verdictOf('a b c d 5')).toMatchObject({ keep: true });
    expect(verdictOf('a b c 4')).toMatchObject({ reason: 'gopher_below_alpha_threshold' });
  });

  it('has no ratio without words or lines, and fails none of these', () => {
    const { keep, reason, stats } = full('').filters.gopher_quality;
    expect({ keep, reason }).toEqual({ keep: false, reason: 'gopher_short_doc' });
    expect(stats).toMatchObject({ n_lines: 0, mean_word_length: null, hash_ratio: null, bullet_line_frac: null });
    const allowed = { gopher_quality: { minWords: null, minStopWords: null } };
    expect(full('', { filters: allowed }).filters.gopher_quality.keep).toBe(true);
  });
});

describe('gopher_repetition', () => {
  const statsOf = (text: string) => full(text).filters.gopher_repetition.stats;

  it('takes the first seen among the most frequent n-grams', () => {
    // "a b", "b cc" and "cc dd" occur twice each.
    expect(statsOf('a b cc dd a b cc dd')).toMatchObject({ top_2_gram_chars: 6, top_3_gram_chars: 12 });
    // Once is enough to be the most frequent.
    expect(statsOf('aa b c')).toMatchObject({ top_2_gram_chars: 4, top_3_gram_chars: 6, top_4_gram_chars: null });
  });

  it('lets occurrences of an n-gram overlap, so that they may be more than the text', () => {
    const { top_2_gram_chars, top_2_gram_char_frac } = statsOf('a a\ta\n\na');
    expect(top_2_gram_chars).toBe(9);
    expect(top_2_gram_char_frac).toBe(9 / 8);
  });

  it('takes duplicated n-grams for equal when only their separators differ', () => {
    expect(statsOf('ab c d e f a bc d e f')).toMatchObject({ dup_5_gram_chars: 6, dup_6_gram_chars: 0 });
  });

  it('skips a duplicated n-gram as a whole', () => {
    // 20 words: remembered at 0, seen at 1, 6 and 11; then fewer than 5 are left.
    expect(statsOf('a '.repeat(20))).toMatchObject({ dup_5_gram_chars: 15, dup_10_gram_chars: 10 });
  });

  it('splits lines at LF only and takes an empty one at either end', () => {
    expect(statsOf('\na\n\nb\na\r\n')).toMatchObject({ n_lines: 5, dup_lines: 1, dup_line_chars: 0 });
    expect(statsOf('\u{1d4b3} \n\u{1d4b3} \n\u{1d4b3}')).toMatchObject({ n_lines: 3, dup_lines: 1, dup_line_chars: 2 });
  });

  it('splits the stripped text into paragraphs at LFs, which CRLFs are not', () => {
    expect(statsOf('\n a\n\n\n b\n\n b \n')).toMatchObject({
      n_paragraphs: 3,
      dup_paragraphs: 1,
      dup_paragraph_chars: 2,
    });
    expect(statsOf('a\r\n\r\na')).toMatchObject({ n_paragraphs: 1 });
    expect(statsOf(' \n')).toMatchObject({ n_paragraphs: 1, dup_para_frac: 0 });
  });

  it('keeps the empty text, of which it has no statistics', () => {
    const { keep, reason, stats } = full('').filters.gopher_repetition;
    expect({ keep, reason }).toEqual({ keep: true, reason: null });
    expect(new Set(Object.values(stats))).toEqual(new Set([null]));
  });
});

describe('c4_quality', () => {
  const anyLength = { filters: { c4_quality: { minSentences: null } } };
  const cleaned = (text: string): string | null => referenceCleanedText(text, anyLength);
  const statsOf = (text: string) => full(text).filters.c4_quality.stats;

  it('removes citations in one pass, and strips only the whole text afterwards', () => {
    expect(cleaned(' [1] A b c.\n[\u0663] D [edit]e [citation needed].\r\n')).toBe('A b c.\n D e .');
    expect(cleaned('See it [ed[1]it].\nSee it [\u00b2] [Edit] [1a].')).toBe(
      'See it [edit].\nSee it [\u00b2] [Edit] [1a].',
    );
    // The space before the citation stays at the end of the line.
    expect(statsOf('One two three. [3]')).toMatchObject({ kept: 0, no_terminal_punc: 1 });
    expect(cleaned('One two three.[3]')).toBe('One two three.');
  });

  it('counts the words before citations are removed', () => {
    expect(cleaned('A b [1].')).toBe('A b .');
    expect(statsOf('A [1]b.')).toMatchObject({ too_few_words: 1 });
  });

  it('wants one of five ends, but no ellipsis', () => {
    const ends = ['.', '?', '!', '"', "'", '..', '...."', '\u2026.'];
    const others = ['...', '\u2026', '\u3002', ';', '.)', '.\ufeff', ''];
    expect(statsOf(ends.map((end) => `a b c${end}`).join('\n'))).toMatchObject({ kept: ends.length });
    expect(statsOf(others.map((end) => `a b c${end}`).join('\n'))).toMatchObject({ no_terminal_punc: others.length });
  });

  it('looks for words in the lower-cased line after citations are removed', () => {
    expect(statsOf('The java[1]script is.')).toMatchObject({ javascript: 1 });
    // The Kelvin sign lower-cases to k; a dotted capital I to i and a dot above.
    expect(statsOf('It uses coo\u212aies.\nIt uses cook\u0130es.')).toMatchObject({ policy: 1, kept: 1 });
  });

  it('drops a line for its first fault, and the document only if the line has come so far', () => {
    const reasonOf = (text: string) => full(text, anyLength).filters.c4_quality.reason;
    expect(reasonOf('A javascript { in here.')).toBeNull();
    expect(reasonOf('Two {.\nNo end to { this')).toBeNull();
    expect(reasonOf('Javascript and LOREM ipsum {.')).toBe('lorem_ipsum');
    expect(reasonOf('The privacy policy of {.')).toBe('curly_bracket');
  });

  it('counts up to the line that drops the document, which is among the lines', () => {
    const { filters } = full('One two. Three!\nno\nA { b c.\nOne more here.');
    expect(filters.c4_quality).toEqual({
      keep: false,
      reason: 'curly_bracket',
      stats: {
        lines: 3,
        kept: 1,
        sentences: 2,
        too_long_word: 0,
        no_terminal_punc: 1,
        too_few_words: 0,
        javascript: 0,
        policy: 0,
      },
    });
    expect(cleaned('One two three.\nA { b c.')).toBeNull();
  });

  it('allows words of 1000 code points', () => {
    const word = (length: number) => '\u{1f600}'.repeat(length);
    expect(statsOf(`a b ${word(1000)} c.\na b ${word(1001)} c.`)).toMatchObject({ kept: 1, too_long_word: 1 });
  });

  it('wants five sentences, counted line by line', () => {
    const { keep, stats } = full('One of it. Two\u3002 Three!\nFour of it.\nSo and so v1.2."').filters.c4_quality;
    expect(stats).toMatchObject({ sentences: 5, kept: 3 });
    expect(keep).toBe(true);
    expect(full('...').filters.c4_quality.reason).toBe('too_few_sentences');
    expect(referenceCleanedText('')).toBeNull();
    expect(cleaned('')).toBe('');
  });

  it('switches its rules off', () => {
    const off = {
      maxWordLength: null,
      citations: null,
      terminalPunctuation: null,
      minWordsPerLine: null,
      loremIpsum: null,
      javascript: null,
      curlyBracket: null,
      policy: null,
      minSentences: null,
    };
    const text = `lorem ipsum [1]\n{\n\njavascript\nuse cookies\n${'x'.repeat(1001)}...`;
    expect(referenceCleanedText(text, { filters: { c4_quality: off } })).toBe(text);
  });
});

describe('fineweb_quality', () => {
  const statsOf = (text: string) => full(text).filters.fineweb_quality.stats;

  it('takes the lines unstripped: one with a CR or a space at its end ends with no terminal', () => {
    expect(statsOf('a.\r\nb. \n \u3000\r\nc\u3002\nd\u2028e!')).toEqual({
      n_lines: 4,
      n_punct_lines: 2,
      n_short_lines: 4,
      dup_line_chars: 0,
      n_newlines: 4,
      line_punct_ratio: 0.5,
      short_line_ratio: 1,
      char_dup_ratio: 0,
      list_ratio: 0.8,
    });
  });

  it('calls a line short up to 30 code points', () => {
    expect(statsOf(`${'\u{1d4b3}'.repeat(30)}\n${'x'.repeat(31)}`)).toMatchObject({ n_short_lines: 1 });
  });

  it('counts the characters of lines that come again', () => {
    expect(statsOf('ab\nab\n\nab')).toMatchObject({ n_lines: 3, dup_line_chars: 4, char_dup_ratio: 4 / 6 });
  });

  it('passes what equals its threshold', () => {
    const at = (fineweb_quality = {}) =>
      full('abc\nab.', { filters: { fineweb_quality } }).filters.fineweb_quality.reason;
    expect(at({ minLinePunctRatio: 0.5, maxShortLineRatio: 1, maxListRatio: 0.5 })).toBeNull();
    expect(at({ minLinePunctRatio: 0.51, maxShortLineRatio: 1 })).toBe('line_punct_ratio');
    expect(at({ maxShortLineRatio: 0.67 })).toBe('short_line_ratio');
    expect(at({ shortLineLength: 2 })).toBe('list_ratio');
    expect(at({ shortLineLength: 2, maxListRatio: null })).toBeNull();
  });

  it('calls a text without a visible line empty', () => {
    expect(full('').filters.fineweb_quality).toMatchObject({ keep: false, reason: 'empty', stats: { n_newlines: 0 } });
    expect(full(' \n\u2028\n').filters.fineweb_quality).toMatchObject({
      reason: 'empty',
      stats: { n_lines: 0, n_newlines: 2, line_punct_ratio: null, list_ratio: null },
    });
  });
});

describe('statistics', () => {
  const TOP = [2, 3, 4].map((n) => `top_${n}_gram_chars top_${n}_gram_char_frac`).join(' ');
  const DUP = [5, 6, 7, 8, 9, 10].map((n) => `dup_${n}_gram_chars dup_${n}_gram_char_frac`).join(' ');
  const NAMES = {
    gopher_quality:
      'n_chars n_words n_non_symbol_words mean_word_length n_hash n_ellipsis n_lines n_bullet_lines n_end_ellipsis_lines ' +
      'n_alpha_words stop_word_count hash_ratio ellipsis_ratio bullet_line_frac end_ellipsis_line_frac alpha_word_frac',
    gopher_repetition:
      'n_paragraphs dup_paragraphs dup_paragraph_chars dup_para_frac dup_para_char_frac n_lines dup_lines dup_line_chars ' +
      `dup_line_frac dup_line_char_frac ${TOP} ${DUP}`,
    c4_quality: 'lines kept sentences too_long_word no_terminal_punc too_few_words javascript policy',
    fineweb_quality:
      'n_lines n_punct_lines n_short_lines dup_line_chars n_newlines line_punct_ratio short_line_ratio char_dup_ratio ' +
      'list_ratio',
  };

  it.each(['', ' ', 'a', 'A few words.\n\nA few words.'])(
    'have the names and the order of their definition: %j',
    (text) => {
      const { filters } = full(text);
      const names = Object.entries(filters).map(([filter, { stats }]) => [filter, Object.keys(stats).join(' ')]);
      expect(Object.fromEntries(names)).toEqual(NAMES);
    },
  );
});

describe('comparing reports', () => {
  const report = full('One of the words. And two more of them!\n\nThe end.');
  const { filters, readability, coherence, documentation, miair, ...entropyOnly } = report;
  const withFineweb = (verdict: object): object => ({ ...report, filters: { ...filters, fineweb_quality: verdict } });
  const { stats, ...bare } = filters.fineweb_quality;

  it('takes a report of fewer parts, unless it is to be complete', () => {
    expect(differences('x', entropyOnly, report)).toEqual([]);
    expect(differences('x', withFineweb(bare), report)).toEqual([]);
    expect(completeDifferences('x', report, report)).toEqual([]);
    expect(completeDifferences('x', entropyOnly, report).length).toBeGreaterThan(60);
    expect(completeDifferences('x', withFineweb(bare), report)).toHaveLength(Object.keys(stats).length);
  });

  it('refuses to compare a full report with counts and entropy alone', () => {
    expect(differences('x', report, entropyOnly)).toHaveLength(4);
    expect([readability, coherence, documentation, miair]).toHaveLength(4);
  });

  it('wants counts, verdicts and reasons equal and ratios close', () => {
    const close = (change: object): string[] =>
      differences('x', withFineweb({ ...bare, stats: { ...stats, ...change } }), report);
    expect(close({ list_ratio: (stats['list_ratio'] ?? 0) + 1e-12 })).toEqual([]);
    expect(close({ list_ratio: 1e-3 })).toHaveLength(1);
    expect(close({ n_lines: (stats['n_lines'] ?? 0) + 1e-12 })).toHaveLength(1);
    expect(differences('x', withFineweb({ ...bare, reason: 'other' }), report)).toHaveLength(1);
    expect(differences('x', withFineweb({ ...bare, keep: !bare.keep }), report)).toHaveLength(1);
    const reversed = Object.fromEntries(Object.entries(stats).reverse());
    expect(differences('x', withFineweb({ ...bare, stats: reversed }), report)).toHaveLength(1);
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

  it('keeps every dimension from 0 to 1, and gives a reason to what it drops and to nothing else', () => {
    fc.assert(
      fc.property(documentText(), scoringOptions(), (text, options) => {
        const { documentation, coherence, filters } = referenceReport(text, options);
        for (const value of [...Object.values(documentation), coherence ?? 0]) {
          expect(value).toBeGreaterThanOrEqual(0);
          expect(value).toBeLessThanOrEqual(1 + 1e-9);
        }
        for (const { keep, reason } of Object.values(filters)) expect(keep).toBe(reason === null);
        expect(referenceCleanedText(text, options) !== null).toBe(filters.c4_quality.keep);
      }),
    );
  });

  it('may be handed to a function that adds arguments of its own', () => {
    const [first, second] = ['a b', ''].map(referenceReport);
    expect(first).toMatchObject(referenceReport('a b'));
    expect(second).toMatchObject(referenceReport(''));
  });

  it('gives the counts and entropy without options that it gives with them', () => {
    fc.assert(
      fc.property(documentText(), scoringOptions(), (text, options) => {
        expect(referenceReport(text, options)).toMatchObject(referenceReport(text));
      }),
    );
  });

  it('leaves no line, after C4 has cleaned a text, that C4 would drop from it', () => {
    // What removing citations leaves may look like a citation, and have no such end or too few words: not asked again.
    const again = { citations: null, terminalPunctuation: null, minWordsPerLine: null, minSentences: null };
    fc.assert(
      fc.property(documentText(), (text) => {
        const cleaned = referenceCleanedText(text, { filters: { c4_quality: { minSentences: null } } }) ?? '';
        const stripped = cleaned.split('\n').map(strip).join('\n');
        expect(referenceCleanedText(cleaned, { filters: { c4_quality: again } })).toBe(stripped);
      }),
    );
  });
});

/** All measures and filters, as of the year of the expected values. */
function full(text: string, options: ReferenceOptions = {}): ReferenceFullReport {
  return referenceReport(text, { asOf: 2026, ...options });
}
