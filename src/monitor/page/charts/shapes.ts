import { html, shorten, type Markup } from '../markup.js';

/* What drawings are made of. Classes say how a shape looks (`style.ts`); places are rounded here. */

/** A tenth of a unit: more is not to be seen, and makes pages large. */
export function place(value: number): number {
  return Math.round(value * 10) / 10;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

export function line(look: string, from: Point, to: Point): Markup {
  const [x1, y1, x2, y2] = [from.x, from.y, to.x, to.y].map(place);
  return html`<line class="${look}" x1="${x1}" y1="${y1}" x2="${x2}" y2="${y2}" />`;
}

export interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** @param hover - shown beside the pointer. */
export function rectangle(look: string, { left, right, top, bottom }: Box, hover?: string): Markup {
  const [x, y, width, height] = [left, top, Math.max(right - left, 0), Math.max(bottom - top, 0)].map(place);
  return html`<rect class="${look}" x="${x}" y="${y}" width="${width}" height="${height}">${titleOf(hover)}</rect>`;
}

export function circle(look: string, { x, y }: Point, radius: number, hover?: string): Markup {
  return html`<circle class="${look}" cx="${place(x)}" cy="${place(y)}" r="${radius}">${titleOf(hover)}</circle>`;
}

/** Lines from point to point; a gap is an `undefined`, behind which a new line begins. */
export function path(look: string, points: readonly (Point | undefined)[]): Markup {
  const steps = points.map((point, index) => {
    if (point === undefined) return '';
    return `${points[index - 1] === undefined ? 'M' : 'L'}${place(point.x)} ${place(point.y)}`;
  });
  return html`<path class="${look}" d="${steps.join('')}" />`;
}

/** @param hover - the whole of a text that was shortened. */
export function text(look: string, { x, y }: Point, content: string, hover?: string): Markup {
  return html`<text class="${look}" x="${place(x)}" y="${place(y)}">${content}${titleOf(hover)}</text>`;
}

const HOVER_LENGTH_MAX = 240;

function titleOf(hover: string | undefined): Markup | undefined {
  return hover === undefined ? undefined : html`<title>${shorten(hover, HOVER_LENGTH_MAX)}</title>`;
}
