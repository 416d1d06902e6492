/**
 * What became of a row, as the kernel tells the host in a number.
 *
 * Compiled twice: by AssemblyScript into the kernel, and by TypeScript for the host. The numbers below `SCORED` are those of
 * `json-codes.ts` for a row that cannot be read.
 */
/** The line is too long to be read; it was not. */
export const LINE_TOO_LARGE = 8;
export const TEXT_TOO_LARGE = 9;
/** Passed over, as asked. */
export const SKIPPED = 10;
/** Scored, and its row is in the output. */
export const SCORED = 16;
/** Likewise, but the row has no id of its own: its line number is still to be written where `lineIdPosition` says. */
export const SCORED_WITHOUT_ID = 17;
/** Rejected; its row is in the output of rejected rows, if there is one. */
export const REJECTED = 18;
/** Likewise, without an id of its own. */
export const REJECTED_WITHOUT_ID = 19;
/** Measured: the host says with `finishRow` whether it is kept. */
export const UNDECIDED = 20;
/** The row's text is read and not yet measured: the host goes on with `measureRow`, or with `takeReport` if it has its report. */
export const TEXT_READ = 21;
/** No row was handled: the output must be emptied first. */
export const OUTPUT_FULL = 32;
/** No row is left. */
export const NO_MORE_ROWS = 33;

/** What is written for a scored row. */
export const EMIT_REPORTS = 0;
export const EMIT_ROWS = 1;
export const EMIT_BOTH = 2;
/** The report's doubles as they are, for a host that goes on counting with them. */
export const EMIT_NUMBERS = 3;
