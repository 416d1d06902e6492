/** Maps values to places along an axis. */
export interface Scale {
  /** Of a value inside the ends; one outside is moved to the nearer end. */
  readonly at: (value: number) => number;
  /** Ascending; all inside the ends. */
  readonly ticks: readonly number[];
}

export interface ScaleOptions {
  /** Least and greatest value that must have a place. */
  readonly low: number;
  readonly high: number;
  /** Places of the ends. */
  readonly from: number;
  readonly to: number;
  /** Ticks that are aimed at. @defaultValue 5 */
  readonly ticks?: number;
  /** Only whole numbers get ticks. @defaultValue false */
  readonly isWhole?: boolean;
  /** Seconds: ticks stand where clocks have theirs. @defaultValue false */
  readonly isTime?: boolean;
}

/** Beyond these, steps between ticks would overflow or vanish. */
const SIZE_MAX = 1e300;
const SIZE_MIN = 1e-300;

/** Ends that are round numbers, and ticks at steps of 1, 2 or 5 times a power of ten. */
export function linearScale(options: ScaleOptions): Scale {
  const { from, to, ticks: wanted = 5, isWhole = false, isTime = false } = options;
  const [low, high] = widened(clamp(options.low, -SIZE_MAX, SIZE_MAX), clamp(options.high, -SIZE_MAX, SIZE_MAX));
  const least = (high - low) / wanted;
  const step = (isTime ? timeStep(least) : undefined) ?? Math.max(roundAbove(least), isWhole ? 1 : 0);
  const [first, last] = [Math.floor(low / step + ROUNDING), Math.ceil(high / step - ROUNDING)];
  const ticks = Array.from({ length: last - first + 1 }, (_, index) => tidy((first + index) * step));
  const [start, end] = [first * step, last * step];
  return { ticks, at: (value) => from + shareBetween(value, start, end) * (to - from) };
}

/** The step next above among those of a clock; `undefined` for less than a second or more than half a day. */
function timeStep(seconds: number): number | undefined {
  return seconds < 1 ? undefined : CLOCK_STEPS.find((step) => step >= seconds);
}

const CLOCK_STEPS = [
  1,
  2,
  5,
  10,
  15,
  30,
  ...[1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720].map((minutes) => minutes * 60),
];

/** A value that is a tick but for rounding needs no further tick. */
const ROUNDING = 1e-9;

/** Ends that are powers of ten, or 2 or 5 times one; values that have no logarithm stand at the lower end. */
export function logScale(options: ScaleOptions): Scale {
  const { from, to } = options;
  const high = clamp(options.high, SIZE_MIN, SIZE_MAX);
  const low = clamp(options.low, SIZE_MIN, high);
  const [first, last] = [roundBelow(low), roundAbove(Math.max(high, low * SPAN_MIN))];
  const [start, end] = [Math.log10(first), Math.log10(last)];
  const ticks = logTicks(first, last);
  return {
    ticks,
    at: (value) => from + ((Math.log10(clamp(value, first, last)) - start) / (end - start)) * (to - from),
  };
}

/** Ticks at all of 1, 2 and 5 where there are few decades, else at decades, or at some of them. */
function logTicks(first: number, last: number): number[] {
  const [start, end] = [Math.floor(Math.log10(first) + ROUNDING), Math.ceil(Math.log10(last) - ROUNDING)];
  const stride = Math.max(1, Math.ceil((end - start) / DECADES_MAX));
  const factors = last / first <= 10 ** FINE_DECADES_MAX ? ROUND_FACTORS : [1];
  const ticks: number[] = [];
  for (let exponent = start; exponent <= end; exponent += stride) {
    for (const factor of factors) ticks.push(tidy(factor * 10 ** exponent));
  }
  return ticks.filter((tick) => tick >= first * (1 - ROUNDING) && tick <= last * (1 + ROUNDING));
}

const ROUND_FACTORS = [1, 2, 5] as const;
const FINE_DECADES_MAX = 2;
const DECADES_MAX = 8;

/** The upper end is so many times the lower one at least. */
const SPAN_MIN = 1.5;

/** The next of 1, 2 and 5 times a power of ten from here downwards. */
function roundBelow(value: number): number {
  const power = powerBelow(value);
  const factor = ROUND_FACTORS.findLast((each) => each * power <= value * (1 + ROUNDING));
  return tidy((factor ?? 1) * power);
}

/** Likewise upwards. */
function roundAbove(value: number): number {
  const power = powerBelow(value);
  const factor = ROUND_FACTORS.find((each) => each * power >= value * (1 - ROUNDING));
  return tidy((factor ?? 10) * power);
}

function powerBelow(value: number): number {
  return 10 ** Math.floor(Math.log10(value) + ROUNDING);
}

/** A range that has a width: around a single value, from zero to it or to one. */
function widened(low: number, high: number): [number, number] {
  const width = high - low;
  if (width > Math.max(Math.abs(low), Math.abs(high)) * ROUNDING && width > SIZE_MIN) return [low, high];
  if (Math.abs(high) <= SIZE_MIN) return [0, 1];
  return high > 0 ? [0, high] : [low, 0];
}

/** Without the tail of digits that steps such as 0.1 leave. */
function tidy(value: number): number {
  return Number(value.toPrecision(12));
}

/** How far a value lies between two others: 0 to 1, and 0 where they do not differ. */
export function shareBetween(value: number, low: number, high: number): number {
  const width = high - low;
  if (!(width > 0)) return 0;
  const inside = clamp(value, low, high);
  // By halves where the distance of two numbers is too large for one.
  return width < Infinity ? (inside - low) / width : (inside / 2 - low / 2) / (high / 2 - low / 2);
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}
