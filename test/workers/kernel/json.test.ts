/**
 * Proves that the kernel reads a row as `JSON.parse` reads the decoded line: the same lines are refused, and of the rest the
 * same text and id are found. Generated, damaged and hand-picked lines go through both, each line followed by bytes that
 * would change the outcome if they were read. Also proves that `escapeInto` writes what `JSON.stringify` does.
 */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as codes from '../../../src/workers/kernel/json-codes.js';
import { byteString, bytesOf, damaged, row, tokens } from './json-lines.js';

const KERNEL_FILE = new URL('../../../dist/workers/kernel/kernel.wasm', import.meta.url);
const PAGE_BYTES = 65536;
const PADDING = 64;
const CANARY = 0xa5;
const NAME_BYTES_MAX = PAGE_BYTES / 2;
const LINE_BYTES_MAX = 128 * PAGE_BYTES;

const FUNCTIONS = [
  'setFieldNames',
  'parseRow',
  'getRowErrorAt',
  'getRowIdEnd',
  'getRowIdKind',
  'getRowIdStart',
  'getRowObjectEnd',
  'getRowTextEnd',
  'getRowTextEscaped',
  'getRowTextKind',
  'getRowTextPlain',
  'getRowTextStart',
  'unescape',
  'escapeInto',
  'replacements',
  'resetReplacements',
] as const;

interface RowKernel extends Record<(typeof FUNCTIONS)[number], (...args: number[]) => number> {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number };
}

/** What is used here of the WebAssembly API, which Node's types leave to the DOM's. */
declare const WebAssembly: { instantiate(bytes: Uint8Array): Promise<{ instance: { exports: RowKernel } }> };

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
const kernel = await loadKernel();

/* Regions of our own above all that the kernel has: two names, the line, its levels of nesting, what is written. */
const NAMES = kernel.memory.grow((PAGE_BYTES + 8 * LINE_BYTES_MAX) / PAGE_BYTES) * PAGE_BYTES;
const LINE = NAMES + PAGE_BYTES;
const LEVELS = LINE + LINE_BYTES_MAX;
const VALUE = LEVELS + LINE_BYTES_MAX;
const ESCAPED = VALUE + 3 * LINE_BYTES_MAX;
const memory = Buffer.from(kernel.memory.buffer);

async function loadKernel(): Promise<RowKernel> {
  const { instance } = await WebAssembly.instantiate(readFileSync(KERNEL_FILE));
  for (const name of FUNCTIONS) expect(instance.exports).toHaveProperty(name);
  return instance.exports;
}

interface Names {
  readonly text: string;
  readonly id: string;
}

const TEXT_AND_ID: Names = { text: 'text', id: 'id' };

/** What is known of a row. Of a refused line only `status` is. */
interface Row {
  readonly status: number;
  readonly textKind?: number;
  readonly text?: string;
  /** A string or number; absent for any other kind. */
  readonly id?: unknown;
}

// --- The model -----------------------------------------------------------------------------------------------------------

function rowByModel(line: Uint8Array, names: Names): Row {
  let value: unknown;
  try {
    value = JSON.parse(decoder.decode(line));
  } catch {
    return { status: codes.ROW_INVALID };
  }
  const isRow = typeof value === 'object' && value !== null && !Array.isArray(value);
  if (!isRow) return { status: codes.ROW_NOT_OBJECT };
  const fields = new Map<string, unknown>(Object.entries(value as object));
  const text = fields.get(names.text);
  const id = fields.get(names.id);
  return {
    status:
      typeof text === 'string'
        ? codes.ROW_OK
        : fields.has(names.text)
          ? codes.ROW_TEXT_NOT_STRING
          : codes.ROW_TEXT_MISSING,
    textKind: fields.has(names.text) ? kindOf(text) : codes.KIND_ABSENT,
    ...(typeof text === 'string' && { text: wellFormed(text) }),
    ...((typeof id === 'string' || typeof id === 'number') && { id }),
  };
}

