import { MillraceError } from '../core/errors.js';
import type { LimitsOptions } from './caller/limits.js';
import { costNanoUsd, worstNanoUsd, type Price } from './prices.js';

/** From the least to the most that can be expected. */
export interface Range {
  readonly low: number;
  readonly high: number;
}

/** What was counted on the documents that were looked at. All are sums, and exact. */
export interface EstimateSample {
  /** Documents of the whole input. */
  readonly documents: number;
  /** Documents that were looked at: all, or as many as were drawn at random. */
  readonly sampled: number;
  /** Of these, documents that do not pass the gate. */
  readonly failing: number;
  /** UTF-8 bytes of the texts of those. */
  readonly textBytes: number;
  /** UTF-8 bytes of the prompts that they would be sent with, the unchanging part among them. */
  readonly promptBytes: number;
  /** Of these, bytes of the unchanging part, once for each prompt. */
  readonly systemBytes: number;
}

export interface EstimateOptions {
  /** Calls that a failing document may have at most. Integer, 1 or more. */
  readonly iterations: number;
  /** Tokens that an answer may have at most. */
  readonly maxTokens: number;
  /** Undefined when it is not known. */
  readonly price: Price | undefined;
  readonly concurrency: number;
  readonly limits: LimitsOptions;
  /** Bytes that a token stands for. @defaultValue `BYTES_PER_TOKEN` */
  readonly bytesPerToken?: Range;
  /** From sending a request to the first token of its answer. @defaultValue `FIRST_TOKEN_MS` */
  readonly firstTokenMs?: Range;
  /** How fast an answer is written. @defaultValue `TOKENS_PER_SECOND` */
  readonly tokensPerSecond?: Range;
}

/** About 5 in plain English, 4 with markup, 3 and less in code and in languages of other scripts. */
export const BYTES_PER_TOKEN: Range = Object.freeze({ low: 2.5, high: 5 });
export const FIRST_TOKEN_MS: Range = Object.freeze({ low: 300, high: 3000 });
export const TOKENS_PER_SECOND: Range = Object.freeze({ low: 30, high: 150 });

/** How long a refined text is, as a share of what it was. */
const ANSWER_SHARE: Range = Object.freeze({ low: 0.8, high: 1.5 });

/** What holds a run back: calls in flight, or a limit of the provider. */
export type Bottleneck = 'concurrency' | keyof LimitsOptions;

export interface Estimate {
  /** Documents that will be sent. */
  readonly documents: Range;
  readonly calls: Range;
  readonly inputTokens: Range;
  readonly outputTokens: Range;
  /** Null where no price is known. */
  readonly usd: Range | null;
  readonly seconds: Range;
  /** What the longer time is due to. */
  readonly bottleneck: Bottleneck;
  /** Whether the documents were counted, not drawn. */
  readonly isExact: boolean;
}

/**
 * What a run will need, before it: calls, tokens, price and time.
 *
 * The least is one call for each failing document, prompts that come out of the cache but for their first, long tokens and fast
 * answers; the most is all iterations for each, no cache, short tokens and slow answers. Where documents were drawn, their share
 * has the 95 % interval of Wilson 1927. Time is the longest of calls * latency / concurrency (Little's law) and of what each
 * limit of rate takes. Retries are not in it.
 *
 * @throws MillraceError `ERR_INTERNAL` for counts that contradict each other.
 */
export function estimate(sample: EstimateSample, options: EstimateOptions): Estimate {
  checkSample(sample);
  const documents = documentsOf(sample);
  const calls = { low: documents.low, high: documents.high * options.iterations };
  const call = tokensOfCall(sample, options);
  const inputTokens = { low: Math.round(calls.low * call.input.low), high: Math.round(calls.high * call.input.high) };
  const outputTokens = {
    low: Math.round(calls.low * call.output.low),
    high: Math.round(calls.high * call.output.high),
  };
  const most = timeOf(calls.high, call.input.high, call.output.high, options, 'high');
  const least = timeOf(calls.low, call.input.low, call.output.low, options, 'low');
  return {
    documents,
    calls,
    inputTokens,
    outputTokens,
    usd: usdOf(calls, inputTokens, outputTokens, call.cached, options.price),
    seconds: { low: least.seconds, high: most.seconds },
    bottleneck: most.bottleneck,
    isExact: sample.sampled === sample.documents,
  };
}

