import { shorten, type Markup } from '../markup.js';
import type { Spread } from '../model.js';
import { formatValue } from '../numbers.js';
import { CHART_WIDTH, column, drawing, roomForNames } from './frame.js';
import { logScale } from './scale.js';
import { circle, line, text } from './shapes.js';

/** Ratios with their intervals, a row each, around the line of 1: to its right is better. */
export interface IntervalChart {
  readonly alternative: string;
  /** Of the axis. */
  readonly title: string;
  readonly rows: readonly Interval[];
}

export interface Interval {
  readonly label: string;
  /** All above 0. */
  readonly ratio: Spread;
  /** Class of the colour. */
  readonly colour: string;
}

const ROW_HEIGHT = 24;
const TOP = 8;
const NAMES = { least: 200, most: 400 };
const RIGHT = CHART_WIDTH - 90;

export function intervalChart({ alternative, title, rows }: IntervalChart): Markup {
  const values = rows.flatMap(({ ratio }) => [ratio.value, ratio.low ?? ratio.value, ratio.high ?? ratio.value, 1]);
  const usable = values.filter((value) => value > 0);
  const { left, charactersMax } = roomForNames(
    rows.map(({ label }) => label),
    NAMES,
  );
  const scale = logScale({ low: Math.min(...usable), high: Math.max(...usable), from: left, to: RIGHT });
  const bottom = TOP + rows.length * ROW_HEIGHT;
  const plot = { left, right: RIGHT, top: TOP, bottom };
  const drawn = rows.map(({ label, ratio, colour }, index) => {
    const y = TOP + (index + 0.5) * ROW_HEIGHT;
    const [low, high] = [scale.at(ratio.low ?? ratio.value), scale.at(ratio.high ?? ratio.value)];
    return [
      text('label end', { x: left - 12, y: y + 4 }, shorten(label, charactersMax), label),
      line(`whisker ${colour}`, { x: low, y }, { x: high, y }),
      circle(`mark ${colour}`, { x: scale.at(ratio.value), y }, 4),
      text('tick', { x: RIGHT + 12, y: y + 4 }, formatValue(ratio.value, 'ratio')),
    ];
  });
  return drawing(bottom + 44, alternative, [
    scale.ticks.map((tick) => column(plot, 'grid', scale.at(tick), formatValue(tick, 'ratio'))),
    line('level', { x: scale.at(1), y: TOP }, { x: scale.at(1), y: bottom }),
    drawn,
    text('title end', { x: RIGHT, y: bottom + 38 }, title),
  ]);
}
