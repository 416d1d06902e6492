import type { Explanation } from '../../engine/explain/explain.js';
import type { Report } from '../../core/report.js';
import { formatBytes, formatCount } from '../numbers.js';
import { excerptOf } from './excerpt.js';
import { WIDTH, type Drawing } from './drawing.js';

type Row = readonly [label: string, value: string];

/** Which document it is, and its figures: a label and a value a line. */
export function formatHead(explanation: Explanation, place: string, { styles, glyphs }: Drawing): string[] {
  const id = String(explanation.report.id);
  const title = id === place ? place : `${id} (${place})`;
  const rows = rowsOf(explanation);
  const width = Math.max(...rows.map(([label]) => label.length));
  return [
    styles.bold(excerptOf(title, WIDTH, glyphs.cut)),
    ...rows.map(([label, value]) => `  ${styles.dim(label.padEnd(width))}  ${value}`),
  ];
}

function rowsOf({ report, readability }: Explanation): readonly Row[] {
  const rows: (Row | undefined)[] = [
    ['size', sizeOf(report)],
    ['words', wordsOf(report)],
    ['sentences', sentencesOf(report)],
    ['readability', readabilityOf(report, readability)],
    ['entropy', entropyOf(report)],
    ['', `evenness ${decimal(report.entropy.evenness)}, redundancy ${decimal(report.entropy.redundancy)}`],
    ['coherence', report.coherence === null ? 'does not apply: fewer than 2 sections' : decimal(report.coherence)],
    ['documentation', decimal(report.documentation.overall)],
    ['miair', report.miair.toFixed(1)],
    report.replaced === undefined ? undefined : ['replaced', `${count(report.replaced, 'part')} that were not UTF-8`],
  ];
  return rows.filter((row) => row !== undefined);
}

function sizeOf({ bytes, chars, lines, paragraphs }: Report): string {
  const units = `${count(chars, 'character')}, ${count(lines, 'line')}, ${count(paragraphs, 'paragraph')}`;
  return `${formatBytes(bytes)}, ${units}`;
}

function wordsOf({ words, tokens, distinctTokens }: Report): string {
  return `${formatCount(words)}; ${count(tokens, 'token')}, ${formatCount(distinctTokens)} of them different`;
}

function sentencesOf({ sentences, words }: Report): string {
  return sentences === 0 ? '0' : `${formatCount(sentences)}, of ${(words / sentences).toFixed(1)} words`;
}

function readabilityOf({ readability }: Report, words: string | null): string {
  if (words === null || readability.fleschReadingEase === null) return 'does not apply: no English letters';
  return `${words} (Flesch ${readability.fleschReadingEase.toFixed(1)})`;
}

function entropyOf({ entropy }: Report): string {
  const { aggregate, char, token, sentence } = entropy;
  return `${decimal(aggregate)}; in bits: characters ${char.toFixed(2)}, tokens ${token.toFixed(2)}, sentences ${sentence.toFixed(2)}`;
}

function decimal(value: number | null): string {
  return value === null ? 'does not apply' : value.toFixed(3);
}

function count(value: number, noun: string): string {
  return `${formatCount(value)} ${value === 1 ? noun : `${noun}s`}`;
}
