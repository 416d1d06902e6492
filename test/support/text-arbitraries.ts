/**
 * Texts for property tests: fast-check arbitraries that reach the corners of the text units, of the measures and of the
 * filters, and options for them.
 *
 * A text is a vocabulary of a few words and a list of pieces. Pieces refer to words by index, so that words repeat (counts
 * above 1) and shrinking removes a word everywhere at once. Some pieces align what follows to just before a 64-byte
 * boundary of the UTF-8 form, or repeat what came before.
 */
import fc from 'fast-check';
import { WHITE_SPACE, type CodePointRange } from '../reference/code-points.js';
import type { FilterOptions, ReferenceOptions, ReferenceWeights, Rule, Threshold } from '../reference/options.js';
import { TERMINAL } from '../reference/terminal.js';

export interface UnicodeTextOptions {
  /** Whether a lone surrogate may occur. @defaultValue true */
  readonly loneSurrogates?: boolean;
}

/** Any string: everything of `wellFormedText`, and lone surrogates. */
export function unicodeText(options: UnicodeTextOptions = {}): fc.Arbitrary<string> {
  const { loneSurrogates = true } = options;
  return textOf({
    word: unicodeWord(),
    gap: unicodeGap(),
    punctuation: unicodePunctuation(),
    soup: unicodeSoup(loneSurrogates),
  });
}

/** Texts without a lone surrogate: what a UTF-8 file can hold. */
export function wellFormedText(): fc.Arbitrary<string> {
  return unicodeText({ loneSurrogates: false });
}

/** Texts of U+0000–007F only: one byte a code point. */
export function asciiText(): fc.Arbitrary<string> {
  return textOf({
    word: asciiWord(),
    gap: asciiGap(),
    punctuation: asciiPunctuation(),
    soup: fc.string({ unit: 'binary-ascii', maxLength: 40 }),
  });
}

/**
 * Any string again, most of them with a structure: documents of Markdown, repetitions, what the filters look for, texts
 * at the thresholds of the filters, and any of these beside another.
 */
export function documentText(options: UnicodeTextOptions = {}): fc.Arbitrary<string> {
  const one = fc.oneof(
    { weight: 4, arbitrary: markdownText() },
    { weight: 3, arbitrary: repetitiveText() },
    { weight: 3, arbitrary: webText() },
    { weight: 3, arbitrary: thresholdText() },
    { weight: 2, arbitrary: unicodeText(options) },
  );
  const beside = fc.tuple(one, fc.constantFrom('', '\n', '\n\n', ' '), one).map((parts) => parts.join(''));
  return fc.oneof({ weight: 4, arbitrary: one }, { weight: 1, arbitrary: beside });
}

/** Documents: headings, fences, bullets, links, paragraphs and the words that the documentation profile counts. */
export function markdownText(): fc.Arbitrary<string> {
  const block = fc.oneof(
    { weight: 3, arbitrary: heading() },
    { weight: 3, arbitrary: fence() },
    { weight: 2, arbitrary: bullet() },
    { weight: 4, arbitrary: documentationLine() },
    { weight: 1, arbitrary: fc.constantFrom('', ' ', '\t', '\u3000') },
  );
  return documentOf(block);
}

/** Words, lines and paragraphs that come again, and n-grams that are equal only without their separators. */
export function repetitiveText(): fc.Arbitrary<string> {
  return documentOf(fc.oneof({ weight: 3, arbitrary: repeatedPhrase() }, { weight: 1, arbitrary: proseLine() }));
}

/** Lines that the filters drop or change: citations, policies, ellipses, bullets, long words, braces. */
export function webText(): fc.Arbitrary<string> {
  return documentOf(fc.oneof({ weight: 5, arbitrary: webLine() }, { weight: 1, arbitrary: proseLine() }));
}

/** Texts just below, at and just above a default threshold of a filter. */
export function thresholdText(): fc.Arbitrary<string> {
  return fc.oneof(wordsAtThreshold(), linesAtThreshold(), repeatsAtThreshold());
}

/** Options of measures and filters: most thresholds are met by short texts, or switched off. */
export function scoringOptions(): fc.Arbitrary<ReferenceOptions> {
  return fc
    .record({
      asOf: fc.integer({ min: 1999, max: 2103 }),
      weights: fc.option(weights(), { nil: undefined }),
      filters: fc.option(filterOptions(), { nil: undefined }),
    })
    .map(({ asOf, weights, filters }) => ({
      asOf,
      ...(weights !== undefined && { weights }),
      ...(filters !== undefined && { filters }),
    }));
}

// --- Alphabets ---------------------------------------------------------------------------------------------------------

/** The engine's tables are those of Unicode 17; a host with others may differ on code points assigned later or changed. */
const HOST_HAS_UNICODE_17 = process.versions['unicode'] === '17.0';

const ALL_WHITE_SPACE = WHITE_SPACE.flatMap(expandRange);
const ASCII_WHITE_SPACE = ALL_WHITE_SPACE.filter((char) => char <= '\u007f');
/** Nearly white space: `\s` of some other definition, zero width, or a neighbour of a range. */
const NOT_WHITE_SPACE = chars(
  '\u0000 \u0008 \u000e \u001b \u0084 \u0086 \u00ad \u180e \u200b \u200c \u200d \u2060 \ufeff',
);

const LINE_ENDS = [
  '\n',
  '\r',
  '\r\n',
  '\n\r',
  '\r\r\n',
  '\n\n',
  '\r\n\r\n',
  '\n \t\n',
  '\n\u3000\n',
  '\u2028',
  '\u0085',
];