/** The text with U+FFFD for each lone surrogate. */
function wellFormed(text: string): string {
  return Buffer.from(text, 'utf8').toString('utf8');
}

function kindOf(value: unknown): number {
  if (value === null) return codes.KIND_NULL;
  if (Array.isArray(value)) return codes.KIND_ARRAY;
  if (typeof value === 'string') return codes.KIND_STRING;
  if (typeof value === 'number') return codes.KIND_NUMBER;
  return typeof value === 'boolean' ? codes.KIND_BOOLEAN : codes.KIND_OBJECT;
}

// --- The kernel ----------------------------------------------------------------------------------------------------------

function rowByKernel(line: Uint8Array, names: Names, after = '"}'): Row {
  const end = place(line, names, after);
  const behind = memory.toString('latin1', end, end + PADDING);
  const status = parsePlaced(line.length);
  expect(memory.toString('latin1', end, end + PADDING)).toBe(behind); // the byte at the end is put back
  if (status === codes.ROW_INVALID || status === codes.ROW_NOT_OBJECT) return { status };
  return {
    status,
    textKind: kernel.getRowTextKind(),
    ...(status === codes.ROW_OK && { text: unescapeText() }),
    ...(kernel.getRowIdKind() !== codes.ID_NONE && { id: parsedId() }),
  };
}

function place(line: Uint8Array, names: Names, after: string): number {
  const textBytes = memory.write(names.text, NAMES);
  const idBytes = memory.write(names.id, NAMES + NAME_BYTES_MAX);
  kernel.setFieldNames(NAMES, textBytes, NAMES + NAME_BYTES_MAX, idBytes);
  memory.set(line, LINE);
  memory.fill(after, LINE + line.length, LINE + line.length + PADDING, 'latin1');
  return LINE + line.length;
}

/** Parses the first bytes of the line in memory; nothing is written beyond the levels that it may have. */
function parsePlaced(bytes: number): number {
  const levelsEnd = LEVELS + bytes + PADDING;
  memory.fill(CANARY, levelsEnd, levelsEnd + PADDING);
  const status = kernel.parseRow(LINE, LINE + bytes, LEVELS);
  expect(memory.subarray(levelsEnd, levelsEnd + PADDING).every((byte) => byte === CANARY)).toBe(true);
  return status;
}

function unescapeText(): string {
  const start = kernel.getRowTextStart();
  const end = kernel.getRowTextEnd();
  const raw = memory.subarray(start, end);
  const isEscaped = raw.includes(0x5c);
  expect(kernel.getRowTextEscaped()).toBe(Number(isEscaped));
  expect(kernel.getRowTextPlain()).toBe(Number(!isEscaped && raw.every((byte) => byte < 0x80)));
  memory.fill(CANARY, VALUE - PADDING, VALUE + 3 * raw.length + 2 * PADDING);
  const valueEnd = kernel.unescape(start, end, VALUE);
  expect(memory[VALUE - 1]).toBe(CANARY);
  expect(memory[valueEnd + PADDING]).toBe(CANARY);
  return new TextDecoder('utf-8', { ignoreBOM: true, fatal: true }).decode(memory.subarray(VALUE, valueEnd));
}

function parsedId(): unknown {
  const id: unknown = JSON.parse(decoder.decode(memory.subarray(kernel.getRowIdStart(), kernel.getRowIdEnd())));
  expect(kernel.getRowIdKind()).toBe(typeof id === 'string' ? codes.ID_STRING : codes.ID_NUMBER);
  return id;
}

function escapeByKernel(text: string): string {
  const bytes = memory.write(text, LINE);
  const end = kernel.escapeInto(LINE, LINE + bytes, ESCAPED);
  return memory.toString('utf8', ESCAPED, end);
}

