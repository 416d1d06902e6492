/**
 * Texts for property tests: fast-check arbitraries that reach the corners of the text units.
 *
 * A text is a vocabulary of a few words and a list of pieces. Pieces refer to words by index, so that words repeat (counts
 * above 1) and shrinking removes a word everywhere at once. Some pieces align what follows to just before a 64-byte
 * boundary of the UTF-8 form, or repeat what came before.
 */
import fc from 'fast-check';
import { WHITE_SPACE, type CodePointRange } from '../reference/code-points.js';
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