const CLOSERS = chars('" \' \u201d \u2019 ) ] } \u00bb');
const NOT_CLOSERS = chars('\u00ab \u201c \u2018 ( [ { < > \u300d \u300f \uff09 \u203a ` * \u2026 , ; : \u3001 \uff0c');
const IDEOGRAPHIC_TERMINALS = chars('\u3002 \uff01 \uff1f \uff61');
const ALL_TERMINALS = TERMINAL.map((codePoint) => String.fromCodePoint(codePoint));

/** Han (also ext B and compatibility), Hiragana, Katakana (also half width and the supplement): a token each. */
const TOKENS_BY_THEMSELVES = chars(
  '\u6f22 \u5b57 \u4e00 \u3005 \u3007 \u3021 \uf900 \u3042 \u3044 \u30ab \u30bf \u30f6 \uff76 \uff85 ' +
    '\u{1b000} \u{1b001} \u{20000} \u{20bb7} \u{2a6d6} \u{2f800} \u{30000}',
);
/** Beside the above, but of another script or outside the token class (U+32DE is Katakana, U+2E80 is Han, and both are symbols). */
const NEARLY_BY_THEMSELVES = chars(
  '\u30fc \uff70 \u3099 \u309a \u32de \u2e80 \u3013 \u30fb \u3303 \u1100 \uac00 \ud55c \u3105 \ua015',
);
/** Letters, marks and numbers of two, three and four bytes. */
const LETTERS = chars(
  'a e z A Z 0 9 _ \ud55c \u00e9 \u00df \u00aa \u00bd \u00b2 \u0301 \u0308 \u03b1 \u0430 \u05d0 \u0627 \u0661 \u0928 \u094d ' +
    '\u0e01 \u0e33 \u1e00 \u2160 \u2460 \u20dd \ufb01 \ufe0f \uff21 \u{10330} \u{10342} \u{10428} \u{1d4b3} ' +
    '\u{1d7d9} \u{e0100}',
);
/** Not in a token: emoji and their parts, symbols, connectors other than `_`, private use, non-characters, the replacement character. */
const SYMBOLS = chars(
  '\u{1f600} \u{1f468} \u{1f3fd} \u{1f1e9} \u{1f130} \u2764 \u203f \uff3f \u20ac \u00d7 \u00a9 \u0378 \ue000 \ufffd \ufffe \uffff ' +
    '\u{1fffe} \u{f0000} \u{10ffff}',
);

/**
 * Spellings that lower-case to the same string, or nearly. Lower-casing changes the number of UTF-8 bytes in most of
 * them: U+0130 2→3, U+212A 3→1, U+212B 3→2, U+2126 3→2, U+1E9E 3→2, U+023A 2→3, U+2C62 3→2.
 */
const CASE_FAMILIES: readonly (readonly string[])[] = [
  ['\u0130', 'i\u0307', 'i', 'I', '\u0131'],
  ['\u212a', 'K', 'k'],
  ['\u212b', '\u00c5', '\u00e5'],
  ['\u2126', '\u03a9', '\u03c9'],
  ['\u1e9e', '\u00df', 'ss', 'SS'],
  ['\u023a', '\u2c65'],
  ['\u023e', '\u2c66'],
  ['\u2c62', '\u026b'],
  ['\u2c6f', '\u0250'],
  ['\ua7aa', '\u0266'],
  ['\u03a3', '\u03c3', '\u03c2'],
  ['\u01c4', '\u01c5', '\u01c6'],
  ['\u1fbc', '\u1fb3'],
  ['\u13a0', '\uab70'],
  ['\u10a0', '\u2d00'],
  ['\u1c90', '\u10d0'],
  ['\u2160', '\u2170'],
  ['\u24b6', '\u24d0'],
  ['\u{10400}', '\u{10428}'],
  ['\u{10570}', '\u{10597}'],
  ['\u{1e900}', '\u{1e922}'],
  ...(HOST_HAS_UNICODE_17
    ? [
        ['\ua7dc', '\u019b'],
        ['\u{10d50}', '\u{10d70}'],
        ['\u{16ea0}', '\u{16ebb}'],
      ]
    : []),
];
const CASE_VARIANTS = CASE_FAMILIES.flat();

/** Blocks that between them hold nearly all assigned code points, so that a draw is mostly an assigned one. */
const BLOCKS: readonly CodePointRange[] = [
  [0x0080, 0x07ff],
  [0x0800, 0x1fff],
  [0x2000, 0x33ff],
  [0x3400, 0xa48f],
  [0xa490, 0xd7ff],
  [0xe000, 0xffff],
  [0x10000, 0x1295f],
  [0x12960, 0x1ffff],
  [0x20000, 0x3347f],
  [0xe0000, 0xe01ff],
  [0x0000, 0xd7ff],
  [0xe000, 0x10ffff],
];

/** Byte lengths around a 16-byte key, its multiples, a 64-byte block, and well beyond. */
const WORD_BYTES = [1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 48, 63, 64, 65, 100, 127, 128, 129, 300];

// --- Words -------------------------------------------------------------------------------------------------------------

const COMMON_WORDS = ['the', 'The', 'THE', 'of', 'and', 'a', 'I', 'it', 'was', 'word', 'Word', 'entropy', 'x', 'X'];
const ASCII_SPECIALS = [
  'snake_case',
  '__init__',
  '_',
  '2024',
  '3',
  '0x1F',
  "don't",
  'e-mail',
  'v1.2.3',
  '...',
  '#',
  '-',
];

