import { checkInteger, checkOptions, optionPath } from '../../core/options.js';

export interface CallLedgerOptions {
  /**
   * Length of a segment, in bytes, give or take a record: what is on disk is freed in such pieces.
   * Integer from 65,536 to 1 GiB. @defaultValue 33554432
   */
  readonly segmentBytes?: number;
  /**
   * Finished rows in memory, in bytes; those beyond it are read back from disk when their turn comes. Integer, 0 or more.
   * @defaultValue 16777216
   */
  readonly rowsBytesMax?: number;
  /**
   * Documents from the oldest that is not written to the newest that was begun. At the bound, no further document is
   * begun until the oldest is written. Integer from 1 to 2³⁰. @defaultValue 4194304
   */
  readonly documentsMax?: number;
  /**
   * Bytes on disk at which no further document is begun until older ones are written. Integer, four times `segmentBytes` or
   * more. @defaultValue 8589934592
   */
  readonly diskBytesMax?: number;
  /** Bytes that may wait for the operating system; whoever adds more waits before. Integer, 1 or more. @defaultValue 8388608 */
  readonly pendingBytesMax?: number;
}

export type ResolvedCallLedgerOptions = Readonly<Required<CallLedgerOptions>>;

export const CALL_LEDGER_DEFAULTS: ResolvedCallLedgerOptions = Object.freeze({
  segmentBytes: 32 * 1024 * 1024,
  rowsBytesMax: 16 * 1024 * 1024,
  documentsMax: 4 * 1024 * 1024,
  diskBytesMax: 8 * 1024 * 1024 * 1024,
  pendingBytesMax: 8 * 1024 * 1024,
});

/** Offsets in a segment are 32 bits wide, and one record may follow on its bound. */
const SEGMENT_BYTES_MAX = 1024 * 1024 * 1024;
const SEGMENT_BYTES_MIN = 64 * 1024;
/** The newest segment is never removed, so the bound must leave room beside it. */
const SEGMENTS_MIN = 4;
const DOCUMENTS_LIMIT = 2 ** 30;

/**
 * Completes and checks the bounds of a ledger.
 *
 * @throws MillraceError `ERR_OPTION_TYPE`, `ERR_OPTION_RANGE`, `ERR_OPTION_UNKNOWN`.
 */
export function resolveCallLedgerOptions(options: CallLedgerOptions, path = 'ledger'): ResolvedCallLedgerOptions {
  const given = checkOptions(path, options, Object.keys(CALL_LEDGER_DEFAULTS));
  const all: Record<keyof CallLedgerOptions, unknown> = { ...CALL_LEDGER_DEFAULTS, ...given };
  const integer = (name: keyof CallLedgerOptions, min: number, max?: number): number =>
    checkInteger(optionPath(path, name), all[name], min, max);
  const segmentBytes = integer('segmentBytes', SEGMENT_BYTES_MIN, SEGMENT_BYTES_MAX);
  return Object.freeze({
    segmentBytes,
    rowsBytesMax: integer('rowsBytesMax', 0),
    documentsMax: integer('documentsMax', 1, DOCUMENTS_LIMIT),
    diskBytesMax: integer('diskBytesMax', SEGMENTS_MIN * segmentBytes),
    pendingBytesMax: integer('pendingBytesMax', 1),
  });
}
