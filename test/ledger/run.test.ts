// Proves that every difference between two runs is named, and that only sound headers and progress are accepted.
import { describe, expect, test } from 'vitest';

import { differences, isProgress, parseRunHeader, type RunHeader, type RunInput } from '../../src/ledger/run.js';

const input: RunInput = { source: 'a.jsonl', kind: 'jsonl', bytes: 10, mtimeMs: 0, digest: null };
const header: RunHeader = {
  command: 'score',
  options: { measures: 'all', stats: false, textField: 'text' },
  inputs: [input],
};
const withInput = (changed: Partial<RunInput>): RunHeader => ({ ...header, inputs: [{ ...input, ...changed }] });

describe('differences', () => {
  test('none', () => {
    expect(differences(header, structuredClone(header))).toEqual([]);
    const reordered = { ...header, options: { textField: 'text', stats: false, measures: 'all' } };
    expect(differences(header, reordered)).toEqual([]);
  });

  test('of options: each one, also those that are new or gone', () => {
    const now: RunHeader = { ...header, command: 'refine', options: { measures: 'entropy', stats: false, asOf: 2026 } };
    expect(differences(header, now)).toEqual([
      'command: was "score", now "refine"',
      'measures: was "all", now "entropy"',
      'textField: was "text", now not given',
      'asOf: was not given, now 2026',
    ]);
  });

  test.each([
    [withInput({ source: 'b.jsonl' }), 'input 1: was "a.jsonl", now "b.jsonl"'],
    [withInput({ kind: 'files' }), 'input 1 (a.jsonl) kind: was "jsonl", now "files"'],
    [withInput({ bytes: 11 }), 'input 1 (a.jsonl) bytes: was 10, now 11'],
    [withInput({ bytes: null }), 'input 1 (a.jsonl) bytes: was 10, now null'],
    [
      withInput({ mtimeMs: 1000 }),
      'input 1 (a.jsonl) changed: was of 1970-01-01T00:00:00.000Z, now of 1970-01-01T00:00:01.000Z',
    ],
    [withInput({ mtimeMs: null }), 'input 1 (a.jsonl) changed: was of 1970-01-01T00:00:00.000Z, now of no time'],
    [withInput({ digest: 'x' }), 'input 1 (a.jsonl): was another list of files, now renamed, moved or changed'],
    [{ ...header, inputs: [] }, 'input 1: was "a.jsonl", now not given'],
    [{ ...header, inputs: [input, { ...input, source: 'b.jsonl' }] }, 'input 2: was not given, now "b.jsonl"'],
  ])('of inputs: case %#', (now, expected) => {
    expect(differences(header, now)).toEqual([expected]);
  });

  test('of very many options are counted, apart from those of inputs', () => {
    const options = Object.fromEntries(Array.from({ length: 12 }, (_, index) => [`option${index}`, index]));
    const found = differences({ ...header, options }, { ...header, options: {}, inputs: [] });
    expect(found).toHaveLength(12);
    expect(found[9]).toBe('option9: was 9, now not given');
    expect(found.slice(10)).toEqual(['2 more options differ', 'input 1: was "a.jsonl", now not given']);
  });

  test('of very many inputs are counted', () => {
    const found = differences({ ...header, inputs: new Array<RunInput>(25).fill(input) }, { ...header, inputs: [] });
    expect(found.length).toBe(11);
    expect(found.at(-1)).toBe('15 more inputs differ');
  });
});

describe('parsing', () => {
  test('a header comes back from JSON', () => {
    expect(parseRunHeader(JSON.parse(JSON.stringify(header)))).toEqual(header);
  });

  test.each([
    null,
    [],
    'score',
    {},
    { ...header, command: 1 },
    { ...header, options: null },
    { ...header, options: { a: [] } },
    { ...header, inputs: {} },
    { ...header, inputs: [null] },
    { ...header, inputs: [{ ...input, bytes: -1 }] },
    { ...header, inputs: [{ ...input, mtimeMs: '0' }] },
    { ...header, inputs: [{ ...input, digest: 7 }] },
    { ...header, inputs: [{ ...input, kind: undefined }] },
  ])('no header: case %#', (value) => {
    expect(parseRunHeader(value)).toBeUndefined();
  });

  test('progress has every number, whole and not negative', () => {
    const progress = {
      input: 0,
      position: 1,
      lines: 2,
      ordinal: 3,
      outputBytes: 4,
      rejectedBytes: 5,
      failedBytes: 6,
      seenBytes: 11,
      documents: 7,
      rejected: 8,
      rejections: [0, 8],
      unremembered: 12,
      failed: 9,
      bytes: 10,
    };
    expect(isProgress(progress)).toBe(true);
    expect(isProgress({ ...progress, rejections: [] })).toBe(true);
    for (const bad of [[-1], [0.5], ['1'], [null], {}])
      expect(isProgress({ ...progress, rejections: bad })).toBe(false);
    expect(isProgress(null)).toBe(false);
    for (const name of Object.keys(progress)) {
      for (const bad of [undefined, -1, 0.5, '1', null, Infinity]) {
        expect(isProgress({ ...progress, [name]: bad })).toBe(false);
      }
    }
  });
});