function asciiWord(): fc.Arbitrary<readonly string[]> {
  return fc.oneof(
    { weight: 4, arbitrary: alone(fc.constantFrom(...COMMON_WORDS)) },
    { weight: 2, arbitrary: alone(fc.constantFrom(...ASCII_SPECIALS)) },
    { weight: 2, arbitrary: alone(fc.string({ unit: fc.constantFrom(...'abcABC01_'), minLength: 1, maxLength: 20 })) },
    { weight: 3, arbitrary: similarWords(['a', 'b', 'B', '_', '7']) },
  );
}

function unicodeWord(): fc.Arbitrary<readonly string[]> {
  return fc.oneof(
    { weight: 3, arbitrary: asciiWord() },
    {
      weight: 2,
      arbitrary: similarWords(['a', 'A', '\u00e9', '\u0130', '\u212a', '\u023a', '\u{10400}', '\u{10428}']),
    },
    { weight: 2, arbitrary: caseTwins() },
    { weight: 2, arbitrary: alone(mixed(LETTERS, 12)) },
    { weight: 2, arbitrary: alone(mixed([...TOKENS_BY_THEMSELVES, ...NEARLY_BY_THEMSELVES], 8)) },
    { weight: 1, arbitrary: alone(mixed([...LETTERS, ...TOKENS_BY_THEMSELVES, ...NEARLY_BY_THEMSELVES], 12)) },
    { weight: 1, arbitrary: alone(mixed([...LETTERS, ...SYMBOLS, ...NOT_WHITE_SPACE], 8)) },
    { weight: 1, arbitrary: alone(fc.string({ unit: anyCodePoint(), minLength: 1, maxLength: 8 })) },
  );
}

/** Two or three words of nearly `bytes` bytes each that differ in one place: at the start, the end or between. */
function similarWords(variants: readonly string[]): fc.Arbitrary<readonly string[]> {
  return fc
    .record({
      bytes: fc.constantFrom(...WORD_BYTES),
      place: fc.oneof(fc.constantFrom(0, 1), fc.double({ min: 0, max: 1, noNaN: true })),
      differing: fc.array(fc.constantFrom(...variants), { minLength: 1, maxLength: 3 }),
    })
    .map(({ bytes, place, differing }) => {
      const before = Math.round((bytes - 1) * place);
      return differing.map((variant) => stem(before) + variant + stem(bytes - before - byteLength(variant)));
    });
}

/** One word in two spellings, with a case variant of changing length at or around a 16-byte edge. */
function caseTwins(): fc.Arbitrary<readonly string[]> {
  return fc
    .record({
      family: fc.constantFrom(...CASE_FAMILIES),
      before: fc.constantFrom(0, 1, 12, 13, 14, 15, 16, 30, 31),
      after: fc.constantFrom(0, 1, 2, 3, 16),
    })
    .chain(({ family, before, after }) =>
      fc
        .array(fc.constantFrom(...family), { minLength: 1, maxLength: 3 })
        .map((spellings) => spellings.map((spelling) => stem(before) + spelling + stem(after))),
    );
}

/** The same ASCII letters for the same length, so that long words share long prefixes. */
function stem(bytes: number): string {
  return 'abcdefghijklmnopqrstuvwxyz'.repeat(Math.ceil(Math.max(bytes, 0) / 26)).slice(0, Math.max(bytes, 0));
}

// --- Between the words -------------------------------------------------------------------------------------------------

function asciiGap(): fc.Arbitrary<string> {
  return fc.oneof(
    { weight: 8, arbitrary: fc.constant(' ') },
    { weight: 2, arbitrary: fc.constantFrom('', '-', '_', '  ') },
    { weight: 2, arbitrary: fc.constantFrom(...LINE_ENDS.filter(isAscii)) },
    { weight: 1, arbitrary: mixed([...ASCII_WHITE_SPACE, ...NOT_WHITE_SPACE.filter(isAscii)], 4) },
  );
}

function unicodeGap(): fc.Arbitrary<string> {
  return fc.oneof(
    { weight: 4, arbitrary: asciiGap() },
    { weight: 1, arbitrary: fc.constantFrom(...LINE_ENDS) },
    { weight: 1, arbitrary: fc.constantFrom(...ALL_WHITE_SPACE) },
    { weight: 1, arbitrary: mixed([...ALL_WHITE_SPACE, ...NOT_WHITE_SPACE], 4) },
  );
}

function asciiPunctuation(): fc.Arbitrary<string> {
  return punctuationOf(['.', '!', '?'], CLOSERS.filter(isAscii), NOT_CLOSERS.filter(isAscii));
}

function unicodePunctuation(): fc.Arbitrary<string> {
  return fc.oneof(
    asciiPunctuation(),
    punctuationOf([...IDEOGRAPHIC_TERMINALS, '.', '!'], CLOSERS, NOT_CLOSERS),
    punctuationOf([...ALL_TERMINALS, '.'], CLOSERS, NOT_CLOSERS),
  );
}

/** A run of terminals, then mostly closers, then mostly nothing: a sentence end, or nearly one. */
function punctuationOf(
  terminals: readonly string[],
  closers: readonly string[],
  others: readonly string[],
): fc.Arbitrary<string> {
  const run = (alphabet: readonly string[], maxLength: number) =>
    fc.string({ unit: fc.constantFrom(...alphabet), maxLength });
  return fc.tuple(run(terminals, 3), run(closers, 2), run([...others, ...terminals], 1)).map((parts) => parts.join(''));
}

