/** What a line is, as far as a rule must know to leave it alone. */
export const BLANK = 0;
export const PROSE = 1;
/** A row of a table, whose blanks may be columns. */
export const TABLE = 2;
/** Nothing that a rule may touch: fenced or indented code, raw HTML, front matter. */
export const CODE = 3;

export interface Structure {
  /** What stands between line feeds; joined by them, the text again. */
  readonly lines: readonly string[];
  /** One of the constants above for each line. */
  readonly kinds: Uint8Array;
  /** What would close the fence that is still open at the end of the text. */
  readonly openFence: string | undefined;
}

/** A mark of byte order may precede a fence at the start of a text: to a reader it is a fence. */
const FENCE = /^\uFEFF? {0,3}(`{3,}(?=[^`]*$)|~{3,})/;
/** What a fence or raw HTML begins with: most lines are not asked further. */
const MARK = /^\uFEFF? {0,3}[`~<]/;
const RAW_HTML = /^ {0,3}<(pre|script|style|textarea|!--)/i;
const FRONT_MATTER = /^\uFEFF?(---|\+\+\+)[ \t]*$/;
const FRONT_MATTER_FIELD = /^[\w"'-]+\s*[:=]/;
const HEADING = /^ {0,3}#/;
const INDENTED = /^(?: {4}| {0,3}\t)/;

/** Front matter is looked for in so many lines. */
const FRONT_MATTER_LINES_MAX = 1000;

/** Closes a block whose lines are kept: true for its last line. */
type Closer = (line: string) => boolean;

/** Lines with their kinds. What is doubtful is `CODE`: a flaw left is better than code damaged. */
export function structureOf(text: string): Structure {
  const lines = text.split('\n');
  const kinds = new Uint8Array(lines.length);
  const first = frontMatterLines(lines);
  kinds.fill(CODE, 0, first);
  let openFence: string | undefined;
  let closes: Closer | undefined;
  for (let at = first; at < lines.length; at++) {
    const line = lines[at]!;
    if (closes !== undefined) {
      kinds[at] = CODE;
      if (closes(line)) closes = openFence = undefined;
      continue;
    }
    const isMarked = MARK.test(line);
    const fence = isMarked ? FENCE.exec(line)?.[1] : undefined;
    const html = isMarked && fence === undefined ? RAW_HTML.exec(line)?.[1] : undefined;
    if (fence !== undefined) {
      openFence = fence;
      closes = closerOfFence(fence);
    } else if (html !== undefined) {
      const end = html === '!--' ? '-->' : `</${html.toLowerCase()}`;
      if (!line.toLowerCase().includes(end)) closes = (later) => later.toLowerCase().includes(end);
    }
    kinds[at] = fence !== undefined || html !== undefined ? CODE : kindOf(line);
  }
  keepBlanksOfCode(lines, kinds);
  return { lines, kinds, openFence };
}

function kindOf(line: string): number {
  if (line === '' || !/\S/.test(line)) return BLANK;
  if (INDENTED.test(line)) return CODE;
  return line.includes('|') && !HEADING.test(line) ? TABLE : PROSE;
}

function closerOfFence(fence: string): Closer {
  const closing = fence.startsWith('`') ? /^ {0,3}(`{3,})\s*$/ : /^ {0,3}(~{3,})\s*$/;
  return (line) => (closing.exec(line)?.[1]?.length ?? 0) >= fence.length;
}

function frontMatterLines(lines: readonly string[]): number {
  const rule = FRONT_MATTER.exec(lines[0]!)?.[1];
  if (rule === undefined || !FRONT_MATTER_FIELD.test(lines[1] ?? '')) return 0;
  const last = lines.slice(0, FRONT_MATTER_LINES_MAX).findIndex((line, at) => at > 0 && line.trimEnd() === rule);
  return last + 1;
}

/** Blank lines between two lines of code belong to it. */
function keepBlanksOfCode(lines: readonly string[], kinds: Uint8Array): void {
  for (let at = 1, code = -1; at < lines.length; at++) {
    if (kinds[at - 1] === CODE) code = at;
    if (kinds[at] === CODE && code < at && code > 0 && kinds.subarray(code, at).every((kind) => kind === BLANK))
      kinds.fill(CODE, code, at);
  }
}
