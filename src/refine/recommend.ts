import { costNanoUsd, Prices, unversioned } from './prices.js';
import type { Usage } from './providers/provider.js';

/** What a run counted. */
export interface RefineSummary {
  readonly model: string;
  /** Documents that were sent to a model. */
  readonly refined: number;
  readonly accepted: number;
  readonly rolledBack: number;
  readonly calls: number;
  readonly answered: number;
  /** Answers that ended at `maxTokens`. */
  readonly cut: number;
  /** Attempts that were refused because there were too many. */
  readonly rateLimited: number;
  /** Attempts that failed and may have been charged. */
  readonly failed: number;
  readonly usage: Usage;
  /** Of all calls; null where no price is known. */
  readonly nanoUsd: number | null;
  /** Documents that had been refined before with the same result, within the run or an earlier one. */
  readonly repeated: number;
}

export type RecommendationCode =
  'cheaper_model' | 'stricter_gate' | 'longer_answers' | 'lower_rate' | 'prompt_cache' | 'cache';

export interface Recommendation {
  readonly code: RecommendationCode;
  readonly message: string;
  /** Of this run's price, where it can be said. */
  readonly savesUsd: number | null;
}

/** Runs of fewer documents or calls support nothing. */
const COUNT_MIN = 100;
const ROLLED_BACK_SHARE = 0.5;
const ACCEPTED_SHARE = 0.8;
const CUT_SHARE = 0.02;
const RATE_LIMITED_SHARE = 0.05;
const CACHED_SHARE = 0.1;
const REPEATED_SHARE = 0.05;
/** Below this a prompt is too short for any provider's cache. */
const CACHED_PROMPT_TOKENS = 1024;

/** Models to try instead: of the same vendor, smaller, and of the same generation or a later one. */
const SMALLER: Readonly<Record<string, string>> = {
  'gpt-5.1': 'gpt-5-mini',
  'gpt-5': 'gpt-5-mini',
  'gpt-5-mini': 'gpt-5-nano',
  'gpt-4.1': 'gpt-4.1-mini',
  'gpt-4.1-mini': 'gpt-4.1-nano',
  'gpt-4o': 'gpt-4o-mini',
  'claude-opus-4-6': 'claude-sonnet-4-6',
  'claude-opus-4-5': 'claude-sonnet-4-5',
  'claude-opus-4-1': 'claude-sonnet-4-5',
  'claude-sonnet-4-6': 'claude-haiku-4-5',
  'claude-sonnet-4-5': 'claude-haiku-4-5',
};

/** What the numbers of a run speak for changing, the most saving first; nothing where they say nothing. */
export function recommend(summary: RefineSummary): readonly Recommendation[] {
  if (summary.refined < COUNT_MIN || summary.answered < COUNT_MIN) return [];
  const all = [stricterGate, cheaperModel, longerAnswers, lowerRate, promptCache, repeats];
  const found = all.flatMap((rule) => rule(summary) ?? []);
  return found.sort((a, b) => (b.savesUsd ?? 0) - (a.savesUsd ?? 0));
}

function stricterGate({ refined, rolledBack, nanoUsd }: RefineSummary): Recommendation | undefined {
  const share = rolledBack / refined;
  if (share < ROLLED_BACK_SHARE) return undefined;
  const message = `${percent(share)} of the documents that were sent came back no better: narrow the gate to those with more to gain, or try another model`;
  return { code: 'stricter_gate', message, savesUsd: nanoUsd === null ? null : (nanoUsd * share) / 1e9 };
}

/** Only where the model at hand does well: a smaller one has room to do worse. */
function cheaperModel({ model, refined, accepted, usage, nanoUsd }: RefineSummary): Recommendation | undefined {
  const smaller = SMALLER[model] ?? SMALLER[unversioned(model)];
  const price = smaller === undefined ? undefined : new Prices().of(smaller);
  if (smaller === undefined || price === undefined || nanoUsd === null) return undefined;
  const savesUsd = (nanoUsd - costNanoUsd(price, usage)) / 1e9;
  const share = accepted / refined;
  if (share < ACCEPTED_SHARE || savesUsd <= 0) return undefined;
  const message = `${percent(share)} of the documents were improved: try ${smaller} on a sample, which would have cost ${usd(savesUsd)} less for the same tokens`;
  return { code: 'cheaper_model', message, savesUsd };
}

function longerAnswers({ cut, answered }: RefineSummary): Recommendation | undefined {
  if (cut / answered < CUT_SHARE) return undefined;
  const message = `${percent(cut / answered)} of the answers were cut off and paid for in vain: raise the most tokens of an answer, or leave out the longest documents`;
  return { code: 'longer_answers', message, savesUsd: null };
}

function lowerRate({ rateLimited, calls }: RefineSummary): Recommendation | undefined {
  if (rateLimited / calls < RATE_LIMITED_SHARE) return undefined;
  const message = `${percent(rateLimited / calls)} of the calls were refused as too many: set the limits of your account (rpm, tpm), or a lower concurrency`;
  return { code: 'lower_rate', message, savesUsd: null };
}

function promptCache({ usage, answered }: RefineSummary): Recommendation | undefined {
  const { inputTokens, cachedInputTokens } = usage;
  if (inputTokens / answered < CACHED_PROMPT_TOKENS || cachedInputTokens / inputTokens >= CACHED_SHARE)
    return undefined;
  const message = `prompts have ${Math.round(inputTokens / answered)} tokens, and ${percent(cachedInputTokens / inputTokens)} of them came out of the provider's cache: a longer unchanging part would be charged at its lower price`;
  return { code: 'prompt_cache', message, savesUsd: null };
}

function repeats({ repeated, refined, nanoUsd }: RefineSummary): Recommendation | undefined {
  const share = repeated / refined;
  if (share < REPEATED_SHARE) return undefined;
  const message = `${percent(share)} of the documents had been refined before: a larger cache of responses would have known them`;
  return { code: 'cache', message, savesUsd: nanoUsd === null ? null : (nanoUsd * share) / 1e9 };
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

function usd(value: number): string {
  return `${value.toFixed(2)} USD`;
}