/** Anything beside anything. */
function unicodeSoup(loneSurrogates: boolean): fc.Arbitrary<string> {
  const alphabet = [
    ...ALL_WHITE_SPACE,
    ...NOT_WHITE_SPACE,
    ...CLOSERS,
    ...NOT_CLOSERS,
    ...IDEOGRAPHIC_TERMINALS,
    ...TOKENS_BY_THEMSELVES,
    ...NEARLY_BY_THEMSELVES,
    ...LETTERS,
    ...SYMBOLS,
    ...CASE_VARIANTS,
  ];
  const units = [fc.constantFrom(...alphabet), fc.constantFrom(...ALL_TERMINALS), anyCodePoint()];
  if (loneSurrogates) units.push(fc.constantFrom('\ud800', '\udbff', '\udc00', '\udfff', '\ud83d', '\ude00'));
  return fc.string({ unit: fc.oneof(...units), maxLength: 40 });
}

/** Any code point but a surrogate; only such as mean the same in every Unicode version where the host's is not 17. */
function anyCodePoint(): fc.Arbitrary<string> {
  if (!HOST_HAS_UNICODE_17) return fc.constantFrom(...LETTERS, ...SYMBOLS, ...CASE_VARIANTS);
  return fc.oneof(...BLOCKS.map(([min, max]) => fc.integer({ min, max }).map((point) => String.fromCodePoint(point))));
}

// --- Documents ---------------------------------------------------------------------------------------------------------

/** Headings may have them as a whole word, a prefix or neither. */
const ESSENTIALS = chars('Introduction usage Example examples REFERENCE references user exemplary');
const MARKERS = chars('TODO: (FIXME) XXX, tbd TBD. -TODO- TODO\u00bb TODOs _XXX_ TODO/FIXME');
const YEARS = chars('1999 2000 2019 2022 2023 2024 2026 2099 2100 20233 12023 \u0662\u0660\u0662\u0660 2020s');
const NOTICES = chars('Deprecated WARNING note notes Important \u00b9note');
const VERSIONS = chars(
  '1.2 v1.2.3 V10.20 1.2.3x 1.2x 1.22x vv1.2 1.2.3.4 a1.2 1.2_ \u00e91.2 1.2\u0301 .1.2 1..2 -1.0.0- 1.2.33x v1.2. \u0661.\u0662',
);
const VARIANTS = [
  ...chars('email e-mail Email E-MAIL e--mail e-mails \u6f22e-mail e\u2010mail setup set-up set-\nup online on-line'),
  ...chars('website web-site database data-base filename file-name file-names e-mail-e-mail set - up'),
];
const PASSIVES = [
  'was painted',
  'is  used',
  'are\n\njoined',
  'be\u3000seen',
  'been ed',
  'being red',
  'am wed',
  'were \u2014 painted',
  'was was BAKED',
  'is used was',
  'be\u6f22ed bed',
  'Was \u0130ed',
];
/** Syllables: silent and other final e, runs of vowels, none at all; and what only looks like ASCII. */
const SYLLABLES = chars(
  'the table e ee fire queue rhythm hmm coffee Ace YOYO \u212aelvin caf\u00e9 x1 snake_case aeiouy tle',
);
const LINKS = [
  '[a](b)',
  '[a](https://x.y/z)',
  '[b c](http://x "title")',
  '[m](mailto:a@b)',
  '[r](../up)',
  '[r](./here)',
  '[r](/root)',
  '[h](#part)',
  '[d](guide.md)',
  '[d](guide.md#part)',
  '[d](GUIDE.MD)',
  '[d](guide.pdf "title")',
  '[d](a.html#b#c)',
  '![i](image.png)',
  '[[a](b)](c)',
  '[a]](b)',
  '[]()',
  '[a]()',
  '[](b)',
  '[a] (b)',
  '[a](b',
  '[a\nb](c)',
  '[a](b\nc)',
  '[a](b(c))',
  '[a](b)[c](d)',
];
const BRACKETS = ['()', '(', ')', '[', ']', '[]', '{', '}', '{}', 'f(x) { return [1]; }', '([{', '}])'];

/** A line of prose of words from all over, mostly with sentence ends. */
function proseLine(): fc.Arbitrary<string> {
  return fc.oneof(
    { weight: 3, arbitrary: phraseOf(fc.constantFrom(...COMMON_WORDS, 'that', 'have', 'with', 'to', 'be')) },
    { weight: 1, arbitrary: phraseOf(unicodeWord().map(([first = 'x']) => first)) },
  );
}

function documentationLine(): fc.Arbitrary<string> {
  const counted = [...ESSENTIALS, ...MARKERS, ...YEARS, ...NOTICES, ...VERSIONS, ...SYLLABLES, ...BRACKETS];
  return fc.oneof(
    proseLine(),
    phraseOf(fc.constantFrom(...counted)),
    phraseOf(fc.constantFrom(...VARIANTS)),
    phraseOf(fc.constantFrom(...PASSIVES)),
    phraseOf(fc.constantFrom(...LINKS)),
    longSentence(),
  );
}

