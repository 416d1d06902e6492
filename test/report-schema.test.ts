/**
 * Proves that schema/report.schema.json is the form of a report: real ones of every kind are valid, each is invalid with any
 * field taken away, renamed or of another type, and the names in it are those of the source.
 */
import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FILTER_NAMES, FILTER_REASONS, FILTER_STATS } from '../src/core/filters.js';
import type { CountsReport } from '../src/core/report.js';
import { scoreFiles } from '../src/engine/score-files/score-files.js';
import { Kernel } from '../src/workers/kernel-host.js';
import { COMPLETE, ENTROPY, FULLEST_ROWS, WITH_STATS, type ReportKind } from './support/measures.js';
import { Scratch, jsonLines, readRows } from './support/scratch.js';
import { unicodeText } from './support/text-arbitraries.js';

const SCHEMA = JSON.parse(readFileSync(new URL('../schema/report.schema.json', import.meta.url), 'utf8')) as object;
const validate = new Ajv2020({ allErrors: true, allowUnionTypes: true, strictTypes: false }).compile(SCHEMA);

const KINDS: readonly [string, ReportKind][] = [
  ['counts and entropy', ENTROPY],
  ['complete', COMPLETE],
  ['with statistics', WITH_STATS],
];
const TEXT = '# Heading\n\nSalt keeps. Salt also remembers, e.g. in 2024.\n\n- one item\n- another…\n';

type Json = Readonly<Record<string, unknown>>;

/** The report as it is in a row. */
function rowOf(kind: ReportKind, text: string, id: string | number = 'a'): Json {
  const report: CountsReport = kind.decoder.decode(id, Kernel.load(kind.row).scoreText(text), 0);
  return JSON.parse(JSON.stringify(report)) as Json;
}

function errorsOf(row: unknown): unknown {
  return validate(row) ? [] : validate.errors;
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The row with each of its fields changed by itself, however deep: `change` gets the object that holds the field. */
function variantsOf(row: Json, change: (holder: Json, name: string) => Json): Json[] {
  return Object.entries(row).flatMap(([name, value]) => {
    const inside = isObject(value) ? variantsOf(value, change).map((variant) => ({ ...row, [name]: variant })) : [];
    return [change(row, name), ...inside];
  });
}

function without(holder: Json, name: string): Json {
  return Object.fromEntries(Object.entries(holder).filter(([key]) => key !== name));
}

describe.each(KINDS)('a report: %s', (_, kind) => {
  it('is valid, for any text and id', () => {
    fc.assert(
      fc.property(unicodeText(), fc.oneof(fc.string(), fc.integer()), (text, id) => {
        expect(errorsOf(rowOf(kind, text, id))).toEqual([]);
      }),
      { numRuns: 50 },
    );
    for (const text of ['', 'a', TEXT, '\ud800', TEXT.repeat(100)]) expect(errorsOf(rowOf(kind, text))).toEqual([]);
    expect(rowOf(kind, '\ud800')).toHaveProperty('replaced', 1);
  });

  it('is invalid without any one of its fields, but for `replaced`', () => {
    const variants = variantsOf(rowOf(kind, TEXT), without);
    expect(variants.length).toBeGreaterThan(15);
    expect(variants.filter((variant) => validate(variant))).toEqual([]);
    expect(errorsOf(without(rowOf(kind, '\ud800'), 'replaced'))).toEqual([]);
  });

  it('is invalid with a field too many, or with one of another type', () => {
    const added = variantsOf(rowOf(kind, TEXT), (holder, name) => ({ ...holder, [`${name}s`]: holder[name] }));
    const changed = variantsOf(rowOf(kind, TEXT), (holder, name) => ({ ...holder, [name]: [] }));
    expect([...added, ...changed].filter((variant) => validate(variant))).toEqual([]);
  });
});

describe('a row of a file', () => {
  it('is valid', async () => {
    const scratch = new Scratch();
    const input = scratch.write(
      'rows.jsonl',
      jsonLines([{ text: TEXT }, { id: 7, text: '' }, { id: 'c', text: '\ud800' }]),
    );
    const output = scratch.fresh('.out.jsonl');
    await scoreFiles({ ...FULLEST_ROWS.options, inputs: [input], output, workers: 1 });
    const rows = readRows(output);
    expect(rows).toHaveLength(3);
    expect(rows.flatMap(errorsOf)).toEqual([]);
  });
});

describe('the verdict of a filter', () => {
  const complete = rowOf(COMPLETE, TEXT);

  it.each(FILTER_NAMES)('of %s has the reasons and statistics of the source', (filter) => {
    const withVerdict = (verdict: unknown): Json => ({
      ...complete,
      filters: { ...(isObject(complete['filters']) ? complete['filters'] : {}), [filter]: verdict },
    });
    for (const reason of FILTER_REASONS[filter]) expect(errorsOf(withVerdict({ keep: false, reason }))).toEqual([]);
    expect(errorsOf(withVerdict({ keep: true, reason: null }))).toEqual([]);
    const wrong = [
      { keep: true, reason: FILTER_REASONS[filter][0] },
      { keep: false, reason: null },
      { keep: false, reason: 'other' },
    ];
    expect(wrong.filter((verdict) => validate(withVerdict(verdict)))).toEqual([]);
    const schema = SCHEMA as { $defs: Record<string, { properties: { stats: { properties: object } } }> };
    expect(Object.keys(schema.$defs[filter]!.properties.stats.properties)).toEqual(FILTER_STATS[filter]);
  });

  it('has statistics when the others have', () => {
    const { filters } = rowOf(WITH_STATS, TEXT);
    if (!isObject(filters)) throw new Error('there are no filters');
    const { c4_quality: verdict, ...others } = filters;
    if (!isObject(verdict)) throw new Error('there is no verdict');
    expect(validate({ ...complete, filters: { ...others, c4_quality: without(verdict, 'stats') } })).toBe(false);
  });
});
