import { checkFilterNames } from '../../core/filter-options.js';
import type { FilterName } from '../../core/filters.js';
import type { MeasureSettings } from '../../core/measures.js';
import { checkChoice, checkInteger, checkString, describe } from '../../core/options.js';
import { MillraceError } from '../../core/errors.js';
import type { RunHeader } from '../../ledger/run.js';
import { DEDUPS, DEDUP_BYTES, DEDUP_BYTES_LIMIT, DEDUP_BYTES_MIN, type Dedup } from '../dedup/options.js';

/** By whose rules the text of a row can be cleaned. */
export const CLEANERS = ['c4'] as const;
export type Cleaner = (typeof CLEANERS)[number];

/** Which documents of a run are kept, and what becomes of the others. */
export interface SelectionOptions {
  /**
   * Filters whose verdict rejects a document; the first in the order of `FILTER_NAMES` gives the reason. At least one name;
   * needs `measures: 'all'`. @defaultValue none: every document is kept
   */
  readonly rejectBy?: readonly FilterName[];
  /**
   * Expression over the report (docs/expressions.md): of the documents that the filters keep, those are kept for which it holds.
   * At most 4096 characters. @defaultValue none
   */
  readonly keepIf?: string;
  /**
   * Path of the rows that are rejected, in input order, each with its reason under `"rejected"`; gzip when it ends in `.gz`.
   * Made even when nothing is rejected; needs `rejectBy`, `keepIf` or `dedup`. @defaultValue they are counted and not written
   */
  readonly rejected?: string;
  /**
   * `'exact'`: of the documents that are kept, one with the text of an earlier one is rejected; the first in input order stays.
   * @defaultValue none: repeated documents stay
   */
  readonly dedup?: Dedup;
  /**
   * Memory for the texts by which repeated ones are recognised: 56 bytes each and their id. When it is full, further texts are
   * not remembered, and the summary says how many. Integer, 1 MiB to 4095 MiB; needs `dedup`. @defaultValue 1 GiB
   */
  readonly dedupBytes?: number;
  /**
   * `'c4'`: rows that are kept have the text that C4's line rules leave. Of a document that `c4_quality` drops for what a line
   * holds nothing is left. Needs `emit` `'rows'` or `'both'` and `measures: 'all'`. @defaultValue the text as it came
   */
  readonly clean?: Cleaner;
}

/** The options, checked; all filters in their order. */
export interface Selection {
  readonly rejectBy: readonly FilterName[];
  /** Still to be parsed. */
  readonly keepIf: string | undefined;
  readonly rejected: string | undefined;
  readonly dedup: Dedup | undefined;
  readonly dedupBytes: number;
  readonly clean: Cleaner | undefined;
}

/** What of the other options a selection depends on. */
interface Measured {
  readonly emit: string;
  readonly settings: MeasureSettings;
}

/**
 * Checks the options and how they go together.
 *
 * @throws MillraceError `ERR_OPTION_TYPE`, `ERR_OPTION_RANGE`, with the option's name.
 */
export function resolveSelection(options: SelectionOptions, measured: Measured): Selection {
  const selection = {
    rejectBy: options.rejectBy === undefined ? [] : checkFilterNames('rejectBy', options.rejectBy),
    keepIf: options.keepIf === undefined ? undefined : checkString('keepIf', options.keepIf),
    rejected: options.rejected === undefined ? undefined : checkFile('rejected', options.rejected),
    dedup: options.dedup === undefined ? undefined : checkChoice('dedup', options.dedup, DEDUPS),
    dedupBytes: checkInteger('dedupBytes', options.dedupBytes ?? DEDUP_BYTES, DEDUP_BYTES_MIN, DEDUP_BYTES_LIMIT),
    clean: options.clean === undefined ? undefined : checkChoice('clean', options.clean, CLEANERS),
  };
  if (options.dedupBytes !== undefined && selection.dedup === undefined)
    throw leaveOut('dedupBytes', 'without dedup', String(options.dedupBytes));
  refuseContradictions(selection, measured);
  return Object.freeze(selection);
}

/** The part of a run's header that says what is kept; what was not asked for is left out. */
export function selectionHeader(selection: Selection): RunHeader['options'] {
  const { rejectBy, keepIf, rejected, dedup, dedupBytes, clean } = selection;
  return {
    ...(rejectBy.length > 0 && { rejectBy: rejectBy.join(',') }),
    ...(keepIf !== undefined && { keepIf }),
    ...(rejected !== undefined && { rejected: true }),
    ...(dedup !== undefined && { dedup, dedupBytes }),
    ...(clean !== undefined && { clean }),
  };
}

function checkFile(name: string, value: unknown): string {
  const path = checkString(name, value);
  if (path !== '-') return path;
  throw new MillraceError('ERR_OPTION_RANGE', `${name} must be the path of a file, got "-"`);
}

function refuseContradictions(selection: Selection, { emit, settings }: Measured): void {
  const { rejectBy, keepIf, rejected, dedup, clean } = selection;
  if (settings.measures === 'entropy') {
    const reason = "with measures 'entropy', which has no filters";
    if (rejectBy.length > 0) throw leaveOut('rejectBy', reason, rejectBy.join(','));
    if (clean !== undefined) throw leaveOut('clean', reason, clean);
  }
  if (clean !== undefined && emit === 'reports')
    throw leaveOut('clean', "with emit 'reports', which has no text", clean);
  if (rejected !== undefined && rejectBy.length === 0 && keepIf === undefined && dedup === undefined) {
    throw leaveOut('rejected', 'without rejectBy, keepIf or dedup, which reject', rejected);
  }
}

function leaveOut(name: string, reason: string, got: string): MillraceError {
  return new MillraceError('ERR_OPTION_RANGE', `${name} must be left out ${reason}, got ${describe(got)}`);
}