/** Up to twelve words, with gaps of more than one space between some, and an end. */
function phraseOf(word: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const gap = fc.oneof(
    { weight: 8, arbitrary: fc.constant(' ') },
    { weight: 1, arbitrary: fc.constantFrom('  ', '   ', '\t', ' \t ', '. ', ', ', '', '\u00a0 ') },
  );
  const end = fc.constantFrom('', '.', '.', '!', '?', '\u3002', '...', '." ', '.)', ' .', ':', '  ');
  const words = fc.array(fc.tuple(word, gap), { minLength: 1, maxLength: 12 });
  return fc
    .tuple(fc.constantFrom('', '', '', ' ', '    ', '\t'), words, end)
    .map(([indent, parts, last]) => indent + parts.flat().join('').trimEnd() + last);
}

/** A sentence of nearly 150 code points, some of them astral. */
function longSentence(): fc.Arbitrary<string> {
  return fc
    .record({
      length: fc.integer({ min: 147, max: 152 }),
      letter: fc.constantFrom('x', '\u00e9', '\u{1d4b3}'),
      before: fc.constantFrom('', ' ', 'a. '),
    })
    .map(({ length, letter, before }) => `${before}${letter.repeat(length)}.`);
}

/** A heading, or nearly one. */
function heading(): fc.Arbitrary<string> {
  return fc
    .record({
      indent: fc.constantFrom('', '', '', ' ', '   ', '    ', '\t'),
      level: fc.integer({ min: 1, max: 7 }),
      gap: fc.constantFrom(' ', ' ', '  ', '\t', '', '\u3000', '\u2028', '\ufeff'),
      text: fc.oneof(fc.constantFrom('', 'Usage', 'a #b', '#', '# #', 'The usage of it', 'C#'), proseLine()),
      end: fc.constantFrom('', '', '', ' #', '###', ' ## ', '#\t', '# #', '\r'),
    })
    .map(({ indent, level, gap, text, end }) => indent + '#'.repeat(level) + gap + text + end);
}

/** A bullet, or nearly one. */
function bullet(): fc.Arbitrary<string> {
  const item = fc
    .record({
      indent: fc.constantFrom('', '', '  ', '\t', '\u3000 '),
      mark: fc.constantFrom('-', '-', '*', '+', '\u2022', '--', '1.'),
      gap: fc.constantFrom(' ', ' ', '\t', '', '\u00a0', '\ufeff'),
      text: fc.oneof(fc.constant(''), proseLine()),
    })
    .map(({ indent, mark, gap, text }) => indent + mark + gap + text);
  return fc.oneof({ weight: 4, arbitrary: item }, { weight: 1, arbitrary: fc.constantFrom('* * *', '- - -', '---') });
}

/** Runs of three to five of one character, nearly; and inside anything that may stand in a document, other fences too. */
function fence(): fc.Arbitrary<string> {
  const mark = fc.constantFrom('`', '`', '~');
  const length = fc.integer({ min: 2, max: 5 });
  const indent = fc.constantFrom('', '', '', ' ', '   ', '    ', '\t');
  const line = fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom(...BRACKETS, ...MARKERS, ...VERSIONS) },
    { weight: 2, arbitrary: documentationLine() },
    { weight: 1, arbitrary: heading() },
    { weight: 1, arbitrary: bullet() },
    { weight: 2, arbitrary: fc.tuple(indent, mark, length).map(([space, char, times]) => space + char.repeat(times)) },
    { weight: 1, arbitrary: fc.constant('') },
  );
  return fc
    .record({
      mark,
      length,
      indent,
      info: fc.constantFrom('', '', 'js', ' ts  ', ' ', '\t', '`', 'a`b', '~', 'sh x=1', '\r', '\u3000'),
      content: fc.array(line, { maxLength: 4 }),
      close: fc.option(
        fc.record({
          indent,
          more: fc.integer({ min: -1, max: 2 }),
          end: fc.constantFrom('', '', '', ' ', '\t\u3000', 'x', '\r'),
        }),
        { nil: undefined, freq: 4 },
      ),
    })
    .map(({ mark, length, indent, info, content, close }) => {
      const lines = [indent + mark.repeat(length) + info, ...content];
      if (close !== undefined) lines.push(close.indent + mark.repeat(length + close.more) + close.end);
      return lines.join('\n');
    });
}

// --- What the filters look for -----------------------------------------------------------------------------------------

const CITATIONS = [
  '[1]',
  '[12]',
  '[]',
  '[\u0663]',
  '[\u{1d7d9}]',
  '[\u00b2]',
  '[edit]',
  '[Edit]',
  '[citation needed]',
  '[citation  needed]',
  '[ed[1]it]',
  '[[2]]',
  '[1',
  '1]',
  '[1a]',
];
/** With the Kelvin sign for a k and a dotted capital I for an i: only the first lower-cases to what is looked for. */
const FORBIDDEN = [
  'lorem ipsum',
  'Lorem Ipsum',
  'lorem  ipsum',
  'java[1]script',
  'JavaScript',
  'javascripts',
  '{',
  '}',
  'Terms of Use',
  'privacy policy',
  'COOKIE POLICY',
  'uses cookies',
  'use of coo\u212aies',
  'use cook\u0130es',
  'use cookies',
];
const ELLIPSES = ['...', '\u2026', '....', '......', '. . .', '..', '..\u2026', '...\u2026'];
const LINE_TAILS = [
  '.',
  '.',
  '?',
  '!',
  '"',
  "'",
  '...',
  '\u2026',
  '\u3002',
  '. ',
  '.\r',
  '.\ufeff',
  ';',
  '',
  ' [3].',
  '. [3]',
];

