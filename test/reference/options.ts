/**
 * Options of the reference model: what the measures and filters leave to the user, and the defaults.
 */

/** `null` switches a check off. */
export type Threshold = number | null;
/** A rule that has no number; `null` switches it off. */
export type Rule = true | null;

/** Weights of the dimensions of the documentation profile; they are scaled to sum to 1. */
export interface ReferenceWeights {
  readonly completeness: number;
  readonly clarity: number;
  readonly consistency: number;
  readonly accuracy: number;
}

export interface GopherQualityOptions {
  readonly minWords: Threshold;
  readonly maxWords: Threshold;
  readonly minMeanWordLength: Threshold;
  readonly maxMeanWordLength: Threshold;
  readonly maxHashRatio: Threshold;
  readonly maxEllipsisRatio: Threshold;
  readonly maxBulletLineFrac: Threshold;
  readonly maxEndEllipsisLineFrac: Threshold;
  readonly minAlphaWordFrac: Threshold;
  readonly minStopWords: Threshold;
}

export interface GopherRepetitionOptions {
  readonly maxDupParaFrac: Threshold;
  readonly maxDupParaCharFrac: Threshold;
  readonly maxDupLineFrac: Threshold;
  readonly maxDupLineCharFrac: Threshold;
  readonly maxTop2GramCharFrac: Threshold;
  readonly maxTop3GramCharFrac: Threshold;
  readonly maxTop4GramCharFrac: Threshold;
  readonly maxDup5GramCharFrac: Threshold;
  readonly maxDup6GramCharFrac: Threshold;
  readonly maxDup7GramCharFrac: Threshold;
  readonly maxDup8GramCharFrac: Threshold;
  readonly maxDup9GramCharFrac: Threshold;
  readonly maxDup10GramCharFrac: Threshold;
}

export interface C4QualityOptions {
  readonly maxWordLength: Threshold;
  readonly citations: Rule;
  readonly terminalPunctuation: Rule;
  readonly minWordsPerLine: Threshold;
  readonly loremIpsum: Rule;
  readonly javascript: Rule;
  readonly curlyBracket: Rule;
  readonly policy: Rule;
  readonly minSentences: Threshold;
}

export interface FinewebQualityOptions {
  readonly minLinePunctRatio: Threshold;
  /** What a short line is: so many code points or fewer. Not a check, so it cannot be switched off. */
  readonly shortLineLength: number;
  readonly maxShortLineRatio: Threshold;
  readonly maxCharDupRatio: Threshold;
  readonly maxListRatio: Threshold;
}

export interface FilterOptions {
  readonly gopher_quality: GopherQualityOptions;
  readonly gopher_repetition: GopherRepetitionOptions;
  readonly c4_quality: C4QualityOptions;
  readonly fineweb_quality: FinewebQualityOptions;
}

/** Anything left out has its default. */
export interface ReferenceOptions {
  /** The year from which the age of a year is counted. @defaultValue the current year */
  readonly asOf?: number;
  readonly weights?: Partial<ReferenceWeights>;
  readonly filters?: { readonly [Name in keyof FilterOptions]?: Partial<FilterOptions[Name]> };
}

export interface ResolvedReferenceOptions {
  readonly asOf: number;
  /** Scaled: their sum is 1. */
  readonly weights: ReferenceWeights;
  readonly filters: FilterOptions;
}

export const WEIGHT_DEFAULTS: ReferenceWeights = {
  completeness: 0.25,
  clarity: 0.25,
  consistency: 0.25,
  accuracy: 0.25,
};

export const FILTER_DEFAULTS: FilterOptions = {
  gopher_quality: {
    minWords: 50,
    maxWords: 100000,
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
};

/** Complete options. Refuses weights that are negative or all 0. */
export function resolveReferenceOptions(options: ReferenceOptions): ResolvedReferenceOptions {
  const { asOf = new Date().getFullYear(), weights, filters } = options;
  return {
    asOf,
    weights: scaled({ ...WEIGHT_DEFAULTS, ...weights }),
    filters: {
      gopher_quality: { ...FILTER_DEFAULTS.gopher_quality, ...filters?.gopher_quality },
      gopher_repetition: { ...FILTER_DEFAULTS.gopher_repetition, ...filters?.gopher_repetition },
      c4_quality: { ...FILTER_DEFAULTS.c4_quality, ...filters?.c4_quality },
      fineweb_quality: { ...FILTER_DEFAULTS.fineweb_quality, ...filters?.fineweb_quality },
    },
  };
}

function scaled({ completeness, clarity, consistency, accuracy }: ReferenceWeights): ReferenceWeights {
  const sum = completeness + clarity + consistency + accuracy;
  if (Math.min(completeness, clarity, consistency, accuracy) < 0 || !(sum > 0)) {
    throw new RangeError('weights must be 0 or more, and one of them above 0');
  }
  return {
    completeness: completeness / sum,
    clarity: clarity / sum,
    consistency: consistency / sum,
    accuracy: accuracy / sum,
  };
}
