import type { Explanation } from '../../engine/explain/explain.js';
import type { Repeat } from '../../engine/explain/repeats.js';
import { formatCount } from '../numbers.js';
import { formatPercent } from './decimals.js';
import { excerptOf } from './excerpt.js';
import { WIDTH, type Drawing } from './drawing.js';

const INDENT = 2;
const COUNT_WIDTH = 6;
const SHARE_WIDTH = 6;
const PLACES_WIDTH = 22;
const TEXT_WIDTH = WIDTH - INDENT - COUNT_WIDTH - SHARE_WIDTH - PLACES_WIDTH - 3 * 2;

/** What the text repeats most, by kind: count, share of the characters, where, and what. */
export function formatRepeats({ repeats }: Explanation, drawing: Drawing): string[] {
  const { bold, dim } = drawing.styles;
  const kinds: readonly (readonly [string, readonly Repeat[]])[] = [
    ['2 words', repeats.grams[2]],
    ['3 words', repeats.grams[3]],
    ['4 words', repeats.grams[4]],
    ['5 to 10 words', repeats.grams.long],
    ['lines', repeats.lines],
    ['paragraphs', repeats.paragraphs],
  ];
  const part = repeats.isAll ? '' : ` in the first ${formatCount(repeats.chars)} characters`;
  const head = `${bold('repeats')}${part} ${dim('(times, share of characters, in lines)')}`;
  const shown = kinds.filter(([, found]) => found.length > 0);
  if (shown.length === 0) return [`${bold('repeats')}${part}: none`];
  return [head, ...shown.flatMap(([kind, found]) => [dim(kind), ...found.map((one) => formatRepeat(one, drawing))])];
}

function formatRepeat({ text, count, charShare, lines }: Repeat, { glyphs }: Drawing): string {
  const cells = [
    `${formatCount(count)}${glyphs.times}`.padStart(COUNT_WIDTH),
    formatPercent(charShare).padStart(SHARE_WIDTH),
    placesOf(lines, count, glyphs.cut).padEnd(PLACES_WIDTH),
    excerptOf(text, TEXT_WIDTH, glyphs.cut),
  ];
  return `${' '.repeat(INDENT)}${cells.join('  ')}`.trimEnd();
}

/** As many lines as fit, each once. */
function placesOf(lines: readonly number[], count: number, cut: string): string {
  const numbers = [...new Set(lines)];
  for (let shown = numbers.length; shown > 0; shown--) {
    const isAll = shown === numbers.length && lines.length === count;
    const places = numbers.slice(0, shown).join(', ') + (isAll ? '' : `, ${cut}`);
    if (places.length <= PLACES_WIDTH) return places;
  }
  return cut;
}
