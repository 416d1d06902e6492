/**
 * Texts that are written to be slow, or to be read wrongly: one of everything that a pass of the kernel walks, hashes or looks for,
 * and nothing else, in any size.
 *
 * Each is made of one piece that is repeated, or of words that are counted on, so that its characters, words and lines are known
 * without measuring it.
 */

export interface HostileText {
  readonly text: string;
  /** UTF-8. */
  readonly bytes: number;
  /** Code points. */
  readonly chars: number;
  readonly words: number;
  readonly lines: number;
}

export interface HostileInput {
  readonly name: string;
  /** The text of about so many bytes, by some hundred more or less; at least one piece. */
  make(bytes: number): HostileText;
}

/** Words and lines of one piece of a text. */
interface Counts {
  readonly words: number;
  readonly lines: number;
}

/** What stands before and behind all pieces, with the words and lines that it adds. */
interface Frame extends Counts {
  readonly before: string;
  readonly behind: string;
}

const NO_FRAME: Frame = { before: '', behind: '', words: 0, lines: 0 };
/** For pieces without an LF, which make one line. */
const ONE_LINE: Frame = { ...NO_FRAME, lines: 1 };
/** For pieces without white space or LF, which make one word. */
const ONE_WORD: Frame = { ...NO_FRAME, words: 1, lines: 1 };
/** A line that ends as a sentence does, so that C4 reads it to its end; for pieces that end with a space. */
const SENTENCE: Frame = { ...ONE_LINE, behind: 'x.', words: 1 };
/** One line between two line breaks. */
const BETWEEN_BREAKS: Frame = { before: '\n', behind: '\n', words: 0, lines: 2 };

/** Words of one line, each different or in an order that is not periodic. */
interface Sequence {
  readonly wordBytes: number;
  wordAt(index: number): string;
}

const LONG_WORD = 'incomprehensibilities-and-antidisestablishmentarianism_'.repeat(4);
const HAN_START = 0x4e00;
const HAN_COUNT = 20_000;
const EMOJI_START = 0x1f300;
const EMOJI_COUNT = 0x250;

