import { html, shorten, type Content, type Markup } from './markup.js';
import { formatCount } from './numbers.js';

/* The parts that pages are put together from. */

/** Rows of a table that are shown; of more it says how many there are. */
const ROWS_MAX = 100;

/** Longest text of a cell. */
const TEXT_LENGTH_MAX = 240;

/** A chapter of a page. */
export interface Section {
  /** Of the link to it; letters and hyphens. */
  readonly anchor: string;
  readonly title: string;
  readonly content: Content;
}

export function section({ anchor, title, content }: Section): Markup {
  return html`<section aria-labelledby="${anchor}">
    <h2 id="${anchor}">${title}</h2>
    ${content}
  </section> `;
}

/** Text that came from outside, whatever direction it is written in. */
export function outside(text: string): Markup {
  return html`<bdi>${shorten(text, TEXT_LENGTH_MAX)}</bdi>`;
}

export interface Figure {
  readonly title: string;
  /** How to read it, or what it says, in a sentence. */
  readonly caption?: Content;
  readonly chart: Content;
  /** What the chart shows, in numbers. */
  readonly table?: Table | undefined;
}

/** A chart with its title, and its numbers behind it. */
export function figure({ title, caption, chart, table: numbers }: Figure): Markup {
  const details =
    numbers !== undefined &&
    html`<details>
      <summary>In numbers: ${title}</summary>
      ${table(numbers)}
    </details> `;
  return html`<figure>
    <figcaption>${title}${caption !== undefined && html`<span>${caption}</span>`}</figcaption>
    <div class="scroll" tabindex="0" role="group" aria-label="${title}">${chart}</div>
    ${details}
  </figure> `;
}

export interface Table {
  readonly caption: string;
  readonly columns: readonly Column[];
  /** The first cell of a row names it. */
  readonly rows: readonly TableRow[];
}

export interface Column {
  readonly title: string;
  /** How its cells are set: numbers to the right, ids so that they may break anywhere. */
  readonly kind?: 'text' | 'number' | 'id';
}

export interface TableRow {
  readonly cells: readonly Content[];
  readonly className?: string;
}

export function table({ caption, columns, rows }: Table): Markup {
  const classOf = (index: number): string => columns[index]?.kind ?? 'text';
  const head = columns.map(({ title }, index) => html`<th scope="col" class="${classOf(index)}">${title}</th>`);
  const body = rows.slice(0, ROWS_MAX).map(({ cells, className }) => {
    const rest = cells.slice(1).map((cell, index) => html`<td class="${classOf(index + 1)}">${cell}</td>`);
    return html`<tr${className !== undefined && html` class="${className}"`}><th scope="row" class="${classOf(0)}">${cells[0]}</th>${rest}</tr>
`;
  });
  const more = rows.length > ROWS_MAX && html`<p class="quiet">and ${formatCount(rows.length - ROWS_MAX)} more</p> `;
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${caption}">
      <table>
        <caption>
          ${caption}
        </caption>
        <thead>
          <tr>
            ${head}
          </tr>
        </thead>
        <tbody>
          ${body}
        </tbody>
      </table>
    </div>
    ${more}`;
}

/** At most so many of evenly spaced rows, the first and the last among them: for the numbers of a long series. */
export function everyNth<T>(rows: readonly T[], rowsMax = 40): readonly T[] {
  if (rows.length <= rowsMax) return rows;
  const stride = (rows.length - 1) / (rowsMax - 1);
  return Array.from({ length: rowsMax }, (_, index) => rows[Math.round(index * stride)]).filter(
    (row) => row !== undefined,
  );
}
