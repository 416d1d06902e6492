/**
 * Rows of doubles as the kernel could write them, with the reports that the decoders make of them. Which slots hold whole
 * numbers and which may hold null is found out from the decoders, so that what is tested is not asked.
 */
import fc from 'fast-check';
import { FILTER_NAMES, FILTER_REASONS } from '../../src/core/filters.js';
import type { Measures } from '../../src/core/measures.js';
import type { CountsReport, Report } from '../../src/core/report.js';
import { SLOT_VERDICTS } from '../../src/workers/kernel/report-slots.js';
import { COUNTS_DECODER, REPORT_DECODER, STATS_DECODER, type ReportDecoder } from '../../src/workers/report-layout.js';

type AnyReport = CountsReport & Partial<Report>;

export interface ReportKind {
  readonly name: string;
  readonly settings: { readonly measures: Measures; readonly stats: boolean };
  readonly decoder: ReportDecoder<AnyReport>;
}

export const KINDS: readonly ReportKind[] = [
  { name: 'counts', settings: { measures: 'entropy', stats: false }, decoder: COUNTS_DECODER },
  { name: 'a complete report', settings: { measures: 'all', stats: false }, decoder: REPORT_DECODER },
  { name: 'a report with statistics', settings: { measures: 'all', stats: true }, decoder: STATS_DECODER },
];

/** Path → value of everything in a report that is no object. */
export function leavesOf(report: object, prefix = ''): Map<string, unknown> {
  const leaves = Object.entries(report).flatMap(([name, value]: [string, unknown]): [string, unknown][] =>
    typeof value === 'object' && value !== null
      ? [...leavesOf(value, `${prefix}${name}.`)]
      : [[`${prefix}${name}`, value]],
  );
  return new Map(leaves);
}

/** Slot by slot of the numbers of a report: its path, and what it may hold. Verdicts have none. */
export function slotsOf({ decoder }: ReportKind): Map<number, { path: string; integer: boolean; nullable: boolean }> {
  const isVerdict = (slot: number) => slot >= SLOT_VERDICTS && slot < SLOT_VERDICTS + FILTER_NAMES.length;
  const probe = (value: (slot: number) => number) => {
    const row = Float64Array.from({ length: decoder.slots }, (_, slot) => (isVerdict(slot) ? 0 : value(slot)));
    return leavesOf(decoder.decode('probe', row, 0));
  };
  const places = probe((slot) => slot + 0.5);
  const nulls = probe(() => NaN);
  const numbers = [...places].filter(([path, value]) => typeof value === 'number' && path !== 'schema');
  return new Map(
    numbers.map(([path, value]) => {
      const integer = Number.isInteger(value) || path === 'replaced';
      return [Math.floor(Number(value)), { path, integer, nullable: nulls.get(path) === null }];
    }),
  );
}

/** Few values, so that two of them are often equal. */
export const INTEGERS = [0, 1, 2, 3, 50, 1000];
export const DOUBLES = [...INTEGERS, 0.25, 0.5, -2.5, 1e-9];

/** A row of that kind, behind some doubles that belong to another row. */
export function rowArbitrary(kind: ReportKind): fc.Arbitrary<{ rows: Float64Array; at: number; report: AnyReport }> {
  const slots = slotsOf(kind);
  const values = Array.from({ length: kind.decoder.slots }, (_, slot): fc.Arbitrary<number> => {
    const filter = FILTER_NAMES[slot - SLOT_VERDICTS];
    if (filter !== undefined) return fc.integer({ min: 0, max: FILTER_REASONS[filter].length });
    const { integer = false, nullable = false } = slots.get(slot) ?? {};
    const value = fc.constantFrom(...(integer ? INTEGERS : DOUBLES));
    return nullable ? fc.oneof({ weight: 3, arbitrary: value }, fc.constant(NaN)) : value;
  });
  return fc.tuple(fc.tuple(...values), fc.nat(5)).map(([row, at]) => {
    const rows = Float64Array.from([...Array.from({ length: at }, () => 7), ...row]);
    return { rows, at, report: kind.decoder.decode('random', rows, at) };
  });
}
