/**
 * Where each setting of the measures stands in the row of doubles that the host writes once for an engine.
 *
 * The thresholds are in the order of `FILTER_DEFAULTS` in `core/filters.ts`. NaN switches a check off: no comparison with it holds.
 * Compiled twice: by AssemblyScript into the kernel, and by TypeScript for the host that writes the row.
 */
/** How many doubles of a report's row are wanted: `ENTROPY_SLOTS`, `REPORT_SLOTS`, `STATS_SLOTS` or `SLOT_COUNT`. */
export const SETTING_SLOTS = 0;
/** The year that recent years are counted back from. */
export const SETTING_AS_OF = 1;
/** Weights of the documentation dimensions, which sum to 1. */
export const SETTING_COMPLETENESS = 2;
export const SETTING_CLARITY = 3;
export const SETTING_CONSISTENCY = 4;
export const SETTING_ACCURACY = 5;

export const SETTING_MIN_WORDS = 6;
export const SETTING_MAX_WORDS = 7;
export const SETTING_MIN_MEAN_WORD_LENGTH = 8;
export const SETTING_MAX_MEAN_WORD_LENGTH = 9;
export const SETTING_MAX_HASH_RATIO = 10;
export const SETTING_MAX_ELLIPSIS_RATIO = 11;
export const SETTING_MAX_BULLET_LINE_FRAC = 12;
export const SETTING_MAX_END_ELLIPSIS_LINE_FRAC = 13;
export const SETTING_MIN_ALPHA_WORD_FRAC = 14;
export const SETTING_MIN_STOP_WORDS = 15;

export const SETTING_MAX_DUP_PARA_FRAC = 16;
export const SETTING_MAX_DUP_PARA_CHAR_FRAC = 17;
export const SETTING_MAX_DUP_LINE_FRAC = 18;
export const SETTING_MAX_DUP_LINE_CHAR_FRAC = 19;
/** Of n-grams for n = 2 to 10, one after the other: the most frequent one of 2 to 4 words, repeated ones of 5 to 10. */
export const SETTING_MAX_GRAM_CHAR_FRAC = 20;

export const SETTING_MAX_WORD_LENGTH = 29;
export const SETTING_CITATIONS = 30;
export const SETTING_TERMINAL_PUNCTUATION = 31;
export const SETTING_MIN_WORDS_PER_LINE = 32;
export const SETTING_LOREM_IPSUM = 33;
export const SETTING_JAVASCRIPT = 34;
export const SETTING_CURLY_BRACKET = 35;
export const SETTING_POLICY = 36;
export const SETTING_MIN_SENTENCES = 37;

export const SETTING_MIN_LINE_PUNCT_RATIO = 38;
export const SETTING_SHORT_LINE_LENGTH = 39;
export const SETTING_MAX_SHORT_LINE_RATIO = 40;
export const SETTING_MAX_CHAR_DUP_RATIO = 41;
export const SETTING_MAX_LIST_RATIO = 42;

/** Doubles in the row of settings. */
export const SETTING_COUNT = 43;
