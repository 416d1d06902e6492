/**
 * Proves that docs/errors.md and the table of codes say the same, and that an error survives the way between threads: by its
 * wire shape, through a structured clone.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  ERROR_CODES,
  type ErrorCode,
  MillraceError,
  fromWireError,
  isMillraceError,
  messageOf,
  toWireError,
} from '../../src/core/errors.js';

describe('docs/errors.md', () => {
  const text = readFileSync(new URL('../../docs/errors.md', import.meta.url), 'utf8');
  const rows = text
    .split('\n')
    .filter((line) => line.startsWith('| `ERR_'))
    .map((line) => line.split('|').map((cell) => cell.trim()))
    .map(([, code, meaning, advice]) => ({ code: code!.slice(1, -1), meaning, advice }));

  it('lists each code once, with the meaning it has in the source', () => {
    expect(rows.map((row) => row.code).sort()).toEqual(Object.keys(ERROR_CODES).sort());
    for (const { code, meaning } of rows)
      expect({ code, meaning }).toEqual({ code, meaning: ERROR_CODES[code as ErrorCode] });
  });

  it('says for each code what to do', () => {
    for (const { code, advice } of rows) expect(advice, code).toMatch(/\w{2,}.*\.$/);
  });
});

describe('MillraceError', () => {
  it('carries its code, its message and its cause', () => {
    const cause = new RangeError('disk full');
    const error = new MillraceError('ERR_OUTPUT_UNWRITABLE', 'out.jsonl: disk full', { cause });
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({
      name: 'MillraceError',
      code: 'ERR_OUTPUT_UNWRITABLE',
      message: 'out.jsonl: disk full',
      cause,
    });
  });

  it.each(Object.keys(ERROR_CODES) as ErrorCode[])('keeps %s across threads', (code) => {
    const wire = structuredClone(toWireError(new MillraceError(code, `met ${code}`)));
    const error = fromWireError(wire);
    expect(error).toBeInstanceOf(MillraceError);
    expect(error).toMatchObject({ code, message: `met ${code}` });
    expect(isMillraceError(error)).toBe(true);
  });
});

describe('isMillraceError', () => {
  it('knows an error of another copy of the package by its code', () => {
    expect(isMillraceError(Object.assign(new Error('full'), { code: 'ERR_QUEUE_FULL' }))).toBe(true);
  });

  it.each([
    ['nothing', undefined],
    ['a plain error', new Error('no code')],
    ["an error of Node's", Object.assign(new Error('gone'), { code: 'ENOENT' })],
    ['an error with a code that is no string', Object.assign(new Error('odd'), { code: 7 })],
    ['an error whose code is the name of an inherited property', Object.assign(new Error('odd'), { code: 'toString' })],
    ['an object that is no error', { code: 'ERR_QUEUE_FULL', message: 'full' }],
  ])('refuses %s', (_, value) => {
    expect(isMillraceError(value)).toBe(false);
  });
});

describe('messageOf', () => {
  it('takes an error’s message, and the text of anything else that was thrown', () => {
    expect(messageOf(new MillraceError('ERR_CLOSED', 'closed'))).toBe('closed');
    expect(messageOf('plain text')).toBe('plain text');
    expect(messageOf(undefined)).toBe('undefined');
    expect(messageOf(404)).toBe('404');
  });
});