function webLine(): fc.Arbitrary<string> {
  const word = fc.oneof(
    { weight: 8, arbitrary: fc.constantFrom(...COMMON_WORDS) },
    { weight: 2, arbitrary: fc.constantFrom(...CITATIONS) },
    { weight: 1, arbitrary: fc.constantFrom(...FORBIDDEN) },
    { weight: 1, arbitrary: fc.constantFrom(...ELLIPSES, '#', '##', '#a', '\u2022', '-') },
    { weight: 1, arbitrary: unicodeWord().map(([first = 'x']) => first) },
  );
  const line = fc
    .tuple(
      fc.constantFrom('', '', '', ' ', '- ', '\u2022', '\t-', '\ufeff- ', '\u3000'),
      fc.array(word, { maxLength: 7 }),
      fc.constantFrom(...LINE_TAILS),
    )
    .map(([start, words, tail]) => start + words.join(' ') + tail);
  return fc.oneof(
    { weight: 6, arbitrary: line },
    { weight: 2, arbitrary: fc.constantFrom(...FORBIDDEN).map((forbidden) => `It is so, and ${forbidden} is in it.`) },
    { weight: 1, arbitrary: longWordLine() },
    { weight: 1, arbitrary: phraseOf(fc.constantFrom('12', '#', '\u2014', 'a1', '\u0301', '\u6f22', '\u00aa', '...')) },
  );
}

/** A line with a word of nearly 1000 code points. */
function longWordLine(): fc.Arbitrary<string> {
  return fc
    .tuple(fc.integer({ min: 999, max: 1001 }), fc.constantFrom('x', '\u00e9', '\u{1f600}'))
    .map(([length, char]) => `and so ${char.repeat(length)} ends.`);
}

// --- Repetition --------------------------------------------------------------------------------------------------------

/** Words whose concatenations collide. */
const COLLIDING_WORDS = chars('a b c ab bc abc aa bb \u00e9 \u{1f600}');

/** A phrase of up to twelve words, and again, with or without something between. */
function repeatedPhrase(): fc.Arbitrary<string> {
  const word = fc.oneof(fc.constantFrom(...COLLIDING_WORDS), fc.constantFrom(...COMMON_WORDS));
  return fc
    .record({
      words: fc.array(word, { minLength: 1, maxLength: 12 }),
      times: fc.integer({ min: 1, max: 6 }),
      gap: fc.constantFrom(' ', ' ', '  ', '\n', ' x ', '. ', '\u3000'),
      /** Parts the words at another place, so that only the concatenation stays. */
      regrouped: fc.boolean(),
    })
    .map(({ words, times, gap, regrouped }) => {
      const phrase = words.join(' ');
      const other = Array.from(words.join('')).join(' ');
      return Array.from({ length: times }, (_, index) => (regrouped && index % 2 === 1 ? other : phrase)).join(gap);
    });
}

// --- At the thresholds -------------------------------------------------------------------------------------------------

/** So many of a total: the threshold's share of it, one more or one less. */
function markedOf(total: number, share: number, more: number): number {
  return Math.min(Math.max(Math.round(total * share) + more, 0), total);
}

/** A word of its own for each index, of so many letters where they are enough. */
function ownWord(index: number, length: number): string {
  let word = '';
  for (let rest = index + 1; rest > 0; rest = Math.floor(rest / 26)) word += String.fromCharCode(97 + (rest % 26));
  return word.padEnd(length, 'q');
}

/** Enough words, and as many marked ones as a threshold of `gopher_quality` allows. */
function wordsAtThreshold(): fc.Arbitrary<string> {
  const kinds = [
    { share: 0.1, mark: (word: string) => `#${word}` },
    { share: 0.1, mark: (word: string) => `${word}...` },
    { share: 0.1, mark: (word: string) => `${word}\u2026` },
    { share: 0.8, mark: (word: string, index: number) => `${index}`.padEnd(word.length, '0'), others: true },
    { share: 0.5, mark: (word: string) => `${word}${word}` },
  ];
  return fc
    .record({
      kind: fc.constantFrom(...kinds),
      total: fc.constantFrom(10, 48, 49, 50, 51, 60, 100),
      more: fc.integer({ min: -1, max: 1 }),
      length: fc.constantFrom(2, 3, 5, 10),
      longer: fc.integer({ min: 0, max: 2 }),
      stopWords: fc.subarray(['the', 'of', 'and', 'The', 'that']),
      gap: fc.constantFrom(' ', '\n', '. '),
    })
    .map(({ kind, total, more, length, longer, stopWords, gap }) => {
      const marked = markedOf(total, kind.share, more);
      const words = Array.from({ length: total }, (_, index) => {
        const word = stopWords[index] ?? ownWord(index, length + (index < longer ? 1 : 0));
        const isMarked = kind.others === true ? index >= marked : index < marked;
        return isMarked ? kind.mark(word, index) : word;
      });
      return words.join(gap);
    });
}

