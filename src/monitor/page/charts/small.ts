import { html, type Content, type Markup } from '../markup.js';
import { shareBetween } from './scale.js';
import { line, path, rectangle } from './shapes.js';
import { thin } from './thin.js';

/* Drawings of the size of a word, which stand in tables and beside figures. */

const WIDTH = 120;
const HEIGHT = 20;
const MARGIN = 4;

/** Beyond so many, points of a line this short cannot be told apart. */
const SPARK_POINTS_MAX = 120;

/** Rounds that are drawn as ticks; a box of more is clear enough. */
const TICKS_MAX = 60;

/** The course of values from zero up, without axes; `undefined` for fewer than two. */
export function sparkline(alternative: string, values: readonly number[]): Markup | undefined {
  if (values.length < 2) return undefined;
  const { low, high } = endsOf(values);
  const across = placer(0, values.length - 1, MARGIN, WIDTH - MARGIN);
  const down = placer(Math.min(low, 0), high, HEIGHT - 2, 2);
  const points = values.map((y, x) => ({ x, y }));
  const places = thin(points, SPARK_POINTS_MAX).map(({ x, y }) => ({ x: across(x), y: down(y) }));
  return small(alternative, path('line s0', places));
}

/** Every value as a tick, a box over the middle half of them, a line at the median; `undefined` for fewer than two. */
export function spreadStrip(alternative: string, values: readonly number[]): Markup | undefined {
  if (values.length < 2) return undefined;
  const sorted = [...values].sort((one, other) => one - other);
  const { low, high } = endsOf(values);
  const at = placer(low, high, MARGIN, WIDTH - MARGIN);
  const quartile = (share: number): number => at(quantileOf(sorted, share));
  const median = quartile(0.5);
  return small(alternative, [
    rectangle('box s0', { left: quartile(0.25), right: quartile(0.75), top: 4, bottom: 16 }),
    sorted.slice(0, TICKS_MAX).map((value) => line('axis', { x: at(value), y: 7 }, { x: at(value), y: 13 })),
    line('median s0', { x: median, y: 2 }, { x: median, y: 18 }),
  ]);
}

/** Between two values by interpolation; the median of two is their mean. */
function quantileOf(sorted: readonly number[], share: number): number {
  const position = (sorted.length - 1) * share;
  const [below = 0, above = 0] = [sorted[Math.floor(position)], sorted[Math.ceil(position)]];
  return below + (above - below) * (position - Math.floor(position));
}

function small(alternative: string, content: Content): Markup {
  return html`<svg class="small" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${alternative}">
    ${content}
  </svg>`;
}

/** All in the middle where there is only one value. */
function placer(low: number, high: number, from: number, to: number): (value: number) => number {
  return (value) => (high > low ? from + shareBetween(value, low, high) * (to - from) : (from + to) / 2);
}

function endsOf(values: readonly number[]): { readonly low: number; readonly high: number } {
  const low = values.reduce((least, value) => Math.min(least, value), Infinity);
  const high = values.reduce((most, value) => Math.max(most, value), -Infinity);
  return { low, high };
}
