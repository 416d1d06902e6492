import {
  FILTER_NAMES,
  FILTER_REASONS,
  type FilterName,
  type FilterReason,
  type FilterStats,
  type FilterThresholds,
} from '../../core/filters.js';
import { slotOf } from './fields.js';

/** A check of a filter: the statistic that it compares with a threshold. A value equal to the threshold passes. */
export interface Check {
  readonly filter: FilterName;
  readonly threshold: string;
  /** Path of the statistic. */
  readonly field: string;
  /** Where the statistic stands in a row. */
  readonly slot: number;
  readonly bound: 'min' | 'max';
  readonly reason: string;
}

type Row<F extends FilterName> = readonly [
  threshold: keyof FilterThresholds<F> & string,
  statistic: keyof FilterStats<F> & string,
  reason: FilterReason<F>,
];

/** All checks of numbers that documents are dropped by, in the order of the filters and of their reasons. */
export const CHECKS: readonly Check[] = [
  ...checksOf('gopher_quality', [
    ['minWords', 'n_non_symbol_words', 'gopher_short_doc'],
    ['maxWords', 'n_non_symbol_words', 'gopher_long_doc'],
    ['minMeanWordLength', 'mean_word_length', 'gopher_below_avg_threshold'],
    ['maxMeanWordLength', 'mean_word_length', 'gopher_above_avg_threshold'],
    ['maxHashRatio', 'hash_ratio', 'gopher_too_many_hashes'],
    ['maxEllipsisRatio', 'ellipsis_ratio', 'gopher_too_many_ellipsis'],
    ['maxBulletLineFrac', 'bullet_line_frac', 'gopher_too_many_bullets'],
    ['maxEndEllipsisLineFrac', 'end_ellipsis_line_frac', 'gopher_too_many_end_ellipsis'],
    ['minAlphaWordFrac', 'alpha_word_frac', 'gopher_below_alpha_threshold'],
    ['minStopWords', 'stop_word_count', 'gopher_enough_stop_words'],
  ]),
  ...checksOf('gopher_repetition', [
    ['maxDupParaFrac', 'dup_para_frac', 'dup_para_frac'],
    ['maxDupParaCharFrac', 'dup_para_char_frac', 'dup_para_char_frac'],
    ['maxDupLineFrac', 'dup_line_frac', 'dup_line_frac'],
    ['maxDupLineCharFrac', 'dup_line_char_frac', 'dup_line_char_frac'],
    ['maxTop2GramCharFrac', 'top_2_gram_char_frac', 'top_2_gram'],
    ['maxTop3GramCharFrac', 'top_3_gram_char_frac', 'top_3_gram'],
    ['maxTop4GramCharFrac', 'top_4_gram_char_frac', 'top_4_gram'],
    ['maxDup5GramCharFrac', 'dup_5_gram_char_frac', 'duplicated_5_n_grams'],
    ['maxDup6GramCharFrac', 'dup_6_gram_char_frac', 'duplicated_6_n_grams'],
    ['maxDup7GramCharFrac', 'dup_7_gram_char_frac', 'duplicated_7_n_grams'],
    ['maxDup8GramCharFrac', 'dup_8_gram_char_frac', 'duplicated_8_n_grams'],
    ['maxDup9GramCharFrac', 'dup_9_gram_char_frac', 'duplicated_9_n_grams'],
    ['maxDup10GramCharFrac', 'dup_10_gram_char_frac', 'duplicated_10_n_grams'],
  ]),
  ...checksOf('c4_quality', [['minSentences', 'sentences', 'too_few_sentences']]),
  ...checksOf('fineweb_quality', [
    ['minLinePunctRatio', 'line_punct_ratio', 'line_punct_ratio'],
    ['maxShortLineRatio', 'short_line_ratio', 'short_line_ratio'],
    ['maxCharDupRatio', 'char_dup_ratio', 'char_dup_ratio'],
    ['maxListRatio', 'list_ratio', 'list_ratio'],
  ]),
];

/**
 * Where the verdict of each filter stands in a row, and which of its codes come from a rule instead of a threshold. Of a document
 * that a rule drops, the statistics are not judged: C4 stops counting sentences at the line that drops the document.
 */
export const VERDICT_CODES: Readonly<Record<FilterName, { readonly isRule: readonly boolean[] }>> = {
  gopher_quality: { isRule: rulesOf('gopher_quality') },
  gopher_repetition: { isRule: rulesOf('gopher_repetition') },
  c4_quality: { isRule: rulesOf('c4_quality') },
  fineweb_quality: { isRule: rulesOf('fineweb_quality') },
};

/** The statistic that counts the lines which a rule or threshold of C4 removes. */
export const C4_LINE_RULES = [
  ['maxWordLength', 'too_long_word'],
  ['terminalPunctuation', 'no_terminal_punc'],
  ['minWordsPerLine', 'too_few_words'],
  ['javascript', 'javascript'],
  ['policy', 'policy'],
] as const satisfies readonly (readonly [keyof FilterThresholds<'c4_quality'>, keyof FilterStats<'c4_quality'>])[];

/** Whether a value fails a threshold; what is no number stands for null and passes. */
export function fails(bound: Check['bound'], value: number, threshold: number): boolean {
  return bound === 'min' ? value < threshold : value > threshold;
}

/** The place of a filter's verdict among those of all. */
export function filterIndex(filter: FilterName): number {
  return FILTER_NAMES.indexOf(filter);
}

function checksOf<F extends FilterName>(filter: F, rows: readonly Row<F>[]): Check[] {
  return rows.map(([threshold, statistic, reason]) => {
    const field = `filters.${filter}.stats.${statistic}`;
    return {
      filter,
      threshold,
      field,
      slot: slotOf(field),
      bound: threshold.startsWith('min') ? 'min' : 'max',
      reason,
    };
  });
}

/** For each code of a verdict, 0 for a document that is kept, whether a rule gave it. */
function rulesOf(filter: FilterName): boolean[] {
  const reasons: readonly string[] = FILTER_REASONS[filter];
  const isCheck = (reason: string): boolean =>
    CHECKS.some((check) => check.filter === filter && check.reason === reason);
  return [false, ...reasons.map((reason) => !isCheck(reason))];
}