/** Lines, of which as many are marked as a threshold of a filter allows. */
function linesAtThreshold(): fc.Arbitrary<string> {
  const words = (index: number) =>
    `${ownWord(index, 6)} of ${ownWord(index + 500, 9)} and the ${ownWord(index + 900, 8)}`;
  const kinds = [
    { share: 0.9, mark: (line: string) => `- ${line}` },
    { share: 0.9, mark: (line: string) => ` \u2022${line}` },
    { share: 0.3, mark: (line: string) => `${line} ...` },
    { share: 0.3, mark: () => 'once more the same line of it' },
    { share: 0.12, mark: (line: string) => `${line}.` },
    { share: 0.12, mark: (line: string) => `${line}\u3002` },
    { share: 0.67, mark: (line: string) => line.slice(0, 30), plain: (line: string) => `${line} `.padEnd(31, 'z') },
    { share: 0.67, mark: () => '\u{1d4b3}'.repeat(30), plain: (line: string) => `${line} `.padEnd(31, 'z') },
    { share: 0.3, mark: (line: string) => `${line}\n` },
  ];
  return fc
    .record({
      kind: fc.constantFrom(...kinds),
      total: fc.constantFrom(3, 10, 20, 25, 50, 100),
      more: fc.integer({ min: -1, max: 1 }),
      lineEnd: fc.constantFrom('\n', '\n', '\n', '\r\n', '\n\n', '\u2028'),
      end: fc.constantFrom('', '\n'),
    })
    .map(({ kind, total, more, lineEnd, end }) => {
      const marked = markedOf(total, kind.share, more);
      const lines = Array.from({ length: total }, (_, index) => {
        const line = words(index);
        return index < marked ? kind.mark(line) : (kind.plain?.(line) ?? line);
      });
      return lines.join(lineEnd) + end;
    });
}

/** A phrase, line or paragraph again and again, in a text as long as a threshold of repeated characters allows. */
function repeatsAtThreshold(): fc.Arbitrary<string> {
  return fc
    .record({
      size: fc.integer({ min: 1, max: 11 }),
      wordLength: fc.integer({ min: 2, max: 6 }),
      times: fc.integer({ min: 2, max: 5 }),
      share: fc.constantFrom(0.2, 0.18, 0.16, 0.15, 0.14, 0.13, 0.12, 0.11, 0.1, 0.01),
      counted: fc.constantFrom('all', 'again', 'again, without spaces'),
      more: fc.integer({ min: -1, max: 1 }),
      gap: fc.constantFrom(' ', '\n', '\n\n'),
    })
    .map(({ size, wordLength, times, share, counted, more, gap }) => {
      const phrase = Array.from({ length: size }, (_, index) => ownWord(index, wordLength));
      const phraseChars = counted === 'again, without spaces' ? phrase.join('').length : phrase.join(' ').length;
      const chars = Math.round((phraseChars * (counted === 'all' ? times : times - 1)) / share) + more;
      let text = Array.from({ length: times }, () => phrase.join(' ')).join(gap) + gap;
      for (let index = 100; text.length < chars - 8; index++) text += ownWord(index, 7) + (index % 7 === 0 ? gap : ' ');
      return text.padEnd(chars, 'z');
    });
}

// --- Options -----------------------------------------------------------------------------------------------------------

function weights(): fc.Arbitrary<Partial<ReferenceWeights>> {
  const weight = fc.constantFrom(0, 0.25, 1, 2, 0.1);
  return fc.record(
    // One is never 0: all of them together must not be.
    { completeness: weight, clarity: fc.constantFrom(0.25, 1, 3), consistency: weight, accuracy: weight },
    { requiredKeys: [] },
  );
}

function filterOptions(): fc.Arbitrary<FilterOptions> {
  const share = thresholdOf(0, 0.01, 0.1, 0.12, 0.2, 0.25, 0.3, 1 / 3, 0.5, 0.67, 0.8, 0.9, 1);
  const count = thresholdOf(0, 1, 2, 3, 5, 10, 50);
  const length = thresholdOf(1, 2, 3, 3, 4, 10, 1000);
  const rule = fc.constantFrom<Rule>(true, true, null);
  return fc.record({
    gopher_quality: fc.record({
      minWords: count,
      maxWords: thresholdOf(5, 20, 50, 100000),
      minMeanWordLength: length,
      maxMeanWordLength: length,
      maxHashRatio: share,
      maxEllipsisRatio: share,
      maxBulletLineFrac: share,
      maxEndEllipsisLineFrac: share,
      minAlphaWordFrac: share,
      minStopWords: count,
    }),
    gopher_repetition: fc.record({
      maxDupParaFrac: share,
      maxDupParaCharFrac: share,
      maxDupLineFrac: share,
      maxDupLineCharFrac: share,
      maxTop2GramCharFrac: share,
      maxTop3GramCharFrac: share,
      maxTop4GramCharFrac: share,
      maxDup5GramCharFrac: share,
      maxDup6GramCharFrac: share,
      maxDup7GramCharFrac: share,
      maxDup8GramCharFrac: share,
      maxDup9GramCharFrac: share,
      maxDup10GramCharFrac: share,
    }),
    c4_quality: fc.record({
      maxWordLength: length,
      citations: rule,
      terminalPunctuation: rule,
      minWordsPerLine: count,
      loremIpsum: rule,
      javascript: rule,
      curlyBracket: rule,
      policy: rule,
      minSentences: count,
    }),
    fineweb_quality: fc.record({
      minLinePunctRatio: share,
      shortLineLength: fc.constantFrom(0, 1, 5, 30, 31),
      maxShortLineRatio: share,
      maxCharDupRatio: share,
      maxListRatio: share,
    }),
  });
}

/** One of these; or none, so that later checks are reached. */
function thresholdOf(...values: readonly number[]): fc.Arbitrary<Threshold> {
  return fc.oneof(fc.constantFrom(...values), fc.constant(null));
}

// --- Putting a text together -------------------------------------------------------------------------------------------

