import type { MeasureSettings } from '../measures.js';
import { FILTER_NAMES, FILTER_REASONS, FILTER_STATS, type FilterName } from '../filters.js';

/** What has to be measured for a field to be there: counts and entropy, the complete report, statistics as well. */
export type FieldPart = 'counts' | 'report' | 'stats';

/** What is measured, and so which fields there are. */
export type FieldSettings = Pick<MeasureSettings, 'measures' | 'stats'>;

interface FieldBase {
  /** As an expression names it: `entropy.char`. */
  readonly path: string;
  readonly nullable: boolean;
  readonly part: FieldPart;
}

export interface NumberField extends FieldBase {
  readonly type: 'number';
}

export interface BooleanField extends FieldBase {
  readonly type: 'boolean';
  readonly nullable: false;
}

/** Why a filter drops the document. */
export interface ReasonField extends FieldBase {
  readonly type: 'string';
  readonly nullable: true;
  readonly filter: FilterName;
  /** All that it can be, besides null. */
  readonly reasons: readonly string[];
}

export type Field = NumberField | BooleanField | ReasonField;

/** Everything of a report that an expression can name, by its path. `docs/expressions.md` lists the same. */
export const FIELDS: ReadonlyMap<string, Field> = new Map(
  [
    ...numbers('counts', ['bytes', 'chars', 'words', 'tokens', 'distinctTokens', 'lines', 'paragraphs', 'sentences']),
    ...numbers('counts', ['replaced', 'entropy.char', 'entropy.token', 'entropy.sentence', 'entropy.aggregate']),
    ...nullableNumbers('counts', ['entropy.evenness', 'entropy.redundancy']),
    ...nullableNumbers('report', ['readability.fleschReadingEase', 'readability.fleschKincaidGrade', 'coherence']),
    ...numbers('report', ['documentation.completeness', 'documentation.clarity', 'documentation.consistency']),
    ...numbers('report', ['documentation.accuracy', 'documentation.overall', 'miair']),
    ...FILTER_NAMES.flatMap(verdict),
    ...FILTER_NAMES.flatMap((filter) =>
      nullableNumbers(
        'stats',
        FILTER_STATS[filter].map((stat) => `filters.${filter}.stats.${stat}`),
      ),
    ),
  ].map((field) => [field.path, field]),
);

function numbers(part: FieldPart, paths: readonly string[]): Field[] {
  return paths.map((path) => ({ path, type: 'number', nullable: false, part }));
}

function nullableNumbers(part: FieldPart, paths: readonly string[]): Field[] {
  return paths.map((path) => ({ path, type: 'number', nullable: true, part }));
}

function verdict(filter: FilterName): Field[] {
  const reasons = FILTER_REASONS[filter];
  return [
    { path: `filters.${filter}.keep`, type: 'boolean', nullable: false, part: 'report' },
    { path: `filters.${filter}.reason`, type: 'string', nullable: true, part: 'report', filter, reasons },
  ];
}
