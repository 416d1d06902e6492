/**
 * Where each number of a document's report stands in the row of doubles that the kernel writes.
 *
 * Compiled twice: by AssemblyScript into the kernel, and by TypeScript for the host that reads the row. NaN stands for `null`.
 */
export const SLOT_BYTES = 0;
export const SLOT_CHARS = 1;
export const SLOT_WORDS = 2;
export const SLOT_TOKENS = 3;
export const SLOT_DISTINCT_TOKENS = 4;
export const SLOT_LINES = 5;
export const SLOT_PARAGRAPHS = 6;
export const SLOT_SENTENCES = 7;
export const SLOT_REPLACED = 8;
export const SLOT_ENTROPY_CHAR = 9;
export const SLOT_ENTROPY_TOKEN = 10;
export const SLOT_ENTROPY_SENTENCE = 11;
export const SLOT_EVENNESS = 12;
export const SLOT_REDUNDANCY = 13;
export const SLOT_AGGREGATE = 14;

/** Doubles in a report's row. */
export const SLOT_COUNT = 16;
