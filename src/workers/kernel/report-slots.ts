/**
 * Where each number of a document's report stands in the row of doubles that the kernel writes.
 *
 *   │ counts and entropy │ the complete report │ statistics of the filters │ parts of the documentation profile │
 *   0 ────────────── ENTROPY_SLOTS ──────── REPORT_SLOTS ──────────── STATS_SLOTS ──────────────────── SLOT_COUNT
 *
 * A row is cut off behind the last part that was asked for. NaN stands for `null`.
 * Compiled twice: by AssemblyScript into the kernel, and by TypeScript for the host that reads the row.
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

/** Doubles of a report of counts and entropy. */
export const ENTROPY_SLOTS = 16;

export const SLOT_READING_EASE = 16;
export const SLOT_KINCAID_GRADE = 17;
export const SLOT_COHERENCE = 18;
export const SLOT_COMPLETENESS = 19;
export const SLOT_CLARITY = 20;
export const SLOT_CONSISTENCY = 21;
export const SLOT_ACCURACY = 22;
export const SLOT_OVERALL = 23;
export const SLOT_MIAIR = 24;
/** For each filter 0 when it keeps the document, else the number of the reason, from 1. */
export const SLOT_VERDICTS = 25;
export const SLOT_GOPHER_QUALITY = 25;
export const SLOT_GOPHER_REPETITION = 26;
export const SLOT_C4_QUALITY = 27;
export const SLOT_FINEWEB_QUALITY = 28;

/** Doubles of a complete report. */
export const REPORT_SLOTS = 30;

/** The first statistic of each filter; the others follow in the order in which `core/filters.ts` names them. */
export const SLOT_GOPHER_QUALITY_STATS = 30;
export const SLOT_GOPHER_REPETITION_STATS = 46;
export const SLOT_C4_QUALITY_STATS = 74;
export const SLOT_FINEWEB_QUALITY_STATS = 82;

/** Doubles of a complete report with statistics. */
export const STATS_SLOTS = 92;

/** The parts that the documentation profile is made of. */
export const SLOT_PARTS = 92;

/** Doubles in a report's row. */
export const SLOT_COUNT = 128;
