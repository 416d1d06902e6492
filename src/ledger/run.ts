import { isErrorCode, type ErrorCode } from '../core/errors.js';

/** What a run was asked to do: resuming it with anything else would mix two outputs. Plain JSON. */
export interface RunHeader {
  readonly command: string;
  /** Every option that changes the output, resolved; one that is left out is not set. */
  readonly options: Readonly<Record<string, OptionValue>>;
  readonly inputs: readonly RunInput[];
}

export type OptionValue = string | number | boolean | null;

/** An input as it was when the run began; what its kind does not tell is `null`. */
export interface RunInput {
  readonly source: string;
  readonly kind: string;
  readonly bytes: number | null;
  /** Time of the last change, in milliseconds. */
  readonly mtimeMs: number | null;
  /** Tells two lists of files apart. */
  readonly digest: string | null;
}

/** How far a run is: all that is needed to go on. Every number is an integer, 0 or more. */
export interface Progress {
  /** Index of the input that comes next, or is under way. */
  readonly input: number;
  /** Where its next chunk starts: a byte offset, or an ordinal among the text files. */
  readonly position: number;
  /** Lines of that input behind us. */
  readonly lines: number;
  /** Documents of that input behind us. */
  readonly ordinal: number;
  /** Length of the output. */
  readonly outputBytes: number;
  /** Length of the file of rejected rows; 0 without one. */
  readonly rejectedBytes: number;
  /** Length of the dead-letter file; 0 without one. */
  readonly failedBytes: number;
  /** Length of the log of texts that repeated ones are recognised by; 0 without one. */
  readonly seenBytes: number;
  /** Documents of the whole run so far, dead letters and rejected ones included. */
  readonly documents: number;
  readonly rejected: number;
  /** The rejected ones by the number of their reason; none when nothing was rejected. */
  readonly rejections: readonly number[];
  /** Documents that were written and are not remembered, so that their repeats are not recognised. */
  readonly unremembered: number;
  readonly failed: number;
  /** Bytes of text scored by the whole run so far. */
  readonly bytes: number;
  /** What failed only when it was scored and others depend on; left out when there is none. */
  readonly late?: LateFailures;
}

/** Documents that others depend on and that failed in a way that nobody could know before they were scored. */
export interface LateFailures {
  readonly failures: readonly LateFailure[];
  /** Whether something is written that fails because of one of them, so that the run has to be repeated. */
  readonly isStale: boolean;
}

export interface LateFailure {
  /** Its place among all documents of the run. */
  readonly document: number;
  readonly code: ErrorCode;
  readonly message: string;
}

/** The `value` when it is a {@link RunHeader}. */
export function parseRunHeader(value: unknown): RunHeader | undefined {
  return isRunHeader(value) ? value : undefined;
}

/** True for complete and sound progress. */
export function isProgress(value: unknown): value is Progress {
  if (!isObject(value) || !PROGRESS_FIELDS.every((name) => isCount(value[name]))) return false;
  const { rejections, late } = value;
  return Array.isArray(rejections) && rejections.every(isCount) && (late === undefined || isLateFailures(late));
}

/**
 * In what `now` differs from `was`, a phrase each: `name: was X, now Y`. Empty when the run can go on.
 */
export function differences(was: RunHeader, now: RunHeader): string[] {
  const found: string[] = [];
  if (was.command !== now.command) found.push(change('command', was.command, now.command));
  found.push(...shorten(optionDifferences(was.options, now.options), 'options'));
  found.push(...shorten(inputDifferences(was.inputs, now.inputs), 'inputs'));
  return found;
}

const PROGRESS_FIELDS: readonly Exclude<keyof Progress, 'rejections' | 'late'>[] = [
  'input',
  'position',
  'lines',
  'ordinal',
  'outputBytes',
  'rejectedBytes',
  'failedBytes',
  'seenBytes',
  'documents',
  'rejected',
  'unremembered',
  'failed',
  'bytes',
];

/** Options, and likewise inputs, that are named when they differ; of the rest only the number is told. */
const SHOWN_MAX = 10;

function shorten(found: readonly string[], what: string): string[] {
  if (found.length <= SHOWN_MAX) return [...found];
  return [...found.slice(0, SHOWN_MAX), `${found.length - SHOWN_MAX} more ${what} differ`];
}

function optionDifferences(was: RunHeader['options'], now: RunHeader['options']): string[] {
  const names = new Set([...Object.keys(was), ...Object.keys(now)]);
  return [...names].flatMap((name) => (was[name] === now[name] ? [] : [change(name, was[name], now[name])]));
}

function inputDifferences(was: readonly RunInput[], now: readonly RunInput[]): string[] {
  const found: string[] = [];
  for (let index = 0; index < Math.max(was.length, now.length); index++) {
    const difference = inputDifference(`input ${index + 1}`, was[index], now[index]);
    if (difference !== undefined) found.push(difference);
  }
  return found;
}

function inputDifference(name: string, was: RunInput | undefined, now: RunInput | undefined): string | undefined {
  if (was === undefined || now === undefined) return change(name, was?.source, now?.source);
  if (was.source !== now.source) return change(name, was.source, now.source);
  const named = `${name} (${was.source})`;
  if (was.kind !== now.kind) return change(`${named} kind`, was.kind, now.kind);
  if (was.bytes !== now.bytes) return change(`${named} bytes`, was.bytes, now.bytes);
  if (was.mtimeMs !== now.mtimeMs) return `${named} changed: was of ${when(was.mtimeMs)}, now of ${when(now.mtimeMs)}`;
  if (was.digest !== now.digest) return `${named}: was another list of files, now renamed, moved or changed`;
  return undefined;
}

function change(name: string, was: OptionValue | undefined, now: OptionValue | undefined): string {
  return `${name}: was ${show(was)}, now ${show(now)}`;
}

function show(value: OptionValue | undefined): string {
  return value === undefined ? 'not given' : JSON.stringify(value);
}

function when(mtimeMs: number | null): string {
  return mtimeMs === null ? 'no time' : new Date(mtimeMs).toISOString();
}

function isRunHeader(value: unknown): value is RunHeader {
  if (!isObject(value)) return false;
  const { command, options, inputs } = value;
  return (
    typeof command === 'string' &&
    isObject(options) &&
    Object.values(options).every(isOptionValue) &&
    Array.isArray(inputs) &&
    inputs.every(isRunInput)
  );
}

function isLateFailures(value: unknown): value is LateFailures {
  if (!isObject(value)) return false;
  const { failures, isStale } = value;
  return typeof isStale === 'boolean' && Array.isArray(failures) && failures.every(isLateFailure);
}

function isLateFailure(value: unknown): value is LateFailure {
  if (!isObject(value)) return false;
  const { document, code, message } = value;
  return isCount(document) && isErrorCode(code) && typeof message === 'string';
}

function isRunInput(value: unknown): value is RunInput {
  if (!isObject(value)) return false;
  const { source, kind, bytes, mtimeMs, digest } = value;
  return (
    typeof source === 'string' &&
    typeof kind === 'string' &&
    (bytes === null || isCount(bytes)) &&
    (mtimeMs === null || typeof mtimeMs === 'number') &&
    (digest === null || typeof digest === 'string')
  );
}

function isOptionValue(value: unknown): value is OptionValue {
  return value === null || ['string', 'number', 'boolean'].includes(typeof value);
}

function isCount(value: unknown): boolean {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
