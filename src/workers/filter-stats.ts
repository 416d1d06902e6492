import type { FilterStats } from '../core/filters.js';
import {
  SLOT_C4_QUALITY_STATS,
  SLOT_FINEWEB_QUALITY_STATS,
  SLOT_GOPHER_QUALITY_STATS,
  SLOT_GOPHER_REPETITION_STATS,
} from './kernel/report-slots.js';

/*
 * The statistics of each filter out of a row of doubles, in the order of `FILTER_STATS`. Written out, since an object literal is
 * made many times faster than one that is put together name by name. NaN stands for `null`.
 */

export function gopherQualityStats(rows: Float64Array, at: number): FilterStats<'gopher_quality'> {
  const first = at + SLOT_GOPHER_QUALITY_STATS;
  return {
    n_chars: rows[first]! | 0,
    n_words: rows[first + 1]! | 0,
    n_non_symbol_words: rows[first + 2]! | 0,
    mean_word_length: nullable(rows[first + 3]!),
    n_hash: rows[first + 4]! | 0,
    n_ellipsis: rows[first + 5]! | 0,
    n_lines: rows[first + 6]! | 0,
    n_bullet_lines: rows[first + 7]! | 0,
    n_end_ellipsis_lines: rows[first + 8]! | 0,
    n_alpha_words: rows[first + 9]! | 0,
    stop_word_count: rows[first + 10]! | 0,
    hash_ratio: nullable(rows[first + 11]!),
    ellipsis_ratio: nullable(rows[first + 12]!),
    bullet_line_frac: nullable(rows[first + 13]!),
    end_ellipsis_line_frac: nullable(rows[first + 14]!),
    alpha_word_frac: nullable(rows[first + 15]!),
  };
}

export function gopherRepetitionStats(rows: Float64Array, at: number): FilterStats<'gopher_repetition'> {
  const first = at + SLOT_GOPHER_REPETITION_STATS;
  return {
    n_paragraphs: nullable(rows[first]!),
    dup_paragraphs: nullable(rows[first + 1]!),
    dup_paragraph_chars: nullable(rows[first + 2]!),
    dup_para_frac: nullable(rows[first + 3]!),
    dup_para_char_frac: nullable(rows[first + 4]!),
    n_lines: nullable(rows[first + 5]!),
    dup_lines: nullable(rows[first + 6]!),
    dup_line_chars: nullable(rows[first + 7]!),
    dup_line_frac: nullable(rows[first + 8]!),
    dup_line_char_frac: nullable(rows[first + 9]!),
    top_2_gram_chars: nullable(rows[first + 10]!),
    top_2_gram_char_frac: nullable(rows[first + 11]!),
    top_3_gram_chars: nullable(rows[first + 12]!),
    top_3_gram_char_frac: nullable(rows[first + 13]!),
    top_4_gram_chars: nullable(rows[first + 14]!),
    top_4_gram_char_frac: nullable(rows[first + 15]!),
    dup_5_gram_chars: nullable(rows[first + 16]!),
    dup_5_gram_char_frac: nullable(rows[first + 17]!),
    dup_6_gram_chars: nullable(rows[first + 18]!),
    dup_6_gram_char_frac: nullable(rows[first + 19]!),
    dup_7_gram_chars: nullable(rows[first + 20]!),
    dup_7_gram_char_frac: nullable(rows[first + 21]!),
    dup_8_gram_chars: nullable(rows[first + 22]!),
    dup_8_gram_char_frac: nullable(rows[first + 23]!),
    dup_9_gram_chars: nullable(rows[first + 24]!),
    dup_9_gram_char_frac: nullable(rows[first + 25]!),
    dup_10_gram_chars: nullable(rows[first + 26]!),
    dup_10_gram_char_frac: nullable(rows[first + 27]!),
  };
}

export function c4QualityStats(rows: Float64Array, at: number): FilterStats<'c4_quality'> {
  const first = at + SLOT_C4_QUALITY_STATS;
  return {
    lines: rows[first]! | 0,
    kept: rows[first + 1]! | 0,
    sentences: rows[first + 2]! | 0,
    too_long_word: rows[first + 3]! | 0,
    no_terminal_punc: rows[first + 4]! | 0,
    too_few_words: rows[first + 5]! | 0,
    javascript: rows[first + 6]! | 0,
    policy: rows[first + 7]! | 0,
  };
}

export function finewebQualityStats(rows: Float64Array, at: number): FilterStats<'fineweb_quality'> {
  const first = at + SLOT_FINEWEB_QUALITY_STATS;
  return {
    n_lines: rows[first]! | 0,
    n_punct_lines: rows[first + 1]! | 0,
    n_short_lines: rows[first + 2]! | 0,
    dup_line_chars: rows[first + 3]! | 0,
    n_newlines: rows[first + 4]! | 0,
    line_punct_ratio: nullable(rows[first + 5]!),
    short_line_ratio: nullable(rows[first + 6]!),
    char_dup_ratio: nullable(rows[first + 7]!),
    list_ratio: nullable(rows[first + 8]!),
  };
}

function nullable(value: number): number | null {
  return Number.isNaN(value) ? null : value;
}
