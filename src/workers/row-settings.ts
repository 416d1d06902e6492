import { FILTER_NAMES } from '../core/filters.js';
import type { Kernel } from './kernel-host.js';
import { EMIT_BOTH, EMIT_NUMBERS, EMIT_REPORTS, EMIT_ROWS } from './kernel/row-outcomes.js';
import { REPORT_ROW_BYTES_MAX } from './kernel/row-template.js';
import type { RowSettings } from './protocol.js';
import type { ReportCache } from './report-cache.js';
import { rejectedField } from './row-template.js';

const EMIT_CODES = { reports: EMIT_REPORTS, rows: EMIT_ROWS, both: EMIT_BOTH, numbers: EMIT_NUMBERS } as const;

/** Room for a report, its punctuation within a row and the end of the line. */
export const REPORT_ROOM_BYTES = REPORT_ROW_BYTES_MAX + 1024;

/** An escape takes at most six bytes for one. */
export const ESCAPE_BYTES_MAX = 6;

/** The part of the settings by which every row is kept as it is. */
export const KEEP_ALL = Object.freeze({
  rejectBy: [],
  keepIf: undefined,
  keepsRejected: false,
  tellsKept: false,
  cleans: false,
});

const encoder = new TextEncoder();

/** No text is that large. */
const NEVER_ASK = 0xffff_ffff;

/*
 * The names that the kernel reads and writes stand at the front of its input:
 *   │ text field │ id field │ source, as the inside of a JSON string │ field of rows that the expression rejects │ data …
 */
interface Names {
  readonly textField: Uint8Array;
  readonly idField: Uint8Array;
  readonly source: Uint8Array;
  readonly rejected: Uint8Array;
}

let last: { readonly settings: RowSettings; readonly source: string; readonly names: Names } | undefined;

/** Bytes of the names. */
export function namesBytes(settings: RowSettings, source: string): number {
  const { textField, idField, source: name, rejected } = namesOf(settings, source);
  return textField.length + idField.length + name.length + rejected.length;
}

/** An ill-formed byte that is replaced becomes three; cleaned text read out of JSON grows no more when it is written again. */
const REPLACEMENT_BYTES = 3;

/** Ids up to this length always find room; of a longer one that is most of its line the row is too large. */
const ID_BYTES = 64 * 1024;

/** Room for any one row out of `dataBytes` of lines, and for many if they are as long as these. */
export function outputRoom(settings: RowSettings, dataBytes: number, nameBytes: number): number {
  return settings.cleans
    ? rejectedRoom(settings, dataBytes, nameBytes) + (REPLACEMENT_BYTES - 1) * dataBytes
    : rejectedRoom(settings, dataBytes, nameBytes);
}

/** The same for rows that are rejected, whose text is never cleaned. */
export function rejectedRoom({ emit }: RowSettings, dataBytes: number, nameBytes: number): number {
  const hasRow = emit === 'rows' || emit === 'both';
  const idBytes = dataBytes + (REPLACEMENT_BYTES - 1) * Math.min(dataBytes, ID_BYTES);
  return (hasRow ? dataBytes : 0) + idBytes + nameBytes + REPORT_ROOM_BYTES;
}

/** Writes the names to the front of the input, which has just been laid out. */
export function writeNames(kernel: Kernel, settings: RowSettings, source: string): void {
  const names = namesOf(settings, source);
  let at = kernel.inputAddress;
  for (const name of [names.textField, names.idField, names.source, names.rejected]) {
    kernel.bytes.set(name, at);
    at += name.length;
  }
}

/**
 * Tells the kernel where the names are, how rows are written, and which are rejected.
 *
 * @param cache - asked for the reports of texts from so many bytes on. Not where they are cleaned, which takes more of them than a report has.
 */
export function configureRows(
  kernel: Kernel,
  settings: RowSettings,
  source: string,
  cache?: Pick<ReportCache, 'bytesMin'>,
): void {
  const names = namesOf(settings, source);
  const textField = kernel.inputAddress;
  const idField = textField + names.textField.length;
  const name = idField + names.idField.length;
  const rejected = name + names.source.length;
  const { exports } = kernel;
  const { emit, cleans, keepsRejected, keepIf, maxBytes, lineBytesMax } = settings;
  exports.setFieldNames(textField, names.textField.length, idField, names.idField.length);
  exports.nameRows(name, rejected, rejected, rejected + names.rejected.length);
  exports.limitRows(maxBytes, lineBytesMax, cache === undefined || cleans ? NEVER_ASK : cache.bytesMin);
  exports.configureOutput(EMIT_CODES[emit], Number(cleans), Number(keepsRejected));
  exports.configureRejection(filterBits(settings), Number(keepIf !== undefined));
}

/** A bit for each filter that rejects, in the order of the verdicts in a report's row. */
function filterBits({ rejectBy }: RowSettings): number {
  return FILTER_NAMES.reduce((bits, name, index) => (rejectBy.includes(name) ? bits | (1 << index) : bits), 0);
}

/** The names as bytes; a run has few sources, so the last one is kept. */
function namesOf(settings: RowSettings, source: string): Names {
  if (
    last?.source === source &&
    last.settings.textField === settings.textField &&
    last.settings.idField === settings.idField &&
    last.settings.keepIf?.text === settings.keepIf?.text
  ) {
    return last.names;
  }
  const { textField, idField, keepIf } = settings;
  const names = {
    textField: encoder.encode(textField),
    idField: encoder.encode(idField),
    source: encoder.encode(JSON.stringify(source).slice(1, -1)),
    rejected: encoder.encode(keepIf === undefined ? '' : rejectedField('keep-if', keepIf.text)),
  };
  last = { settings, source, names };
  return names;
}
