import { replaceCounted, type Rule } from './rule.js';
import { PROSE, type Structure } from './structure.js';

/** A word whose second part stands on the next line; a soft hyphen there says so itself. */
const BROKEN = /(?<=^|[^\p{L}\p{M}\p{N}_-])([\p{L}\p{M}]+)([-\u2010\u00ad])$/u;
const CONTINUED = /^[ ]{0,3}([\p{Ll}\p{M}]+)(?![\p{L}\p{M}\p{N}_\-\u2010\u00ad]|[/@:]\S)(\S*)[ \t]*(.*)$/u;
const WORD = /[\p{L}\p{M}]+(?:[-\u2010][\p{L}\p{M}]+)*/gu;

interface Broken {
  /** Of the first of the two lines. */
  readonly at: number;
  readonly start: string;
  readonly end: string;
  readonly isSoft: boolean;
}

/**
 * Words that were divided at the end of a line: `docu-⏎ment`. They are joined where the text itself shows how: when the word occurs
 * in it undivided, without the hyphen (`document`) or with it (`well-known`). Others stay, since no rule tells the two apart.
 */
export const hyphenation: Rule = {
  name: 'hyphenation',
  mayApply: (text) => /[-\u2010\u00ad]\n/.test(text),
  apply(text, context) {
    const structure = context.structureOf(text);
    const broken = brokenWordsIn(structure);
    if (broken.length === 0) return { text, count: 0 };
    const seen = wordsAmong(text, broken);
    const lines = [...structure.lines];
    let count = 0;
    for (const { at, start, end, isSoft } of broken) {
      const whole = isSoft || seen.has((start + end).toLowerCase()) ? start + end : `${start}-${end}`;
      if (!isSoft && whole.includes('-') && !seen.has(whole.toLowerCase())) continue;
      const continued = CONTINUED.exec(lines[at + 1]!);
      if (continued === null) continue;
      const [, , mark, rest] = continued;
      lines[at] = lines[at]!.slice(0, -start.length - 1) + whole + mark!;
      lines[at + 1] = rest!;
      count++;
    }
    if (count === 0) return { text, count };
    return { text: lines.filter((line, at) => line !== '' || structure.lines[at] === '').join('\n'), count };
  },
};

function brokenWordsIn({ lines, kinds }: Structure): Broken[] {
  const broken: Broken[] = [];
  for (let at = 0; at + 1 < lines.length; at++) {
    if (kinds[at] !== PROSE || kinds[at + 1] !== PROSE || !/[-\u2010\u00ad]$/.test(lines[at]!)) continue;
    if (/[`$]|:\/\//.test(lines[at]!) || /[`$]|:\/\//.test(lines[at + 1]!)) continue;
    const [, start, hyphen] = BROKEN.exec(lines[at]!) ?? [];
    const end = CONTINUED.exec(lines[at + 1]!)?.[1];
    if (start !== undefined && end !== undefined) broken.push({ at, start, end, isSoft: hyphen === '\u00ad' });
  }
  return broken;
}

/** Which of the words that may be meant occur in the text, in lower case. */
function wordsAmong(text: string, broken: readonly Broken[]): Set<string> {
  const sought = new Set(broken.flatMap(({ start, end }) => [`${start}${end}`, `${start}-${end}`]).map(lowerCase));
  const seen = new Set<string>();
  replaceCounted(text, WORD, (word) => {
    const lower = word.toLowerCase();
    if (sought.has(lower)) seen.add(lower);
    return word;
  });
  return seen;
}

function lowerCase(word: string): string {
  return word.toLowerCase();
}
