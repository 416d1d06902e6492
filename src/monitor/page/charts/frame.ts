import { html, shorten, type Content, type Markup } from '../markup.js';
import type { Unit } from '../model.js';
import { formatTick } from '../numbers.js';
import type { Scale } from './scale.js';
import { line, text, type Box } from './shapes.js';

/** Width of all charts in units of their drawing; they are scaled to the page. */
export const CHART_WIDTH = 760;

/** Nobody listens to a longer text; the tables have the rest. */
const ALTERNATIVE_LENGTH_MAX = 1000;

/** An average character of the labels, in the same units. */
const CHARACTER_WIDTH = 6.4;
const LINE_HEIGHT = 15;

/** From the middle of a line of text to its foot. */
const FOOT = 4;

/** An axis that has been laid out. */
export interface Axis {
  readonly title: string;
  readonly unit: Unit;
  readonly scale: Scale;
}

/** A drawing with its text alternative, which says what is to be seen. */
export function drawing(height: number, alternative: string, content: Content): Markup {
  return html`<svg
    class="chart"
    viewBox="0 0 ${CHART_WIDTH} ${height}"
    role="img"
    aria-label="${shorten(alternative, ALTERNATIVE_LENGTH_MAX)}"
  >
    ${content}
  </svg>`;
}

/** Lines at the ticks of `y`, the ticks of `x` below, both with their numbers, and what the axes show. */
export function axes(plot: Box, x: Axis, y: Axis): Content {
  return [
    rows(plot, y),
    spaced(x).map((tick) => column(plot, 'axis', x.scale.at(tick), formatTick(tick, x.unit))),
    baseline(plot),
    titles(plot, x.title, y.title),
  ];
}

/** Lines across the plot at the ticks of an axis. */
export function rows({ left, right }: Box, { scale, unit }: Omit<Axis, 'title'>): Content {
  return scale.ticks.map((tick) => {
    const y = scale.at(tick);
    return [
      line('grid', { x: left, y }, { x: right, y }),
      text('tick end', { x: left - 8, y: y + FOOT }, formatTick(tick, unit)),
    ];
  });
}

/** A tick below the plot, or with the look of `grid` a line through it. */
export function column({ top, bottom }: Box, look: 'axis' | 'grid', x: number, label: string): Content {
  const ends = look === 'grid' ? [top, bottom] : [bottom, bottom + 4];
  return [
    line(look, { x, y: ends[0] ?? top }, { x, y: ends[1] ?? bottom }),
    text('tick middle', { x, y: bottom + 18 }, label),
  ];
}

export function baseline({ left, right, bottom }: Box): Markup {
  return line('axis', { x: left, y: bottom }, { x: right, y: bottom });
}

export function titles({ left, right, top, bottom }: Box, x: string, y: string): Content {
  return [text('title', { x: left, y: top - 14 }, y), text('title end', { x: right, y: bottom + 36 }, x)];
}

/** Those ticks whose numbers have room beside each other. */
function spaced({ scale, unit }: Axis): readonly number[] {
  const { ticks } = scale;
  const widest = Math.max(...ticks.map((tick) => widthOf(formatTick(tick, unit))));
  const [first = 0, second = first + 1] = ticks;
  const distance = Math.abs(scale.at(second) - scale.at(first));
  const stride = distance > 0 ? Math.max(1, Math.ceil((widest + 10) / distance)) : 1;
  return ticks.filter((_, index) => index % stride === 0);
}

/** A label beside the right end of what it names. */
export interface EndLabel {
  readonly name: string;
  readonly y: number;
  /** Class of its colour. */
  readonly colour: string;
}

/** Labels at the right of a plot, moved apart where they would cover each other. */
export function endLabels({ right, top, bottom }: Box, labels: readonly EndLabel[]): Content {
  const sorted = [...labels].sort((one, other) => one.y - other.y);
  const wanted = sorted.map(({ y }) => y);
  const places = apart(wanted, top, bottom);
  const room = Math.floor((CHART_WIDTH - right - 12) / CHARACTER_WIDTH);
  return sorted.map(({ name, colour }, index) => {
    const y = (places[index] ?? top) + FOOT;
    return text(`label ${colour}`, { x: right + 10, y }, shorten(name, room), name);
  });
}

/** Ascending places that are a line apart: pushed down from the top, and back up where the last would fall out below. */
function apart(wanted: readonly number[], top: number, bottom: number): number[] {
  const places: number[] = [];
  for (const y of wanted) places.push(Math.max(y, (places.at(-1) ?? top - LINE_HEIGHT) + LINE_HEIGHT));
  let limit = bottom;
  for (let index = places.length - 1; index >= 0; index--) {
    places[index] = Math.min(places[index] ?? limit, limit);
    limit = (places[index] ?? limit) - LINE_HEIGHT;
  }
  return places;
}

/** About how wide a text is drawn. */
export function widthOf(label: string): number {
  return label.length * CHARACTER_WIDTH;
}

/** A character of the widest of the usual fonts: names at the left end where the plot begins, and must not leave the drawing. */
const CHARACTER_WIDTH_MAX = 7;

/** Where a plot begins that has names to its left, and how many of their characters have room there. */
export interface NameRoom {
  readonly left: number;
  readonly charactersMax: number;
}

/** As much room as the longest name needs, within bounds: beyond them names are shortened. */
export function roomForNames(
  names: readonly string[],
  bounds: { readonly least: number; readonly most: number },
): NameRoom {
  const longest = names.reduce((most, { length }) => Math.max(most, length), 0);
  const left = Math.min(Math.max(longest * CHARACTER_WIDTH_MAX + NAME_GAP, bounds.least), bounds.most);
  return { left, charactersMax: Math.floor((left - NAME_GAP) / CHARACTER_WIDTH_MAX) };
}

/** Between a name and its plot, and between the edge and the name. */
const NAME_GAP = 14;

/** Colours that are told apart; further series take them again. */
const COLOURS = 6;

/** Class of the series at an index: its colour and its dashes, so that nothing is told by colour alone. */
export function colourOf(index: number): string {
  return `s${index % COLOURS}`;
}
