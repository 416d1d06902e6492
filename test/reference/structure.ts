/**
 * The structure of a text as Markdown has it: fences, the prose outside of them, headings, sections and links.
 */
import { classBody, WHITE_SPACE } from './code-points.js';
import { strip, stripEndWhere } from './strings.js';
import { lines, tokens } from './text-units.js';

export interface Fence {
  /** What follows the opening run, stripped; empty when there is nothing. */
  readonly info: string;
  /** The lines between the opening and the closing line, joined by LF. */
  readonly content: string;
}

export interface Heading {
  /** How many `#` open it: 1–6. */
  readonly level: number;
  readonly text: string;
}

export interface Link {
  readonly target: string;
}

/** A run of three or more of one character, captured, and the rest of the line. A line may hold a CR: `.` must match it. */
const FENCE_LINE = /^ {0,3}(`{3,}|~{3,})(.*)$/su;
const HEADING_LINE = new RegExp(`^ {0,3}(#{1,6})(?=[${classBody(WHITE_SPACE)}]|$)(.*)$`, 'su');
const LINK = /\[[^[\]\n]+\]\(([^()\n]+)\)/gu;

interface OpenFence {
  readonly run: string;
  readonly info: string;
  readonly content: string[];
}

interface Split {
  readonly fences: readonly Fence[];
  readonly proseLines: readonly string[];
}

/** The fences of a text, in order. */
export function fences(text: string): readonly Fence[] {
  return splitAtFences(text).fences;
}

/** The lines outside fences; neither the content of a fence nor its opening and closing lines. */
export function proseLines(text: string): readonly string[] {
  return splitAtFences(text).proseLines;
}

/** The lines outside fences, joined by LF. */
export function prose(text: string): string {
  return proseLines(text).join('\n');
}

/** The headings of the prose, in order. */
export function headings(text: string): Heading[] {
  return proseLines(text).flatMap((line) => headingOf(line) ?? []);
}

/**
 * The slices of the prose between headings that hold a token.
 *
 * A heading line belongs to the section that it opens; what stands before the first one is a section too.
 */
export function sections(text: string): string[] {
  const found: string[][] = [[]];
  for (const line of proseLines(text)) {
    if (headingOf(line) !== undefined) found.push([]);
    found.at(-1)?.push(line);
  }
  return found.map((section) => section.join('\n')).filter((section) => tokens(section).length > 0);
}

/** The inline links of the prose, left to right. */
export function links(text: string): Link[] {
  return Array.from(prose(text).matchAll(LINK), ([, target = '']) => ({ target }));
}

function splitAtFences(text: string): Split {
  const found: OpenFence[] = [];
  const outside: string[] = [];
  let open: OpenFence | undefined;
  for (const line of lines(text)) {
    if (open !== undefined) {
      if (closes(line, open)) open = undefined;
      else open.content.push(line);
      continue;
    }
    open = openedBy(line);
    if (open === undefined) outside.push(line);
    else found.push(open);
  }
  return {
    fences: found.map(({ info, content }) => ({ info, content: content.join('\n') })),
    proseLines: outside,
  };
}

function openedBy(line: string): OpenFence | undefined {
  const [, run, rest = ''] = FENCE_LINE.exec(line) ?? [];
  if (run === undefined) return undefined;
  if (run.startsWith('`') && rest.includes('`')) return undefined;
  return { run, info: strip(rest), content: [] };
}

/** At least as many of the same character, and then only white space. */
function closes(line: string, fence: OpenFence): boolean {
  const [, run = '', rest = ''] = FENCE_LINE.exec(line) ?? [];
  return run.startsWith(fence.run) && strip(rest) === '';
}

function headingOf(line: string): Heading | undefined {
  const [, hashes, rest = ''] = HEADING_LINE.exec(line) ?? [];
  if (hashes === undefined) return undefined;
  const text = stripEndWhere(strip(rest), (unit) => unit === '#');
  return { level: hashes.length, text: strip(text) };
}
