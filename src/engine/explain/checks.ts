/**
 * One table of all that the filters check: with which statistic, against which threshold, in which direction, and with which
 * reason a document is dropped. In the order of the checks.
 */
import type {
  AllThresholds,
  FILTER_DEFAULTS,
  FILTER_STATS,
  FilterName,
  FilterReason,
  FilterVerdict,
} from '../../core/filters.js';

type Stat<F extends FilterName> = (typeof FILTER_STATS)[F][number];
type Threshold<F extends FilterName> = keyof (typeof FILTER_DEFAULTS)[F] & string;

/** What a check does with a document that fails it. */
export type CheckKind =
  /** A statistic has a bound; a document beyond it is dropped. */
  | 'bound'
  /** A document that holds something is dropped. */
  | 'phrase'
  /** Lines are dropped and not the document; the statistic counts them. */
  | 'lines'
  /** Something is taken out of lines. */
  | 'cleaning'
  /** No check: what another one is made with. */
  | 'definition';

/** A check of a filter. */
export interface CheckDefinition<F extends FilterName = FilterName> {
  readonly kind: CheckKind;
  /** In words: what is looked at. */
  readonly what: string;
  /** Option of the filter; `null` for a check that has none: its bound is 1, and it cannot be switched off. */
  readonly threshold: Threshold<F> | null;
  /** What the threshold is compared with, or for `lines` how many were dropped. */
  readonly stat: Stat<F> | null;
  /** Whether the threshold is the least or the greatest value that passes. */
  readonly direction: 'min' | 'max' | null;
  /** Why a document is dropped; `null` where none is. */
  readonly reason: FilterReason<F> | null;
}

const NO_BOUND = { stat: null, direction: null, reason: null } as const;

/** The checks of each filter, in their order. */
export const CHECKS: { readonly [F in FilterName]: readonly CheckDefinition<F>[] } = {
  gopher_quality: [
    atLeast('words that are no symbols', 'n_non_symbol_words', 'minWords', 'gopher_short_doc'),
    atMost('words that are no symbols', 'n_non_symbol_words', 'maxWords', 'gopher_long_doc'),
    atLeast('mean word length', 'mean_word_length', 'minMeanWordLength', 'gopher_below_avg_threshold'),
    atMost('mean word length', 'mean_word_length', 'maxMeanWordLength', 'gopher_above_avg_threshold'),
    atMost('# for each word', 'hash_ratio', 'maxHashRatio', 'gopher_too_many_hashes'),
    atMost('ellipses for each word', 'ellipsis_ratio', 'maxEllipsisRatio', 'gopher_too_many_ellipsis'),
    atMost('lines that are bullets', 'bullet_line_frac', 'maxBulletLineFrac', 'gopher_too_many_bullets'),
    atMost(
      'lines that end in an ellipsis',
      'end_ellipsis_line_frac',
      'maxEndEllipsisLineFrac',
      'gopher_too_many_end_ellipsis',
    ),
    atLeast('words that have a letter', 'alpha_word_frac', 'minAlphaWordFrac', 'gopher_below_alpha_threshold'),
    atLeast('different stop words', 'stop_word_count', 'minStopWords', 'gopher_enough_stop_words'),
  ],
  gopher_repetition: [
    atMost('paragraphs that are repeats', 'dup_para_frac', 'maxDupParaFrac', 'dup_para_frac'),
    atMost('text in repeated paragraphs', 'dup_para_char_frac', 'maxDupParaCharFrac', 'dup_para_char_frac'),
    atMost('lines that are repeats', 'dup_line_frac', 'maxDupLineFrac', 'dup_line_frac'),
    atMost('text in repeated lines', 'dup_line_char_frac', 'maxDupLineCharFrac', 'dup_line_char_frac'),
    atMost('text in the commonest 2-gram', 'top_2_gram_char_frac', 'maxTop2GramCharFrac', 'top_2_gram'),
    atMost('text in the commonest 3-gram', 'top_3_gram_char_frac', 'maxTop3GramCharFrac', 'top_3_gram'),
    atMost('text in the commonest 4-gram', 'top_4_gram_char_frac', 'maxTop4GramCharFrac', 'top_4_gram'),
    atMost('text in repeated 5-grams', 'dup_5_gram_char_frac', 'maxDup5GramCharFrac', 'duplicated_5_n_grams'),
    atMost('text in repeated 6-grams', 'dup_6_gram_char_frac', 'maxDup6GramCharFrac', 'duplicated_6_n_grams'),
    atMost('text in repeated 7-grams', 'dup_7_gram_char_frac', 'maxDup7GramCharFrac', 'duplicated_7_n_grams'),
    atMost('text in repeated 8-grams', 'dup_8_gram_char_frac', 'maxDup8GramCharFrac', 'duplicated_8_n_grams'),
    atMost('text in repeated 9-grams', 'dup_9_gram_char_frac', 'maxDup9GramCharFrac', 'duplicated_9_n_grams'),
    atMost('text in repeated 10-grams', 'dup_10_gram_char_frac', 'maxDup10GramCharFrac', 'duplicated_10_n_grams'),
  ],
  c4_quality: [
    lines('a word longer than the threshold', 'too_long_word', 'maxWordLength'),
    { ...NO_BOUND, kind: 'cleaning', what: 'marks such as [1] taken out', threshold: 'citations' },
    lines('no terminal punctuation', 'no_terminal_punc', 'terminalPunctuation'),
    lines('fewer words than the threshold', 'too_few_words', 'minWordsPerLine'),
    phrase('lorem ipsum', 'loremIpsum', 'lorem_ipsum'),
    lines('the word javascript', 'javascript', 'javascript'),
    phrase('{', 'curlyBracket', 'curly_bracket'),
    lines('terms of use or cookie policy', 'policy', 'policy'),
    atLeast('sentences in the lines kept', 'sentences', 'minSentences', 'too_few_sentences'),
  ],
  fineweb_quality: [
    {
      kind: 'bound',
      what: 'lines that are not blank',
      threshold: null,
      stat: 'n_lines',
      direction: 'min',
      reason: 'empty',
    },
    atLeast('lines that end a sentence', 'line_punct_ratio', 'minLinePunctRatio', 'line_punct_ratio'),
    { ...NO_BOUND, kind: 'definition', what: 'characters of a short line', threshold: 'shortLineLength' },
    atMost('lines that are short', 'short_line_ratio', 'maxShortLineRatio', 'short_line_ratio'),
    atMost('text in repeated lines', 'char_dup_ratio', 'maxCharDupRatio', 'char_dup_ratio'),
    atMost('line breaks for each word', 'list_ratio', 'maxListRatio', 'list_ratio'),
  ],
};

