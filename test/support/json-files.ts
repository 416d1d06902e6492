/** Files of JSON Lines for property tests: rows of all kinds, damaged ones, and everything that may stand between them. */
import fc from 'fast-check';
import { bytesOf, damaged, row, tokens } from '../workers/kernel/json-lines.js';
import { wellFormedText } from './text-arbitraries.js';

/** The bytes of a file; mostly valid rows. */
export function jsonLinesFile(): fc.Arbitrary<Uint8Array> {
  const line = fc.oneof(
    { weight: 5, arbitrary: row() },
    { weight: 3, arbitrary: plainRow() },
    { weight: 2, arbitrary: damaged(row()) },
    { weight: 1, arbitrary: tokens() },
    { weight: 1, arbitrary: fc.constantFrom('', ' ', '\t \r', 'null', '[]', '{}', '"text"', '17') },
    { weight: 1, arbitrary: longRow() },
  );
  const lineEnd = fc.constantFrom('\n', '\n', '\n', '\r\n', '\n\n', '\r\n \r\n');
  return fc
    .record({
      start: fc.constantFrom('', '', '', '\u00ef\u00bb\u00bf', '\u00ef\u00bb', '\n'),
      lines: fc.array(fc.tuple(line, lineEnd), { maxLength: 25 }),
      last: fc.option(line, { nil: '' }),
    })
    .map(({ start, lines, last }) => bytesOf(start + lines.flat().join('') + last));
}

/** A row as programs write it, of any text. */
function plainRow(): fc.Arbitrary<string> {
  const id = fc.oneof(fc.string(), fc.integer(), fc.constant(null));
  return fc
    .record(
      { id, text: wellFormedText(), more: fc.dictionary(fc.string(), fc.jsonValue()) },
      { requiredKeys: ['text'] },
    )
    .map((fields) => latin1(JSON.stringify(fields)));
}

/** A row that is longer than a small range. */
function longRow(): fc.Arbitrary<string> {
  return fc
    .tuple(fc.integer({ min: 100, max: 3000 }), fc.constantFrom('word ', 'é', '\\u00e9 ', '\\n', '{"', 'x'))
    .map(([times, part]) => latin1(`{"id":${times},"text":"${part.replace('"', '\\"').repeat(times)}"}`));
}

function latin1(text: string): string {
  return Buffer.from(text).toString('latin1');
}
