import type { Rule, RuleContext } from './rule.js';
import { BLANK, PROSE, type Structure } from './structure.js';

/** Shorter lines come again in any text: labels, refrains, answers. */
const ADJACENT_CHARS_MIN = 20;
const BOILERPLATE_CHARS_MIN = 40;

/** Lines whose repetition has a meaning: headings, items, quotes, tags, images, what introduces something. */
const STRUCTURAL = /^\s*(?:[#>*+<!-]|\d+[.)]\s)|:\s*$/;

const HEADING = /^ {0,3}#/m;

/** A maximal run of lines of prose: `[start, end)`. */
interface Block {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/**
 * The same line or paragraph twice in a row, and a paragraph that occurs more than `repeatsMax` times without a heading, code or
 * a table in between: the first stays. Under each heading, or before each example, the same sentence is about something else.
 */
export const repeats: Rule = {
  name: 'repeats',
  mayApply: (text) => text.length > 2 * ADJACENT_CHARS_MIN && text.includes('\n'),
  apply(text, context) {
    const structure = context.structureOf(text);
    const isRemoved = new Uint8Array(structure.lines.length);
    const count = markLines(structure, isRemoved) + markParagraphs(structure, isRemoved, context);
    if (count === 0) return { text, count };
    return { text: structure.lines.filter((_, at) => isRemoved[at] === 0).join('\n'), count };
  },
};

function markLines({ lines, kinds }: Structure, isRemoved: Uint8Array): number {
  let count = 0;
  for (let at = 1; at < lines.length; at++) {
    const line = lines[at]!;
    if (line.length < ADJACENT_CHARS_MIN || kinds[at] !== PROSE || kinds[at - 1] !== PROSE) continue;
    if (line !== lines[at - 1] || !isSentenceLike(line, ADJACENT_CHARS_MIN)) continue;
    isRemoved[at] = 1;
    count++;
  }
  return count;
}

function markParagraphs(structure: Structure, isRemoved: Uint8Array, { repeatsMax }: RuleContext): number {
  let count = 0;
  for (const section of sectionsOf(structure, isRemoved)) {
    if (section.length === 1) continue;
    const times = new Map<string, number>();
    for (const { text } of section) times.set(text, (times.get(text) ?? 0) + 1);
    if (times.size === section.length) continue;
    const seen = new Set<string>();
    for (const [index, block] of section.entries()) {
      const { text } = block;
      const isAdjacent = section[index - 1]?.text === text && isSentenceLike(text, ADJACENT_CHARS_MIN);
      const isBoilerplate = times.get(text)! > repeatsMax && isSentenceLike(text, BOILERPLATE_CHARS_MIN);
      if (seen.has(text) && (isAdjacent || isBoilerplate)) {
        remove(structure, block, isRemoved);
        count++;
      }
      seen.add(text);
    }
  }
  return count;
}

/** Paragraphs between which there is nothing but blank lines, none but the first of which holds a heading. */
function sectionsOf(structure: Structure, isRemoved: Uint8Array): Block[][] {
  const sections: Block[][] = [];
  for (const block of blocksOf(structure, isRemoved)) {
    const section = sections.at(-1);
    const isSameSection =
      section !== undefined &&
      isGapBlank(structure, section.at(-1)!.end, block.start) &&
      !(block.text.includes('#') && HEADING.test(block.text));
    if (isSameSection) section.push(block);
    else sections.push([block]);
  }
  return sections;
}

function blocksOf({ lines, kinds }: Structure, isRemoved: Uint8Array): Block[] {
  const blocks: Block[] = [];
  for (let at = 0; at < lines.length;) {
    const start = at;
    while (at < lines.length && kinds[at] === PROSE) at++;
    if (at === start) {
      at++;
      continue;
    }
    const block = lines.slice(start, at);
    const kept = isRemoved.subarray(start, at).includes(1)
      ? block.filter((_, line) => !isRemoved[start + line])
      : block;
    blocks.push({ start, end: at, text: kept.length === 1 ? kept[0]! : kept.join('\n') });
  }
  return blocks;
}

function isSentenceLike(text: string, charsMin: number): boolean {
  return text.length >= charsMin && /\p{L}/u.test(text) && /\S\s+\S/.test(text) && !STRUCTURAL.test(text);
}

function isGapBlank({ kinds }: Structure, start: number, end: number): boolean {
  return kinds.subarray(start, end).every((kind) => kind === BLANK);
}

/** Removes a paragraph with the blank lines after it, or before it where it is the last. */
function remove({ kinds }: Structure, { start, end }: Block, isRemoved: Uint8Array): void {
  isRemoved.fill(1, start, end);
  let after = end;
  while (after < kinds.length && kinds[after] === BLANK) after++;
  if (after < kinds.length) {
    isRemoved.fill(1, end, after);
    return;
  }
  for (let at = start - 1; at > 0 && kinds[at] === BLANK; at--) isRemoved[at] = 1;
}
