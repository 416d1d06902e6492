import { editProse } from './prose.js';
import { replaceCounted, type Rule } from './rule.js';
import { PROSE } from './structure.js';

/** A blank and a mark that ends something. `. . .`, `.NET` and `./path` are no such. */
const SET_OFF_STOP = / [,.](?:(?=\n)|$|(?= [^,.]))/g;
const SET_OFF_MARK = / [;:!?](?:(?=\n)|$|(?= [^;:!? ]))/g;
/** Marks that stand close to their word. */
const CLOSE_MARK = /[^\s;:!?][;:!?](?=\s|$)/g;
/** What a mark belongs to. */
const WORD_END = /[\p{L}\p{M}\p{N})\]"”’»]/u;
/** Quoted lines say what others have written. */
const QUOTED = /^ {0,3}>/;

/** A language that sets marks off (French) does so everywhere; a slip is the exception. */
const SLIPS_PER_CLOSE_MARK = 0.25;

/**
 * Blanks before punctuation: before commas and full stops, which no language sets off; before `;` `:` `!` `?`, which French does,
 * only where the text itself mostly does not.
 */
export const punctuation: Rule = {
  name: 'punctuation',
  mayApply: (text) => / [,.;:!?](?:\s|$)/.test(text),
  apply(text, context) {
    const setOff = countOf(text, SET_OFF_MARK);
    const isSlip = setOff > 0 && setOff <= SLIPS_PER_CLOSE_MARK * countOf(text, CLOSE_MARK);
    const structure = context.structureOf(text);
    return editProse(
      text,
      structure,
      (stretch) => {
        const close = (match: string, at: number): string =>
          WORD_END.test(stretch.charAt(at - 1)) ? match.slice(1) : match;
        const stops = replaceCounted(stretch, SET_OFF_STOP, close);
        if (!isSlip) return stops;
        stretch = stops.text;
        const marks = replaceCounted(stretch, SET_OFF_MARK, close);
        return { text: marks.text, count: stops.count + marks.count };
      },
      (kind, at) => kind !== PROSE || QUOTED.test(structure.lines[at]!),
    );
  },
};

function countOf(text: string, pattern: RegExp): number {
  let count = 0;
  pattern.lastIndex = 0;
  while (pattern.test(text)) count++;
  return count;
}