function checkSample({ documents, sampled, failing, promptBytes, systemBytes }: EstimateSample): void {
  if (failing > sampled || sampled > documents || systemBytes > promptBytes)
    throw new MillraceError('ERR_INTERNAL', `a sample of ${failing} failing of ${sampled} of ${documents} documents`);
}

function documentsOf({ documents, sampled, failing }: EstimateSample): Range {
  if (sampled === documents) return { low: failing, high: failing };
  const share = wilson(failing, sampled);
  return {
    low: Math.max(failing, Math.floor(documents * share.low)),
    high: Math.min(documents - sampled + failing, Math.ceil(documents * share.high)),
  };
}

/** The share that `hits` of `trials` stand for, with 95 % confidence. */
function wilson(hits: number, trials: number): Range {
  if (trials === 0) return { low: 0, high: 1 };
  const z = 1.96;
  const share = hits / trials;
  const middle = share + z ** 2 / (2 * trials);
  const spread = z * Math.sqrt((share * (1 - share)) / trials + (z / (2 * trials)) ** 2);
  const scale = 1 + z ** 2 / trials;
  return { low: Math.max(0, (middle - spread) / scale), high: Math.min(1, (middle + spread) / scale) };
}

interface CallTokens {
  readonly input: Range;
  readonly output: Range;
  /** Input that can come out of the cache at best. */
  readonly cached: number;
}

function tokensOfCall(sample: EstimateSample, options: EstimateOptions): CallTokens {
  const { bytesPerToken = BYTES_PER_TOKEN, maxTokens } = options;
  // Of no failing document nothing is known: those that there may be outside of the sample count as empty.
  const prompts = Math.max(1, sample.failing);
  const tokens = (bytes: number): Range => ({
    low: bytes / prompts / bytesPerToken.high,
    high: bytes / prompts / bytesPerToken.low,
  });
  const text = tokens(sample.textBytes);
  return {
    input: tokens(sample.promptBytes),
    output: {
      low: Math.min(maxTokens, text.low * ANSWER_SHARE.low),
      high: Math.min(maxTokens, text.high * ANSWER_SHARE.high),
    },
    cached: tokens(sample.systemBytes).low,
  };
}

function usdOf(
  calls: Range,
  inputTokens: Range,
  outputTokens: Range,
  cachedOfCall: number,
  price: Price | undefined,
): Range | null {
  if (price === undefined) return null;
  const cachedInputTokens = Math.floor(cachedOfCall * Math.max(0, calls.low - 1));
  const usage = {
    inputTokens: inputTokens.low,
    cachedInputTokens,
    cacheWriteTokens: 0,
    outputTokens: outputTokens.low,
  };
  const low = costNanoUsd(price, usage);
  return { low: low / 1e9, high: worstNanoUsd(price, inputTokens.high, outputTokens.high) / 1e9 };
}

interface Time {
  readonly seconds: number;
  readonly bottleneck: Bottleneck;
}

function timeOf(calls: number, input: number, output: number, options: EstimateOptions, end: keyof Range): Time {
  const { limits, concurrency, firstTokenMs = FIRST_TOKEN_MS, tokensPerSecond = TOKENS_PER_SECOND } = options;
  const slowest = end === 'low' ? tokensPerSecond.high : tokensPerSecond.low;
  const latencySeconds = firstTokenMs[end] / 1000 + output / slowest;
  const minute = (units: number, ratePerMinute: number | undefined): number => {
    return ratePerMinute === undefined ? 0 : (calls * units * 60) / ratePerMinute;
  };
  // Fewer calls than may be in flight take one latency.
  const times: readonly Time[] = [
    {
      bottleneck: 'concurrency',
      seconds: (Math.max(calls, calls > 0 ? concurrency : 0) * latencySeconds) / concurrency,
    },
    { bottleneck: 'requestsPerMinute', seconds: minute(1, limits.requestsPerMinute) },
    { bottleneck: 'tokensPerMinute', seconds: minute(input + output, limits.tokensPerMinute) },
    { bottleneck: 'inputTokensPerMinute', seconds: minute(input, limits.inputTokensPerMinute) },
    { bottleneck: 'outputTokensPerMinute', seconds: minute(output, limits.outputTokensPerMinute) },
  ];
  return times.reduce((longest, each) => (each.seconds > longest.seconds ? each : longest));
}
