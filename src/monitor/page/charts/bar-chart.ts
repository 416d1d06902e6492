import { shorten, type Markup } from '../markup.js';
import { CHART_WIDTH, drawing, roomForNames, widthOf } from './frame.js';
import { rectangle, text } from './shapes.js';

/** Horizontal bars from zero, each with its name before and its value behind it. */
export interface BarChart {
  readonly alternative: string;
  readonly bars: readonly Bar[];
  /** What a bar of full length stands for. @defaultValue the greatest value */
  readonly full?: number;
}

export interface Bar {
  readonly label: string;
  /** 0 or more. */
  readonly value: number;
  /** The value as it is written. */
  readonly text: string;
  /** Class of the colour. @defaultValue 's0' */
  readonly colour?: string;
}

const ROW_HEIGHT = 26;
/** Alike for most charts of a page, so that their bars begin below each other. */
const NAMES = { least: 250, most: 360 };

export function barChart({ alternative, bars, full = 0 }: BarChart): Markup {
  const greatest = bars.reduce((most, { value }) => Math.max(most, value), full);
  const widest = bars.reduce((most, bar) => Math.max(most, widthOf(bar.text)), 0);
  const { left, charactersMax } = roomForNames(
    bars.map(({ label }) => label),
    NAMES,
  );
  const room = CHART_WIDTH - left - widest - 16;
  const rows = bars.map((bar, index) => {
    const y = index * ROW_HEIGHT;
    const foot = y + 17;
    const least = bar.value > 0 ? 1 : 0; // what is there is to be seen
    const right = left + (greatest === 0 ? 0 : Math.max((bar.value / greatest) * room, least));
    return [
      text('label end', { x: left - 10, y: foot }, shorten(bar.label, charactersMax), bar.label),
      rectangle(`bar ${bar.colour ?? 's0'}`, { left, right, top: y + 4, bottom: y + ROW_HEIGHT - 4 }),
      text('tick', { x: right + 8, y: foot }, bar.text),
    ];
  });
  return drawing(bars.length * ROW_HEIGHT + 4, alternative, rows);
}
