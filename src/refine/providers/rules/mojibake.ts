import { editProse } from './prose.js';
import { replaceCounted, type Edit, type Rule, type RuleContext } from './rule.js';
import { charOfC1, readAsUtf8 } from './windows-1252.js';

/** What Windows-1252 shows for the bytes 80 and above: a run of these may be UTF-8 that was read wrongly. */
const RUN = /[\x80-\xffŒœŠšŸŽžƒˆ˜–—‘’‚“”„†‡•…‰‹›€™]+/g;
const LEAD_AND_CONTINUATION = /[\xc2-\xf4][\x80-\xbfŒœŠšŸŽžƒˆ˜–—‘’‚“”„†‡•…‰‹›€™]/;
const C1 = /[\x80-\x9f]/;
const C1_MAPPED = /[\x80\x82-\x8c\x8e\x91-\x9c\x9e\x9f]/;
const C1_BUT_NEXT_LINE = /[\x80\x82-\x84\x86-\x8c\x8e\x91-\x9c\x9e\x9f]/;

/**
 * What never follows these letters in a correct text: opening quotes, signs of currency, fractions. Left out is what ends a word or
 * comes after it: `CAFÉ»`, `NESTLÉ®`, `Spaß“`, `É…`; and the letters that follow a vowel in Czech and Slovak: `Úžas`, `VÝŠKA`.
 */
const IMPOSSIBLE = /[\xc2-\xf4](?:[€ƒ„‚ˆ˜‰Ÿ¡¢£¤¥¦§¨©¬¯±µ¶¸¼½¾¿]|[\x80-\x9f])|[\xc2\xc3\xc5\xd0\xd1][ŠšŽžŒœ]|â€/;

/** In Portuguese, `MANHÃ` is a word: only where a small letter stands before it, or no letter before Â, is this no end of a word. */
const CAPITAL = /^[\xc2-\xd6\xd8-\xde]/;
const BARE_A = /^\xc2[\xa0-\xbf]/;

/** What two bytes make that is no letter of a Latin alphabet, no accent of one and no sign of Windows-1252. */
const OTHER_ALPHABET = /[\u0250-\u02c5\u02c7-\u02db\u02dd-\u02ff]|[\u0334-\u07ff]/;
const PRIVATE = /\p{Co}/u;

/** How sure it is that a run is UTF-8 read as Windows-1252. */
type Certainty = 'no' | 'perhaps' | 'surely';

/**
 * UTF-8 that was read as Windows-1252 or Latin-1, once or several times: `cafÃ©`, `donâ€™t`, `ÐŸÑ€Ð¸Ð²ÐµÑ‚`; and Windows-1252
 * that was read as Latin-1, which leaves control characters.
 *
 * A maximal run of what Windows-1252 shows for the bytes 80 and above is repaired whole or not at all: when it is well-formed UTF-8
 * and holds what no correct text does. One that a correct text could hold (`AMANHÃ”`) is repaired only beside sure ones and when
 * everything that is not ASCII in the text can be read so: text is damaged as a whole, as a rule.
 */
export const mojibake: Rule = {
  name: 'mojibake',
  mayApply: (text) => LEAD_AND_CONTINUATION.test(text) || C1.test(text),
  apply(text, context) {
    let repaired = text;
    let count = 0;
    // Every round makes the runs that it changes shorter, those of several misreadings by half.
    for (;;) {
      const round = repairOnce(repaired, context);
      if (round.count === 0) break;
      repaired = round.text;
      count += round.count;
    }
    // U+0085 is a line ending on some systems: an ellipsis only where other characters of Windows-1252 stand beside it.
    const controls = C1_BUT_NEXT_LINE.test(repaired) ? C1_MAPPED : C1_BUT_NEXT_LINE;
    const mapped = editProse(repaired, context.structureOf(repaired), (stretch) =>
      replaceCounted(stretch, new RegExp(controls, 'g'), (char) => charOfC1(char.charCodeAt(0)) ?? char),
    );
    return { text: mapped.text, count: count + mapped.count };
  },
};

function repairOnce(text: string, context: RuleContext): Edit {
  if (!LEAD_AND_CONTINUATION.test(text)) return { text, count: 0 };
  const structure = context.structureOf(text);
  let sure = 0;
  let impossible = 0;
  editProse(text, structure, (stretch) => {
    for (const { 0: run, index } of stretch.matchAll(RUN)) {
      const certainty = certaintyOf(run, stretch, index);
      if (certainty === 'surely') sure++;
      if (certainty === 'no') impossible++;
    }
    return { text: stretch, count: 0 };
  });
  if (sure === 0) return { text, count: 0 };
  return editProse(text, structure, (stretch) =>
    replaceCounted(stretch, RUN, (run, at) => {
      const certainty = certaintyOf(run, stretch, at);
      const isRepaired = certainty === 'surely' || (certainty === 'perhaps' && impossible === 0);
      return isRepaired ? (readAsUtf8(run) ?? run) : run;
    }),
  );
}

function certaintyOf(run: string, text: string, at: number): Certainty {
  const read = readAsUtf8(run);
  if (read === undefined || PRIVATE.test(read)) return 'no';
  const before = text.charAt(at - 1);
  const isWithinWord = isLetter(before) || isLetter(text.charAt(at + run.length));
  const isOther = OTHER_ALPHABET.test(read);
  if (isOther && isWithinWord) return 'no';
  if (isOther && read.length === 1) return 'perhaps';
  const isOddCapital = (isSmall(before) && CAPITAL.test(run)) || (!isLetter(before) && BARE_A.test(run));
  return isOddCapital || IMPOSSIBLE.test(run) ? 'surely' : 'perhaps';
}

function isLetter(char: string): boolean {
  return /^[\p{L}\p{M}]/u.test(char);
}

function isSmall(char: string): boolean {
  return char >= 'a' && char <= 'z';
}
