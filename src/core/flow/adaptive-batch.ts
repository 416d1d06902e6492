import { MillraceError } from '../errors.js';
import { checkInteger, checkKnown, checkNumber } from '../options.js';

export interface AdaptiveBatchOptions {
  /** Integer, 1 or more. */
  readonly min: number;
  /** Integer, `min` or more. */
  readonly max: number;
  /** How long a batch shall take. Number, 0.001 or more. */
  readonly targetMs: number;
  /** The size to begin with. Integer from `min` to `max`. @defaultValue `min` */
  readonly initial?: number;
}

export type ResolvedAdaptiveBatchOptions = Required<AdaptiveBatchOptions>;

/** Takes partial options, returns frozen and complete ones, refuses with the option's path. */
export function resolveAdaptiveBatchOptions(
  options: AdaptiveBatchOptions,
  path = 'adaptiveBatch',
): ResolvedAdaptiveBatchOptions {
  checkKnown(path, options, ['min', 'max', 'targetMs', 'initial']);
  const min = checkInteger(`${path}.min`, options.min, 1);
  const max = checkInteger(`${path}.max`, options.max, min);
  const { initial = min } = options;
  return Object.freeze({
    min,
    max,
    targetMs: checkNumber(`${path}.targetMs`, options.targetMs, 0.001),
    initial: checkInteger(`${path}.initial`, initial, min, max),
  });
}

/** The share of the way to the estimate that one observation moves the size, in logarithms. */
const GAIN = 0.2;

/** No estimate counts as further from the size in use than this factor. */
const STEP_FACTOR_MAX = 4;
const STEP_MAX = Math.log(STEP_FACTOR_MAX);

/** A batch of less than this share of the size says nothing of what a full one takes. */
const SHARE_MIN = 0.5;

/**
 * The size of batches (bytes or documents) that makes one take `targetMs`.
 *
 * Each observation gives an estimate, `size * targetMs / latencyMs`, and the size goes a fifth of the way to the median of
 * the last three, so that a single outlier does nothing. Where time is `a + b * size`, the estimate from any size lies between
 * that size and the right one: the way there is one-sided and never overshoots, the slower the larger `a / targetMs` is.
 *
 * With `a` up to half of the target it is within 10 % after at most 100 observations, from a thousandth or a thousand times
 * the right size. From then on it stays within 30 % where latencies are off by up to 20 %, each by itself, and every tenth is an outlier.
 */
export class AdaptiveBatch {
  readonly #logMin: number;
  readonly #logMax: number;
  readonly #options: ResolvedAdaptiveBatchOptions;
  #logSize: number;
  #logEstimates: readonly number[] = [];

  constructor(options: AdaptiveBatchOptions) {
    this.#options = resolveAdaptiveBatchOptions(options);
    this.#logMin = Math.log(this.#options.min);
    this.#logMax = Math.log(this.#options.max);
    this.#logSize = Math.log(this.#options.initial);
  }

  /** What the next batch should have: an integer from `min` to `max`. */
  get size(): number {
    const { min, max } = this.#options;
    return Math.min(max, Math.max(min, Math.round(Math.exp(this.#logSize))));
  }

  /**
   * Takes in how long a batch took. Its own size counts, so that batches under way while the size changes mislead nobody.
   *
   * @param size - above 0. One of less than half the present size counts only when it was slower than the target.
   * @param latencyMs - 0 or more.
   */
  observe(size: number, latencyMs: number): void {
    const { targetMs } = this.#options;
    if (!(size > 0 && latencyMs >= 0 && Number.isFinite(size))) throw unusable(size, latencyMs);
    if (size < this.size * SHARE_MIN && latencyMs <= targetMs) return;
    const estimate = Math.log(size) + Math.log(targetMs / latencyMs); // Infinity at 0 ms.
    const nearby = clamp(estimate, this.#logSize - STEP_MAX, this.#logSize + STEP_MAX);
    this.#logEstimates = [...this.#logEstimates.slice(-2), nearby];
    const logSize = this.#logSize + GAIN * (medianOf(this.#logEstimates) - this.#logSize);
    this.#logSize = clamp(logSize, this.#logMin, this.#logMax);
  }
}

function unusable(size: number, latencyMs: number): MillraceError {
  return new MillraceError('ERR_INTERNAL', `a batch of ${size} that took ${latencyMs} ms was observed`);
}

function clamp(value: number, min: number, max: number): number {
  return Math.min(max, Math.max(min, value));
}

/** The middle one of up to three, the lower one of two. */
function medianOf(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[(values.length - 1) >> 1]!;
}
