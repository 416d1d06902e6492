import { sparkline } from './charts/small.js';
import { html, NOTHING, trusted, type Content, type Markup } from './markup.js';
import type { Headline, Machine, PageBase, Unit } from './model.js';
import { formatInstant, formatSeconds, formatValue } from './numbers.js';
import { outside, section, table, type Section } from './parts.js';
import { STYLE } from './style.js';

/** Keeps everything out that is not in the file itself: nothing is loaded, and no script runs. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/**
 * A page that is complete in itself.
 *
 * @param lead - what stands before the chapters, such as a verdict on the whole.
 * @param sections - the chapters; those that are undefined are left out.
 */
export function page(model: PageBase, lead: Content, sections: readonly (Section | undefined)[]): string {
  const chapters = [...sections, ...closing(model)].filter((each) => each !== undefined);
  const links = chapters.map(({ anchor, title }) => html`<li><a href="#${anchor}">${title}</a></li>`);
  const body = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${POLICY}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${model.title}</title>
        <style>
          ${trusted(STYLE)}
        </style>
      </head>
      <body>
        <a class="skip" href="#content">Skip to the content</a>
        <header>
          <h1>${outside(model.title)}</h1>
          ${model.summary !== undefined && html`<p>${outside(model.summary)}</p> `}${facts(model)}
        </header>
        <nav aria-label="Sections">
          <ul>
            ${links}
          </ul>
        </nav>
        <main id="content">${lead}${headline(model.headline)}${notes(model.notes)}${chapters.map(section)}</main>
        <footer>
          Made by Millrace${model.machine !== undefined && html` ${outside(model.machine.millrace)}`}. This page is one
          file: it loads nothing and runs no script.
        </footer>
      </body>
    </html> `;
  return body.toString();
}

/** When it ran, how long, and on what, in a line. */
function facts({ startedAt, seconds, machine }: PageBase): Markup {
  const parts = [
    startedAt !== undefined && formatInstant(startedAt),
    seconds !== undefined && `took ${formatSeconds(seconds)}`,
    machine !== undefined && `on ${machine.cores} × ${machine.cpu ?? 'an unknown processor'}`,
  ].filter((part) => part !== false);
  return parts.length === 0 ? NOTHING : html`<p class="quiet">${outside(parts.join(' · '))}</p> `;
}

function headline(tiles: readonly Headline[] = []): Markup {
  if (tiles.length === 0) return NOTHING;
  const drawn = tiles.map(({ label, value, unit, note, trend }) => {
    const spark = trend !== undefined && sparkline(`${label} over time`, trend);
    const small =
      (note !== undefined || spark !== undefined) && html`<dd>${note !== undefined && outside(note)} ${spark}</dd>`;
    return html`<div class="tile">
      <dt>${outside(label)}</dt>
      <dd>${value === null ? 'not measured' : large(value, unit)}</dd>
      ${small}
    </div> `;
  });
  return html`<dl class="tiles">${drawn}</dl> `;
}

/** A number to be seen from afar. A long unit behind it is small, so that both have room in a narrow tile. */
function large(value: number, unit: Unit): Content {
  const text = formatValue(value, unit);
  const [, number, word] = /^(\S+) (\S{5,})$/.exec(text) ?? [];
  return number === undefined ? text : html`${number} <small>${word}</small>`;
}

function notes(sentences: readonly string[] = []): Markup {
  if (sentences.length === 0) return NOTHING;
  return html`<ul class="notes">
    ${sentences.map((sentence) => html`<li>${outside(sentence)}</li>`)}
  </ul> `;
}

/** What ends every page: where and how it was measured. */
function closing({ machine, method }: PageBase): (Section | undefined)[] {
  const paragraphs = method?.map((paragraph) => html`<p><bdi>${paragraph}</bdi></p> `);
  return [
    paragraphs && { anchor: 'method', title: 'How it was measured', content: paragraphs },
    machine && { anchor: 'machine', title: 'Machine and versions', content: machineTable(machine) },
  ];
}

function machineTable({ cpu, cores, memoryBytes, platform, node, millrace, commit }: Machine): Markup {
  const rows: (readonly [string, string] | undefined)[] = [
    ['Processor', cpu ?? 'unknown'],
    ['Cores', String(cores)],
    ['Memory', memoryBytes === null ? 'unknown' : formatValue(memoryBytes, 'bytes')],
    ['Platform', platform],
    ['Node.js', node],
    ['Millrace', millrace],
    commit === undefined ? undefined : ['Commit', commit],
  ];
  return table({
    caption: 'What it ran on',
    columns: [{ title: 'Part' }, { title: 'Value' }],
    rows: rows.filter((row) => row !== undefined).map(([name, value]) => ({ cells: [name, outside(value)] })),
  });
}
