/**
 * The corpus filters: their names, the reasons they give, their thresholds and statistics.
 *
 * Gopher: Rae et al. 2021, arXiv:2112.11446. C4: Raffel et al. 2020, JMLR 21(140). FineWeb: Penedo et al. 2024, arXiv:2406.17557.
 */
export const FILTER_NAMES = ['gopher_quality', 'gopher_repetition', 'c4_quality', 'fineweb_quality'] as const;
export type FilterName = (typeof FILTER_NAMES)[number];

/**
 * Every threshold with its default, in the order in which a filter checks them; `null` switches a check off.
 *
 * A number is a bound: a value equal to it passes. `true` stands for a rule that is on or off.
 */
export const FILTER_DEFAULTS = {
  gopher_quality: {
    minWords: 50,
    maxWords: 100_000,
    minMeanWordLength: 3,
    maxMeanWordLength: 10,
    maxHashRatio: 0.1,
    maxEllipsisRatio: 0.1,
    maxBulletLineFrac: 0.9,
    maxEndEllipsisLineFrac: 0.3,
    minAlphaWordFrac: 0.8,
    minStopWords: 2,
  },
  gopher_repetition: {
    maxDupParaFrac: 0.3,
    maxDupParaCharFrac: 0.2,
    maxDupLineFrac: 0.3,
    maxDupLineCharFrac: 0.2,
    maxTop2GramCharFrac: 0.2,
    maxTop3GramCharFrac: 0.18,
    maxTop4GramCharFrac: 0.16,
    maxDup5GramCharFrac: 0.15,
    maxDup6GramCharFrac: 0.14,
    maxDup7GramCharFrac: 0.13,
    maxDup8GramCharFrac: 0.12,
    maxDup9GramCharFrac: 0.11,
    maxDup10GramCharFrac: 0.1,
  },
  c4_quality: {
    maxWordLength: 1000,
    citations: true,
    terminalPunctuation: true,
    minWordsPerLine: 3,
    loremIpsum: true,
    javascript: true,
    curlyBracket: true,
    policy: true,
    minSentences: 5,
  },
  fineweb_quality: {
    minLinePunctRatio: 0.12,
    shortLineLength: 30,
    maxShortLineRatio: 0.67,
    maxCharDupRatio: 0.01,
    maxListRatio: 0.3,
  },
} as const satisfies Readonly<Record<FilterName, Readonly<Record<string, number | true>>>>;

type Defaults = typeof FILTER_DEFAULTS;

for (const thresholds of Object.values(FILTER_DEFAULTS)) Object.freeze(thresholds);
Object.freeze(FILTER_DEFAULTS);

/** What a check is made with and no check itself: a number always. */
type Definition = 'shortLineLength';

/** The thresholds of a filter: a number, or `true` for a rule; `null` switches the check off. */
export type FilterThresholds<F extends FilterName> = {
  readonly [T in keyof Defaults[F]]: T extends Definition
    ? number
    : (Defaults[F][T] extends true ? true : number) | null;
};

/** The thresholds of all filters, complete. */
export type AllThresholds = { readonly [F in FilterName]: FilterThresholds<F> };

/** Why a filter drops a document, in the order of its checks. */
export const FILTER_REASONS = {
  gopher_quality: [
    'gopher_short_doc',
    'gopher_long_doc',
    'gopher_below_avg_threshold',
    'gopher_above_avg_threshold',
    'gopher_too_many_hashes',
    'gopher_too_many_ellipsis',
    'gopher_too_many_bullets',
    'gopher_too_many_end_ellipsis',
    'gopher_below_alpha_threshold',
    'gopher_enough_stop_words',
  ],
  gopher_repetition: [
    'dup_para_frac',
    'dup_para_char_frac',
    'dup_line_frac',
    'dup_line_char_frac',
    'top_2_gram',
    'top_3_gram',
    'top_4_gram',
    'duplicated_5_n_grams',
    'duplicated_6_n_grams',
    'duplicated_7_n_grams',
    'duplicated_8_n_grams',
    'duplicated_9_n_grams',
    'duplicated_10_n_grams',
  ],
  c4_quality: ['lorem_ipsum', 'curly_bracket', 'too_few_sentences'],
  fineweb_quality: ['empty', 'line_punct_ratio', 'short_line_ratio', 'char_dup_ratio', 'list_ratio'],
} as const satisfies Readonly<Record<FilterName, readonly string[]>>;

export type FilterReason<F extends FilterName> = (typeof FILTER_REASONS)[F][number];

/** The statistics of each filter, in the order in which they are printed. */
export const FILTER_STATS = {
  gopher_quality: [
    'n_chars',
    'n_words',
    'n_non_symbol_words',
    'mean_word_length',
    'n_hash',
    'n_ellipsis',
    'n_lines',
    'n_bullet_lines',
    'n_end_ellipsis_lines',
    'n_alpha_words',
    'stop_word_count',
    'hash_ratio',
    'ellipsis_ratio',
    'bullet_line_frac',
    'end_ellipsis_line_frac',
    'alpha_word_frac',
  ],
  gopher_repetition: [
    'n_paragraphs',
    'dup_paragraphs',
    'dup_paragraph_chars',
    'dup_para_frac',
    'dup_para_char_frac',
    'n_lines',
    'dup_lines',
    'dup_line_chars',
    'dup_line_frac',
    'dup_line_char_frac',
    'top_2_gram_chars',
    'top_2_gram_char_frac',
    'top_3_gram_chars',
    'top_3_gram_char_frac',
    'top_4_gram_chars',
    'top_4_gram_char_frac',
    'dup_5_gram_chars',
    'dup_5_gram_char_frac',
    'dup_6_gram_chars',
    'dup_6_gram_char_frac',
    'dup_7_gram_chars',
    'dup_7_gram_char_frac',
    'dup_8_gram_chars',
    'dup_8_gram_char_frac',
    'dup_9_gram_chars',
    'dup_9_gram_char_frac',
    'dup_10_gram_chars',
    'dup_10_gram_char_frac',
  ],
  c4_quality: [
    'lines',
    'kept',
    'sentences',
    'too_long_word',
    'no_terminal_punc',
    'too_few_words',
    'javascript',
    'policy',
  ],
  fineweb_quality: [
    'n_lines',
    'n_punct_lines',
    'n_short_lines',
    'dup_line_chars',
    'n_newlines',
    'line_punct_ratio',
    'short_line_ratio',
    'char_dup_ratio',
    'list_ratio',
  ],
} as const satisfies Readonly<Record<FilterName, readonly string[]>>;

/** The statistics of a filter; `null` where a ratio has no denominator. */
export type FilterStats<F extends FilterName> = Readonly<Record<(typeof FILTER_STATS)[F][number], number | null>>;

/** What a filter says of a document. */
export interface FilterVerdict<F extends FilterName = FilterName> {
  readonly keep: boolean;
  /** The first check that failed; `null` for a document that is kept. */
  readonly reason: FilterReason<F> | null;
  /** Only when statistics were asked for. */
  readonly stats?: FilterStats<F>;
}
