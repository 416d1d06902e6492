/**
 * The reasons for which a row is rejected, as one row of numbers: those of the filters one after the other, then the expression.
 *
 * Compiled twice: by AssemblyScript into the kernel, and by TypeScript for the host. A test compares them with `core/filters.ts`.
 */
export const FILTER_COUNT = 4;

/** Reasons of the filters before each filter. */
export const BEFORE_GOPHER_QUALITY = 0;
export const BEFORE_GOPHER_REPETITION = 10;
export const BEFORE_C4_QUALITY = 23;
export const BEFORE_FINEWEB_QUALITY = 26;

/** 0 stands for a row that is kept. */
export const REJECTION_BY_EXPRESSION = 32;
/** The row repeats one before it; only the main thread knows. */
export const REJECTION_AS_REPEAT = 33;
export const REJECTION_COUNT = 34;