function atLeast<F extends FilterName>(
  what: string,
  stat: Stat<F>,
  threshold: Threshold<F>,
  reason: FilterReason<F>,
): CheckDefinition<F> {
  return { kind: 'bound', what, threshold, stat, direction: 'min', reason };
}

function atMost<F extends FilterName>(
  what: string,
  stat: Stat<F>,
  threshold: Threshold<F>,
  reason: FilterReason<F>,
): CheckDefinition<F> {
  return { kind: 'bound', what, threshold, stat, direction: 'max', reason };
}

function phrase<F extends FilterName>(
  what: string,
  threshold: Threshold<F>,
  reason: FilterReason<F>,
): CheckDefinition<F> {
  return { kind: 'phrase', what, threshold, stat: null, direction: null, reason };
}

function lines<F extends FilterName>(what: string, stat: Stat<F>, threshold: Threshold<F>): CheckDefinition<F> {
  return { kind: 'lines', what, threshold, stat, direction: null, reason: null };
}

/**
 * How a check went: `passed` or `failed`; `off` when its threshold is `null`; `unknown` where there is nothing to compare, or where
 * the filter had dropped the document before; `noted` for what drops no document.
 */
export type CheckOutcome = 'passed' | 'failed' | 'off' | 'unknown' | 'noted';

/** A check of a filter as it went with one document. */
export interface Check {
  readonly kind: CheckKind;
  readonly what: string;
  /** Name of the option that holds the threshold. */
  readonly option: string | null;
  /** Name of the statistic. */
  readonly stat: string | null;
  readonly value: number | null;
  /** `true` for a rule that is on, `null` for what is switched off. */
  readonly threshold: number | true | null;
  readonly direction: 'min' | 'max' | null;
  readonly outcome: CheckOutcome;
  /** The reason with which it drops a document. */
  readonly reason: string | null;
}

/** How all checks of a filter went, in their order. The verdict must have its statistics. */
export function checksOf<F extends FilterName>(
  filter: F,
  verdict: FilterVerdict<F>,
  thresholds: AllThresholds[F],
): readonly Check[] {
  const definitions: readonly CheckDefinition<F>[] = CHECKS[filter];
  const given: Readonly<Record<string, number | true | null>> = thresholds;
  const stoppedBy = definitions.find(({ kind, reason }) => kind === 'phrase' && reason === verdict.reason);
  return definitions.map((definition) => {
    const { kind, what, threshold: option, stat, direction, reason } = definition;
    const threshold = option === null ? LEAST : (given[option] ?? null);
    const value = stat === null ? null : (verdict.stats?.[stat] ?? null);
    const isReached = stoppedBy === undefined || stoppedBy === definition || (kind !== 'bound' && kind !== 'phrase');
    const outcome =
      threshold === null
        ? 'off'
        : isReached
          ? outcomeOf(kind, direction, value, threshold, reason === verdict.reason)
          : 'unknown';
    return { kind, what, option, stat, value, threshold, direction, outcome, reason };
  });
}

/** The bound of a check without an option. */
const LEAST = 1;

function outcomeOf(
  kind: CheckKind,
  direction: 'min' | 'max' | null,
  value: number | null,
  threshold: number | true,
  isReason: boolean,
): CheckOutcome {
  if (kind === 'phrase') return isReason ? 'failed' : 'passed';
  if (kind !== 'bound') return 'noted';
  if (value === null) return 'unknown';
  const bound = Number(threshold);
  return (direction === 'min' ? value < bound : value > bound) ? 'failed' : 'passed';
}
