import type { Explanation } from '../../engine/explain/explain.js';
import type { Advice, DimensionExplanation, Part } from '../../engine/explain/dimensions.js';
import { excerptOf } from './excerpt.js';
import { WIDTH, type Drawing } from './drawing.js';
import { barOf } from './glyphs.js';

const NAME_WIDTH = 17;
const VALUE_WIDTH = 5;
const BAR_WIDTH = 10;
/** Behind name, bar and value. */
const FOUND_WIDTH = WIDTH - 2 - NAME_WIDTH - BAR_WIDTH - VALUE_WIDTH - 3 * 2;

/** Each dimension with its parts, then what would raise them. */
export function formatDimensions({ dimensions, advice }: Explanation, drawing: Drawing): string[] {
  const each = dimensions.flatMap((dimension) => [...formatDimension(dimension, drawing), '']);
  const { bold, dim } = drawing.styles;
  if (advice.length === 0) return each.slice(0, -1);
  const head = `${bold('what would raise it')} ${dim('(gain in documentation overall, most first)')}`;
  return [...each, head, ...advice.map((entry) => formatAdvice(entry, drawing))];
}

function formatDimension({ name, value, weight, parts }: DimensionExplanation, drawing: Drawing): string[] {
  const { bold, dim } = drawing.styles;
  const head = `${bold(name.padEnd(NAME_WIDTH + 2))}  ${barOf(value, drawing.glyphs)}  ${bold(value.toFixed(3))}`;
  return [`${head}  ${dim(`weight ${Number(weight.toFixed(3))}`)}`, ...parts.map((part) => formatPart(part, drawing))];
}

function formatPart({ name, value, found }: Part, { styles, glyphs }: Drawing): string {
  const label = `  ${name.padEnd(NAME_WIDTH)}  `;
  if (value === null) return `${label}${styles.dim('does not apply')}`;
  return `${label}${barOf(value, glyphs)}  ${value.toFixed(3)}  ${excerptOf(found ?? '', FOUND_WIDTH, glyphs.cut)}`;
}

function formatAdvice({ part, advice, gain }: Advice, { styles, glyphs }: Drawing): string {
  const head = `  +${gain.toFixed(3)} overall  `;
  return `${head}${styles.dim(`${part}:`)} ${excerptOf(advice, WIDTH - head.length - part.length - 2, glyphs.cut)}`;
}
