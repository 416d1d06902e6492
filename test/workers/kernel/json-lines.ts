/**
 * Lines of JSON, and of nearly JSON, for the tests of whatever reads them.
 *
 * A line is a string of bytes, one character U+0000–00FF for each: it holds what no well-formed text can.
 */
import fc from 'fast-check';

/** The bytes that a string of bytes stands for. */
export function bytesOf(line: string): Uint8Array {
  return Buffer.from(line, 'latin1');
}

/** The UTF-8 of a text as a string of bytes. */
export function byteString(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

const SURROGATES = ['\\uD83D', '\\uDE00', '\\ud83d\\ude00', '\\uDBFF', '\\udfff'];
const ILL_FORMED = [
  '\x80',
  '\xff',
  '\xe2\x82',
  '\xc0\x80',
  '\xed\xa0\x80',
  '\xe0\x80\x80',
  '\xf0\x9f\x98',
  '\xf4\x90\x80\x80',
];
const WIDE = ['\u00e9', '\u6f22', '\u{1f600}', '\ufeff', '\ufffd', '\u2028', '\u{10ffff}'].map(byteString);
const PUNCTUATION = '"\\{}[]:,-+.0123456789eEaflnrstu \t\n\r\0\x1f\x7f';

function unit(): fc.Arbitrary<string> {
  return fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom('a', 'b', ' ', '/', '}', 'plain words ', 'x'.repeat(15), 'y'.repeat(50)) },
    { weight: 4, arbitrary: fc.constantFrom('\\"', '\\\\', '\\/', '\\b', '\\f', '\\n', '\\r', '\\t') },
    { weight: 2, arbitrary: fc.nat({ max: 0xffff }).map((code) => `\\u${code.toString(16).padStart(4, '0')}`) },
    { weight: 2, arbitrary: fc.constantFrom(...SURROGATES) },
    { weight: 2, arbitrary: fc.constantFrom(...WIDE) },
    { weight: 1, arbitrary: fc.constantFrom(...ILL_FORMED) },
  );
}

function string(): fc.Arbitrary<string> {
  const units = fc.oneof(fc.constantFrom('word ', 'x', '\\n'), unit());
  return fc
    .oneof(fc.array(units, { maxLength: 6 }), fc.array(units, { maxLength: 60 }))
    .map((all) => `"${all.join('')}"`);
}

function key(): fc.Arbitrary<string> {
  const keys = [
    '"text"',
    '"id"',
    '"te\\u0078t"',
    '"\\u0069d"',
    '"te\\ud800xt"',
    '"te\xffxt"',
    '"Text"',
    '"texts"',
    '""',
    '"__proto__"',
  ];
  return fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...keys) }, { weight: 1, arbitrary: string() });
}

function number(): fc.Arbitrary<string> {
  return fc.oneof(
    fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
    fc.constantFrom('0', '-0', '-0.0e-0', '1E+5', '1e999', '12345678901234567890', '0.10'),
  );
}

function gap(): fc.Arbitrary<string> {
  return fc.constantFrom('', '', '', '', ' ', '\t', '\r\n', '    ');
}

const { value } = fc.letrec<{ value: string }>((tie) => {
  const scalar = fc.oneof(string(), number(), fc.constantFrom('true', 'false', 'null'));
  const array = listOf('[', fc.tuple(gap(), tie('value'), gap()), ']');
  const object = listOf('{', fc.tuple(gap(), key(), gap(), fc.constant(':'), gap(), tie('value'), gap()), '}');
  return { value: fc.oneof({ depthSize: 'small', withCrossShrink: true }, scalar, array, object) };
});

function listOf(open: string, item: fc.Arbitrary<readonly string[]>, close: string): fc.Arbitrary<string> {
  const items = fc.array(item, { maxLength: 4 }).map((parts) => parts.map((part) => part.join('')).join(','));
  return fc.tuple(items, gap()).map(([list, inside]) => open + (list === '' ? inside : list) + close);
}

/** A row that mostly has a text, which may be followed by another. */
export function row(): fc.Arbitrary<string> {
  const text = fc.tuple(fc.constantFrom('"text"', '"text"', '"t\\u0065xt"'), fc.constant(':'), string());
  const other = fc.tuple(key(), gap(), fc.constant(':'), gap(), value);
  const fields = fc.tuple(
    fc.array(other, { maxLength: 3 }),
    fc.array(text, { maxLength: 1 }),
    fc.array(other, { maxLength: 2 }),
  );
  return fc.tuple(gap(), fields, gap()).map(
    ([before, all, after]) =>
      `${before}{${all
        .flat()
        .map((field) => field.join(''))
        .join(',')}}${after}`,
  );
}

/** A line with one to three bytes deleted, inserted or replaced, or with its end cut off. */
export function damaged(line: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const byte = fc.oneof(
    fc.constantFrom(...PUNCTUATION),
    fc.nat({ max: 255 }).map((code) => String.fromCharCode(code)),
  );
  const edit = fc.record({
    place: fc.double({ min: 0, max: 1, noNaN: true }),
    kind: fc.constantFrom('delete', 'insert', 'replace', 'replace', 'cut'),
    byte,
  });
  return fc.tuple(line, fc.array(edit, { minLength: 1, maxLength: 3 })).map(([whole, edits]) => {
    return edits.reduce((text, { place: share, kind, byte: added }) => {
      const at = Math.floor(share * text.length);
      const rest = kind === 'cut' ? '' : text.slice(kind === 'insert' ? at : at + 1);
      return text.slice(0, at) + (kind === 'insert' || kind === 'replace' ? added : '') + rest;
    }, whole);
  });
}

/** Tokens in any order, seldom a row. */
export function tokens(): fc.Arbitrary<string> {
  const token = fc.constantFrom(...'{}[]:,-0.e ', '"text"', '"id"', '""', '1', 'true', 'null', '"\\', '1E+5');
  return fc.array(token, { maxLength: 14 }).map((all) => all.join(''));
}