/** All hostile inputs, by what they attack. */
export const HOSTILE_INPUTS: readonly HostileInput[] = [
  // Tables of tokens, n-grams and characters.
  repeated('one repeated word', 'word ', { words: 1, lines: 0 }, ONE_LINE),
  sequence('all distinct words', { wordBytes: 5, wordAt: (index) => index.toString(36) }),
  repeated('alternating a b', 'a b ', { words: 2, lines: 0 }, ONE_LINE),
  repeated('one-byte words', 'a b c d e f g h i j k l m n o p q r s t u v w x y z ', { words: 26, lines: 0 }, ONE_LINE),
  sequence('Thue–Morse words', { wordBytes: 4, wordAt: (index) => (isOdd(index) ? 'one' : 'two') }),
  sequence('Thue–Morse letters', { wordBytes: 2, wordAt: (index) => (isOdd(index) ? 'a' : 'b') }),
  sequence('words that double', { wordBytes: 5, wordAt: (index) => (index & (index + 1)).toString(36) }),
  sequence('long words, different ends', {
    wordBytes: LONG_WORD.length + 5,
    wordAt: (index) => LONG_WORD + index.toString(36),
  }),
  sequence('long words, different starts', {
    wordBytes: LONG_WORD.length + 5,
    wordAt: (index) => index.toString(36) + LONG_WORD,
  }),
  repeated('keys that collide', 'ab c a bc ab ca b c a b ca ', { words: 11, lines: 0 }, ONE_LINE),
  repeated('ten words again', 'we go on and on and say it once more ', { words: 10, lines: 0 }, ONE_LINE),
  repeated('dotted capital I', 'İİİ ', { words: 1, lines: 0 }, ONE_LINE),

  // Lines and paragraphs.
  repeated('all LF', '\n', { words: 0, lines: 1 }),
  repeated('all CR', '\r', { words: 0, lines: 0 }, ONE_LINE),
  repeated('all CRLF', '\r\n', { words: 0, lines: 1 }),
  repeated('all U+2028', '\u2028', { words: 0, lines: 0 }, ONE_LINE),
  repeated('one line between breaks', 'word ', { words: 1, lines: 0 }, BETWEEN_BREAKS),
  repeated('one word between breaks', 'x', { words: 0, lines: 0 }, { ...BETWEEN_BREAKS, words: 1 }),
  repeated('one repeated line', 'The same again.\n', { words: 3, lines: 1 }),
  repeated('one-byte lines', 'a\n', { words: 1, lines: 1 }),
  repeated('one repeated paragraph', 'The same again.\n\n', { words: 3, lines: 2 }),
  lines('lines, different ends', (index) => `${LONG_WORD} ${index.toString(36).padStart(6, '0')}.`),
  repeated('blank lines of blanks', '  \t\n', { words: 0, lines: 1 }),
  repeated('spaces and tabs', ' \t', { words: 0, lines: 0 }, ONE_LINE),
  repeated('gaps', 'a  ', { words: 1, lines: 0 }, ONE_LINE),
  repeated('line of blanks before a letter', ' ', { words: 0, lines: 0 }, { ...ONE_LINE, behind: 'x.', words: 1 }),

  // The documentation profile.
  repeated('headings', '# a\n', { words: 2, lines: 1 }),
  repeated('unclosed fences', '```x\n', { words: 1, lines: 1 }),
  repeated('fences that are none', '```x`\n', { words: 1, lines: 1 }),
  repeated('nested fences', '````\n```\n~~~\n```\n````\n', { words: 5, lines: 5 }),
  repeated('empty fences', '```\n```\n', { words: 2, lines: 2 }),
  repeated('sections between fences', '# a\n```\nx\n```\n', { words: 5, lines: 4 }),
  repeated('paragraphs between fences', 'a\n```\nx\n```\n \n', { words: 4, lines: 5 }),
  repeated('backticks', '`', { words: 0, lines: 0 }, ONE_WORD),
  repeated('opening brackets', '[', { words: 0, lines: 0 }, ONE_WORD),
  repeated('links without text', '](', { words: 0, lines: 0 }, ONE_WORD),
  repeated('links without end', '[a](', { words: 0, lines: 0 }, ONE_WORD),
  repeated('links', '[a](b) ', { words: 1, lines: 0 }, ONE_LINE),
  repeated('bullets', '- a\n', { words: 2, lines: 1 }),
  repeated('passives', 'was used ', { words: 2, lines: 0 }, ONE_LINE),
  repeated('forms of to be', 'was ', { words: 1, lines: 0 }, ONE_LINE),
  repeated('digits of versions', '1.', { words: 0, lines: 0 }, ONE_WORD),
  repeated('versions', '1.1.1.1 ', { words: 1, lines: 0 }, ONE_LINE),
  repeated('long numbers', '31415926535897932384626433832795.', { words: 0, lines: 0 }, ONE_WORD),
  repeated('digits', '1', { words: 0, lines: 0 }, ONE_WORD),
  repeated('TODO!!!', 'TODO!!! ', { words: 1, lines: 0 }, ONE_LINE),
  repeated('TODO! without spaces', 'TODO!', { words: 0, lines: 0 }, ONE_WORD),
  repeated('hyphens', 'e-mail-', { words: 0, lines: 0 }, ONE_WORD),

  // Sentences.
  repeated('dots', '.', { words: 0, lines: 0 }, ONE_WORD),
  repeated('ellipses', '... ', { words: 1, lines: 0 }, ONE_LINE),
  repeated('one-byte sentences', 'a. ', { words: 1, lines: 0 }, ONE_LINE),
  repeated('quotes behind a terminal', '"', { words: 0, lines: 0 }, { ...ONE_WORD, before: 'a.' }),
  repeated('full stops without space', '日。', { words: 0, lines: 0 }, ONE_WORD),

  // C4.
  repeated('citations', '[1] ', { words: 1, lines: 0 }, SENTENCE),
  repeated('citations without end', '[1 ', { words: 1, lines: 0 }, SENTENCE),
  repeated('citation needed', '[citation needed ', { words: 2, lines: 0 }, SENTENCE),
  repeated('use cookies', 'use cookies ', { words: 2, lines: 0 }, SENTENCE),
  repeated('use of, and nothing', 'use of cook ', { words: 3, lines: 0 }, SENTENCE),
  repeated('Kelvin signs', 'coo\u212a ', { words: 1, lines: 0 }, { ...SENTENCE, behind: 'cookie policy.', words: 2 }),
  repeated('javascrip', 'javascrip ', { words: 1, lines: 0 }, SENTENCE),
  repeated('lorem', 'lorem ipsu ', { words: 2, lines: 0 }, SENTENCE),
  repeated('lines that C4 reads', 'Wj use of it "k".\n', { words: 5, lines: 1 }),

  // Beyond ASCII.
  repeated('combining marks', '\u0301', { words: 0, lines: 0 }, ONE_WORD),
  codePoints('Han', HAN_START, HAN_COUNT),
  codePoints('emoji', EMOJI_START, EMOJI_COUNT),
  repeated('NUL', '\0', { words: 0, lines: 0 }, ONE_WORD),
];