interface Ingredients {
  /** Words that belong together, at least one. */
  readonly word: fc.Arbitrary<readonly string[]>;
  readonly gap: fc.Arbitrary<string>;
  readonly punctuation: fc.Arbitrary<string>;
  readonly soup: fc.Arbitrary<string>;
}

type Piece =
  /** Words of the vocabulary, by index modulo its size, with what stands between them. */
  | {
      readonly kind: 'phrase';
      readonly words: readonly (readonly [index: number, gap: string])[];
      readonly end: string;
    }
  | { readonly kind: 'literal'; readonly text: string }
  /** Fills up to `short` bytes before a 64-byte boundary. */
  | { readonly kind: 'align'; readonly short: number; readonly filler: string }
  /** The last `length` code points again, `times` times. */
  | { readonly kind: 'repeat'; readonly length: number; readonly times: number };

function textOf({ word, gap, punctuation, soup }: Ingredients): fc.Arbitrary<string> {
  const phrase = fc.record({
    kind: fc.constant('phrase' as const),
    words: fc.array(fc.tuple(fc.nat({ max: 23 }), gap), { maxLength: 12 }),
    end: fc.tuple(punctuation, gap).map((parts) => parts.join('')),
  });
  const literal = fc.record({ kind: fc.constant('literal' as const), text: fc.oneof(gap, punctuation, soup) });
  const align = fc.record({
    kind: fc.constant('align' as const),
    short: fc.oneof(fc.nat({ max: 4 }), fc.nat({ max: 63 })),
    filler: fc.constantFrom(' ', 'x', '.', '\n', '-'),
  });
  const repeat = fc.record({
    kind: fc.constant('repeat' as const),
    length: fc.integer({ min: 1, max: 80 }),
    times: fc.integer({ min: 1, max: 4 }),
  });
  const piece: fc.Arbitrary<Piece> = fc.oneof(
    { weight: 8, arbitrary: phrase },
    { weight: 4, arbitrary: literal },
    { weight: 3, arbitrary: align },
    { weight: 1, arbitrary: repeat },
  );
  return fc
    .tuple(fc.array(word, { minLength: 1, maxLength: 8 }), fc.array(piece, { maxLength: 24 }))
    .map(([vocabulary, pieces]) => joinPieces(vocabulary.flat(), pieces));
}

function joinPieces(vocabulary: readonly string[], pieces: readonly Piece[]): string {
  let text = '';
  for (const piece of pieces) text += pieceText(piece, vocabulary, text);
  return text;
}

function pieceText(piece: Piece, vocabulary: readonly string[], before: string): string {
  switch (piece.kind) {
    case 'phrase':
      return (
        piece.words.map(([index, gap]) => (vocabulary[index % vocabulary.length] ?? '') + gap).join('') + piece.end
      );
    case 'literal':
      return piece.text;
    case 'align': {
      const missing = 64 - piece.short - (byteLength(before) % 64);
      return piece.filler.repeat((missing + 64) % 64);
    }
    case 'repeat':
      // By code points: half of a surrogate pair would be a lone surrogate in a well-formed text.
      return Array.from(before).slice(-piece.length).join('').repeat(piece.times);
  }
}

/**
 * Blocks of lines one after the other, some of them again; mostly with one kind of line break throughout.
 *
 * A block refers to an earlier one by index, so that shrinking keeps repetitions while it makes what is repeated smaller.
 */
function documentOf(block: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const part = fc.record({
    block,
    again: fc.option(fc.nat({ max: 5 }), { nil: undefined, freq: 4 }),
    gap: fc.oneof(
      { weight: 6, arbitrary: fc.constantFrom('\n', '\n', '\n\n') },
      { weight: 1, arbitrary: fc.constantFrom(...LINE_ENDS, '\v', '\f', '\u001c', '\u001e', '\u001f', '\u2029', ' ') },
    ),
  });
  return fc
    .record({
      start: fc.constantFrom('', '', '', '\ufeff', '\n', '\r\n', ' '),
      parts: fc.array(part, { maxLength: 10 }),
      lineBreak: fc.constantFrom('\n', '\n', '\n', '\r\n', '\r'),
      hasFinalGap: fc.boolean(),
    })
    .map(({ start, parts, lineBreak, hasFinalGap }) => {
      const blocks: string[] = [];
      let text = start;
      for (const [index, { block, again, gap }] of parts.entries()) {
        blocks.push((again === undefined ? undefined : blocks[again]) ?? block);
        text += blocks.at(-1) ?? '';
        if (hasFinalGap || index < parts.length - 1) text += gap;
      }
      return lineBreak === '\n' ? text : text.replaceAll('\n', lineBreak);
    });
}

// --- Small tools -------------------------------------------------------------------------------------------------------

/** The code points of a list that is separated by spaces for the reader's sake. */
function chars(list: string): string[] {
  return list.split(' ');
}

function expandRange([first, last]: CodePointRange): string[] {
  return Array.from({ length: last - first + 1 }, (_, index) => String.fromCodePoint(first + index));
}

function isAscii(text: string): boolean {
  return Array.from(text).every((char) => char <= '\u007f');
}

function byteLength(text: string): number {
  return Buffer.byteLength(text, 'utf8');
}

function alone(word: fc.Arbitrary<string>): fc.Arbitrary<readonly string[]> {
  return word.map((text) => [text]);
}

function mixed(alphabet: readonly string[], maxLength: number): fc.Arbitrary<string> {
  return fc.string({ unit: fc.constantFrom(...alphabet), minLength: 1, maxLength });
}
