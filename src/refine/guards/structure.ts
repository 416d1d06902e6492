import { NO_LETTER, unitClasses } from './letters.js';

/** What of a text is Markdown, or a link. */
export interface Structure {
  /** What the code fences hold, in their order, without line breaks and blanks at the end. */
  readonly code: readonly string[];
  /** Whether the last fence is left open at the end of the text. */
  readonly isFenceOpen: boolean;
  /** Lines outside fences that are headings. */
  readonly headings: number;
  /** Targets of Markdown links, and URLs in the text. */
  readonly links: ReadonlySet<string>;
}

/** As `docs/report.md` defines fence and heading. */
const FENCE = /^ {0,3}(`{3,}|~{3,})(.*)$/s;
const HEADING = /^ {0,3}#{1,6}(?:\s|$)/;

/** Units that begin a line of which more than its first unit has to be looked at: blank, `#`, backtick, `~`. */
const SPACE = 0x20;
const HASH = 0x23;
const BACKTICK = 0x60;
const TILDE = 0x7e;
const PLUS = 0x2b;

interface OpenFence {
  readonly marker: string;
  /** Where its content begins. */
  readonly begin: number;
}

export function structureOf(text: string): Structure {
  const code: string[] = [];
  let headings = 0;
  let fence: OpenFence | undefined;
  for (let begin = 0; begin < text.length;) {
    const found = text.indexOf('\n', begin);
    const end = found < 0 ? text.length : found;
    const marker = mayMark(text.charCodeAt(begin)) ? text.slice(begin, end) : '';
    if (fence === undefined) {
      const opening = marker === '' ? undefined : openingOf(marker);
      if (opening !== undefined) fence = { marker: opening, begin: end + 1 };
      else if (marker !== '' && HEADING.test(marker)) headings++;
    } else if (marker !== '' && closes(marker, fence.marker)) {
      code.push(contentOf(text, fence.begin, begin));
      fence = undefined;
    }
    begin = end + 1;
  }
  if (fence !== undefined) code.push(contentOf(text, fence.begin, text.length));
  return { code, isFenceOpen: fence !== undefined, headings, links: linksOf(text) };
}

function mayMark(first: number): boolean {
  return first === SPACE || first === HASH || first === BACKTICK || first === TILDE;
}

function openingOf(line: string): string | undefined {
  const [, marker, info = ''] = FENCE.exec(line) ?? [];
  return marker?.startsWith('`') === true && info.includes('`') ? undefined : marker;
}

function closes(line: string, marker: string): boolean {
  const [, found, info = ''] = FENCE.exec(line) ?? [];
  return found?.startsWith(marker) === true && info.trim() === '';
}

function contentOf(text: string, begin: number, end: number): string {
  const content = text.slice(begin, end).trimEnd();
  return content.includes('\r') ? content.replaceAll('\r\n', '\n') : content;
}

function linksOf(text: string): ReadonlySet<string> {
  const links = new Set<string>();
  for (let at = text.indexOf(']('); at >= 0;) {
    const end = targetEnd(text, at + 2);
    if (end > at + 2) links.add(text.slice(at + 2, end));
    at = text.indexOf('](', end);
  }
  for (let at = text.indexOf('://'); at >= 0;) {
    const end = targetEnd(text, at + 3);
    const begin = schemeBegin(text, at);
    if (begin < at && end > at + 3) links.add(text.slice(begin, end));
    at = text.indexOf('://', end);
  }
  return links;
}

/** Where a target ends: at white space, brackets, quotes and foreign punctuation, and before the punctuation of its sentence. */
function targetEnd(text: string, begin: number): number {
  const classes = unitClasses();
  let end = begin;
  for (; end < text.length; end++) {
    const unit = text.charCodeAt(end);
    if (unit < ENDS_TARGET.length ? ENDS_TARGET[unit] === 1 : classes[unit] === NO_LETTER) break;
  }
  while (end > begin && '.,;:!?'.includes(text[end - 1]!)) end--;
  return end;
}

/** Of ASCII: white space, control characters, brackets, quotes and the like. */
const ENDS_TARGET = Uint8Array.from({ length: 0x80 }, (_, unit) =>
  unit <= SPACE || unit === 0x7f || '()[]{}<>"\'`|*'.includes(String.fromCharCode(unit)) ? 1 : 0,
);

/** Letters that a scheme may have. */
const SCHEME_LETTERS_MAX = 16;

function schemeBegin(text: string, colon: number): number {
  let begin = colon;
  while (begin > 0 && colon - begin < SCHEME_LETTERS_MAX && isOfScheme(text.charCodeAt(begin - 1))) begin--;
  return begin;
}

/** Letters of ASCII, and the plus sign. */
function isOfScheme(unit: number): boolean {
  const lower = unit | SPACE;
  return (lower >= 0x61 && lower <= 0x7a) || unit === PLUS;
}