/** `piece` again and again, with what stands around it. */
function repeated(name: string, piece: string, each: Counts, frame = NO_FRAME): HostileInput {
  const pieceBytes = Buffer.byteLength(piece);
  const outer = frame.before + frame.behind;
  return {
    name,
    make: (bytes) => {
      const times = Math.max(1, Math.floor(bytes / pieceBytes));
      return {
        text: frame.before + piece.repeat(times) + frame.behind,
        bytes: times * pieceBytes + Buffer.byteLength(outer),
        chars: times * [...piece].length + [...outer].length,
        words: times * each.words + frame.words,
        lines: times * each.lines + frame.lines,
      };
    },
  };
}

/** Words of ASCII with spaces between them. */
function sequence(name: string, { wordBytes, wordAt }: Sequence): HostileInput {
  return {
    name,
    make: (bytes) => {
      const words = Math.max(1, Math.floor(bytes / wordBytes));
      const text = Array.from({ length: words }, (_, index) => wordAt(index)).join(' ');
      return { text, bytes: text.length, chars: text.length, words, lines: 1 };
    },
  };
}

/** Lines of ASCII, of two words each, all of one length. */
function lines(name: string, lineAt: (index: number) => string): HostileInput {
  const lineBytes = lineAt(0).length + 1;
  return {
    name,
    make: (bytes) => {
      const count = Math.max(1, Math.floor(bytes / lineBytes));
      const text = Array.from({ length: count }, (_, index) => `${lineAt(index)}\n`).join('');
      return { text, bytes: count * lineBytes, chars: count * lineBytes, words: 2 * count, lines: count };
    },
  };
}

/** `count` neighbouring code points in turn, in one word. */
function codePoints(name: string, first: number, count: number): HostileInput {
  const all = Array.from({ length: count }, (_, index) => String.fromCodePoint(first + index));
  const width = Buffer.byteLength(all.join('')) / count;
  return {
    name,
    make: (bytes) => {
      const chars = Math.max(1, Math.floor(bytes / width));
      const rounds = Math.floor(chars / count);
      const text = all.join('').repeat(rounds) + all.slice(0, chars % count).join('');
      return { text, bytes: chars * width, chars, words: 1, lines: 1 };
    },
  };
}

/** Whether the number has an odd number of ones in binary: the Thue–Morse sequence, which repeats nothing three times in a row. */
function isOdd(index: number): boolean {
  let ones = 0;
  for (let rest = index; rest > 0; rest >>>= 1) ones += rest & 1;
  return ones % 2 === 1;
}
