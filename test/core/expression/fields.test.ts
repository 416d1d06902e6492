/**
 * Proves that the table of fields is complete: it has each leaf of a report and nothing else, with the type and the null that
 * the decoder gives it, and docs/expressions.md lists the same.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { FIELDS, type Field } from '../../../src/core/expression/fields.js';
import { FILTER_NAMES, FILTER_REASONS } from '../../../src/core/filters.js';
import { KINDS, leavesOf, slotsOf } from '../../support/report-rows.js';

const TEXT = readFileSync(new URL('../../../docs/expressions.md', import.meta.url), 'utf8');

/** The rows of the table behind a comment: its cells. */
function tableBehind(comment: string): string[][] {
  const [, after = ''] = TEXT.split(`<!-- ${comment} -->`);
  const rows = /^\s*((?:\|.*\n)+)/.exec(after)?.[1]?.trimEnd().split('\n') ?? [];
  return rows.slice(2).map((row) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

function quoted(cell: string): string[] {
  return Array.from(cell.matchAll(/`([^`]+)`/g), ([, name]) => name!);
}

describe('FIELDS', () => {
  it.each(KINDS)('has every leaf of $name but schema and id', (kind) => {
    const parts = ['counts', 'report', 'stats'].slice(0, KINDS.indexOf(kind) + 1);
    const row = new Float64Array(kind.decoder.slots).fill(0).fill(1, 8, 9);
    const leaves = [...leavesOf(kind.decoder.decode('a', row, 0)).keys()].filter((p) => p !== 'schema' && p !== 'id');
    const paths = [...FIELDS.values()].filter(({ part }) => parts.includes(part)).map(({ path }) => path);
    expect(paths.sort()).toEqual(leaves.sort());
  });

  it('says of each number whether it may be null', () => {
    // Statistics may all be null by their type, though the decoder makes whole numbers of some.
    for (const { path, nullable } of slotsOf(KINDS[1]!).values()) {
      expect({ path, nullable: FIELDS.get(path)?.nullable }).toEqual({ path, nullable });
    }
  });
});

describe('docs/expressions.md', () => {
  const types = { number: 'number', condition: 'boolean', reason: 'string' } as const;

  it('lists the fields with their type, whether they may be null, and what they need', () => {
    const listed = tableBehind('fields').flatMap(([paths, type, nulls, needs]) =>
      quoted(paths!).map((path) => ({
        path,
        type: types[type as keyof typeof types],
        nullable: nulls === 'maybe',
        part: needs === '' ? 'counts' : 'report',
      })),
    );
    const statistics = tableBehind('statistics').flatMap(([prefix, names]) =>
      quoted(names!).map((name) => ({
        path: `${quoted(prefix!)[0]!}${name}`,
        type: 'number',
        nullable: true,
        part: 'stats',
      })),
    );
    const byPath = (left: { path: string }, right: { path: string }) => (left.path < right.path ? -1 : 1);
    const fields = [...FIELDS.values()].map(({ path, type, nullable, part }: Field) => ({
      path,
      type,
      nullable,
      part,
    }));
    expect([...listed, ...statistics].sort(byPath)).toEqual(fields.sort(byPath));
  });

  it('lists the reasons of each filter', () => {
    const listed = tableBehind('reasons').map(([filter, reasons]) => [quoted(filter!)[0], quoted(reasons!)]);
    expect(listed).toEqual(FILTER_NAMES.map((filter) => [filter, FILTER_REASONS[filter]]));
  });
});