/** Bytes that would change what is read, if they were: they follow the line. */
const FOLLOWERS = fc.constantFrom('"}', '}', '0', '5e1', '\\"', ' ', '\0', '\n{"text":1}', 'ue', '\xa9', '41');

function expectAgreement(line: string, names: Names = TEXT_AND_ID, after = '"}'): void {
  const bytes = bytesOf(line);
  expect(rowByKernel(bytes, names, after)).toEqual(rowByModel(bytes, names));
}

// --- Tests ---------------------------------------------------------------------------------------------------------------

describe('parseRow', () => {
  it('agrees with JSON.parse on generated rows', () => {
    fc.assert(
      fc.property(row(), FOLLOWERS, (line, after) => expectAgreement(line, TEXT_AND_ID, after)),
      { numRuns: 3000 },
    );
  });

  it('agrees with JSON.parse on damaged rows', () => {
    fc.assert(
      fc.property(damaged(row()), FOLLOWERS, (line, after) => expectAgreement(line, TEXT_AND_ID, after)),
      { numRuns: 5000 },
    );
  });

  it('agrees with JSON.parse on tokens in any order', () => {
    fc.assert(
      fc.property(tokens(), FOLLOWERS, (line, after) => expectAgreement(line, TEXT_AND_ID, after)),
      { numRuns: 3000 },
    );
  });

  it('agrees with JSON.parse on each beginning of a row', () => {
    const line = ' {"id":-12.5e+3,"text":"a\\n\\u00e9\\\\\\"","b":[true,false,null,{"":[ ]}] } ';
    for (let end = 0; end <= line.length; end++)
      expectAgreement(line.slice(0, end), TEXT_AND_ID, line.slice(end) || ' ');
  });

  it.each([
    '01 - +1 .5 1. -.5 1e 1e+ 1E- 0x1 00 -01 1.e5 1e5.5 NaN Infinity -Infinity -a 1a',
    '0 -0 0.0 0e0 10 1E+5 1e-5 -1.25e3 1e999 -1e-999 99999999999999999999999999999999999999999999999999999999999999999999',
    "true false null True tru truee fals falsey nul nulll nulk undefined 'a' a",
    '"\\x" "\\u12" "\\u12g4" "\\u123" "\\u123g" "\\u-123" "\\U0041" "\\\n" "\\ "\\" "a\nb" "\t" "\0" "\x1f" "',
    '"\x7f" "\\u0000" "\\u0041" "\\uABCD" "\\uabcd" "\\/" "" "\xff" "\\\xff" "\\\xc3\xa9" \xff \xc3\xa9',
    '[1,] [,1] [1,,2] [1:2] [1} [ ] {"a":1,} {,} {"a"} {"a":} {a:1} {"a":1] {"a":1,2} {"a","b"} {1:1}',
    '[] [[]] {} {"":{}} [{},[],{"a":[{}]}] {"a":"b","c":[true,{"d":null}]}',
  ])('agrees with JSON.parse on the values %j', (values) => {
    for (const each of values.split(' ')) {
      expectAgreement(each);
      expectAgreement(`{"text":${each}}`);
      expectAgreement(`{"a":[${each}],"text":"b","id":${each}}`);
    }
  });

  it('takes only space, tab, CR and LF for white space', () => {
    for (let code = 0; code < 256; code++) {
      const byte = String.fromCharCode(code);
      for (const line of [
        `${byte}{"text":"a"}`,
        `{"text":"a"}${byte}`,
        `{"text"${byte}:"a"}`,
        `{"a":[1${byte}],"text":"a"}`,
      ]) {
        expectAgreement(line);
      }
    }
  });

  it('refuses a byte order mark', () => {
    expect(rowByKernel(bytesOf('\xef\xbb\xbf{"text":"a"}'), TEXT_AND_ID)).toEqual({ status: codes.ROW_INVALID });
  });

  it('takes the last of equal keys, with its kind', () => {
    expectAgreement('{"text":"a","text":"b","id":"c","id":1}');
    expectAgreement('{"text":"a","text":null,"id":"c","id":null}');
    expectAgreement('{"text":{"text":"a"},"te\\u0078t":"b","id":[1],"id":"c"}');
    expectAgreement('{"a":{"text":"a","id":"b"}}');
  });

  it.each<Names>([
    { text: 'text', id: 'text' },
    { text: '', id: 'id' },
    { text: 'té字😀x', id: 'i"\\d' },
    { text: 'te\ufffdxt', id: '\ufffd' },
    { text: '__proto__', id: 'constructor' },
    { text: 'sixteen_bytes_16', id: 'sixteen_bytes_161' },
    { text: 'name_of_more_than_sixteen_bytes', id: 'name_of_more_than_sixteen_bytez' },
  ])('finds the fields $text and $id', (names) => {
    const spellings = [names.text, names.id].flatMap((name) => {
      const asEscapes = Array.from(
        { length: name.length },
        (_, at) => `\\u${name.charCodeAt(at).toString(16).padStart(4, '0')}`,
      );
      const cut = byteString(JSON.stringify(name)).slice(1, -1);
      return [
        cut,
        asEscapes.join(''),
        cut.replaceAll('\xef\xbf\xbd', '\xff'),
        cut.replaceAll('\xef\xbf\xbd', '\\ud800'),
        `${cut}x`,
      ];
    });
    for (const spelling of spellings) {
      expectAgreement(`{"${spelling}":"a"}`, names);
      expectAgreement(`{"other":0,"${spelling}":"\\ta","another":1}`, names);
    }
  });

  it.each([
    ['[', ']'],
    ['{"a":', '}'],
    ['[{"":[', ']}]'],
  ])('follows a million levels of %s', (open, close) => {
    const depth = Math.floor(1_000_000 / (open + close).replaceAll(/[^[{]/g, '').length);
    const nested = `${open.repeat(depth)}0${close.repeat(depth)}`;
    const read = (line: string): number => rowByKernel(bytesOf(line), TEXT_AND_ID).status;
    expect(read(`{"text":"a","b":${nested}}`)).toBe(codes.ROW_OK);
    expect(read(nested)).toBe(open.startsWith('{') ? codes.ROW_TEXT_MISSING : codes.ROW_NOT_OBJECT);
    expect(read(`{"text":"a","b":${nested.slice(0, -1)}}`)).toBe(codes.ROW_INVALID);
    expect(read(`{"text":"a","b":${nested}`)).toBe(codes.ROW_INVALID);
    expect(read(open.repeat(depth))).toBe(codes.ROW_INVALID);
  });

  it('points to the first byte that no JSON has there', () => {
    const errorAt = (line: string): number => {
      expect(rowByKernel(bytesOf(line), TEXT_AND_ID).status).toBe(codes.ROW_INVALID);
      return kernel.getRowErrorAt();
    };
    expect(errorAt('')).toBe(0);
    expect(errorAt('{"text":"a"')).toBe(11);
    expect(errorAt('{"text":"a')).toBe(10);
    expect(errorAt('{"text":"a"} x')).toBe(13);
    expect(errorAt('{"text":trux}')).toBe(11);
    expect(errorAt('{"text":falsy}')).toBe(12);
    expect(errorAt('{"text":01}')).toBe(9);
    expect(errorAt('{"text":-}')).toBe(9);
    expect(errorAt('{"text":"\\u12g4"}')).toBe(13);
    expect(errorAt('{"text":"\\q"}')).toBe(10);
    expect(errorAt(`{"text":"${'a'.repeat(100)}\n"}`)).toBe(109);
    fc.assert(
      fc.property(damaged(row()), (line) => {
        if (rowByKernel(bytesOf(line), TEXT_AND_ID).status !== codes.ROW_INVALID) return;
        const at = kernel.getRowErrorAt();
        // What stands before can be continued: by itself it is a row or ends too early.
        if (parsePlaced(at) === codes.ROW_INVALID) expect(kernel.getRowErrorAt()).toBe(at);
      }),
      { numRuns: 2000 },
    );
  });

  it('finds the closing brace of the row', () => {
    const line = '\t{"text":"}","a":{"b":{}}} \r';
    expect(rowByKernel(bytesOf(line), TEXT_AND_ID).status).toBe(codes.ROW_OK);
    expect(kernel.getRowObjectEnd() - LINE).toBe(line.lastIndexOf('}'));
  });
});

describe('unescape', () => {
  it('decodes each piece at each offset of a block', () => {
    const pieces = [
      '\\n',
      '\\\\',
      '\\"',
      '\\u0041',
      '\\ud83d\\ude00',
      '\\ud83d',
      '\xc3\xa9',
      '\xf0\x9f\x98\x80',
      '\xe2\x82',
      '\xff',
    ];
    for (const piece of pieces) {
      for (let before = 0; before <= 130; before++) {
        for (const tail of ['', '\\"', 'z'.repeat(70), piece]) {
          expectAgreement(`{"text":"${'x'.repeat(before)}${piece}${tail}"}`);
        }
      }
    }
  });

  it.each([
    ['plain text', 'plain', 0],
    ['pairs, and U+FFFD itself', '\\ud83d\\ude00 \\uD83D\\uDE00 \xef\xbf\xbd \\ufffd', 0],
    ['a high surrogate', '\\ud83d', 1],
    ['a low surrogate before a high one', '\\ude00\\ud83d', 2],
    ['a high surrogate before a pair', '\\ud83d\\ud83d\\ude00', 1],
    ['surrogates with a space between', '\\ud83d \\ude00', 2],
    ['surrogates with an escape between', '\\ud83d\\n\\ude00', 2],
    ['a high surrogate before another escape', '\\ud83d\\u0041', 1],
    ['a high surrogate before an escape and digits', '\\ud83d\\ndc00', 1],
    ['a high surrogate before a backslash', '\\ud83d\\\\ude00', 1],
    ['a high surrogate before an encoded low one', '\\ud83d\xed\xb8\x80', 4],
    ['bytes that are never right', '\xff\xff', 2],
    ['a sequence with an escape inside', '\xe2\x82\\n\xac', 2],
    ['sequences that are cut off', '\xf0\x9f\x98a\xf0\x9f\xc3\xa9', 2],
    ['an encoded surrogate', '\xc3\xa9\xed\xa0\x80', 3],
  ])('counts the replacements of %s', (_, raw, count) => {
    for (const before of ['', 'x'.repeat(62), 'x'.repeat(1000)]) {
      const line = bytesOf(`{"text":"${before}${raw}"}`);
      kernel.resetReplacements();
      expect(rowByKernel(line, TEXT_AND_ID)).toEqual(rowByModel(line, TEXT_AND_ID));
      expect(kernel.replacements()).toBe(count);
    }
  });
});

describe('escapeInto', () => {
  it('writes what JSON.stringify writes', () => {
    fc.assert(
      fc.property(
        fc.string({
          unit: fc.oneof(fc.constantFrom(...'ab"\\/\b\f\n\r\t\0\x1b\x7f\u2028'), fc.string({ unit: 'binary' })),
        }),
        (text) => {
          expect(escapeByKernel(text)).toBe(JSON.stringify(text).slice(1, -1));
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('escapes each ASCII character at each offset of a chunk', () => {
    for (let code = 0; code < 128; code++) {
      for (let before = 0; before <= 34; before++) {
        const text = `${'x'.repeat(before)}${String.fromCharCode(code)}${'y'.repeat((before * 7) % 20)}`;
        expect(escapeByKernel(text)).toBe(JSON.stringify(text).slice(1, -1));
      }
    }
  });
});
