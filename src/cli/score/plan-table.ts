import type { InputPlan } from '../../engine/score-files/options.js';
import { formatCount, formatCountOf } from '../numbers.js';
import { alignColumns } from '../table.js';

/** What `--dry-run` prints: the inputs in the order in which they would be read, and their sum. */
export function formatPlan({ inputs, skippedFiles }: InputPlan): string {
  const files = inputs.reduce((sum, input) => sum + input.files, 0);
  const bytes = inputs.reduce((sum, input) => sum + (input.bytes ?? 0), 0);
  const rows = [
    ['source', 'kind', 'files', 'bytes'],
    ...inputs.map((input) => [input.source, input.kind, formatCount(input.files), formatSize(input.bytes)]),
    ['total', '', formatCount(files), formatTotal(inputs, bytes)],
  ];
  const lines = alignColumns(rows, ['left', 'left', 'right', 'right']);
  if (skippedFiles > 0) lines.push(`${formatCountOf(skippedFiles, 'file')} skipped`);
  return `${lines.join('\n')}\n`;
}

function formatSize(bytes: number | undefined): string {
  return bytes === undefined ? 'unknown' : formatCount(bytes);
}

/** A sum of what is known is a lower bound. */
function formatTotal(inputs: InputPlan['inputs'], bytes: number): string {
  const known = inputs.filter((input) => input.bytes !== undefined).length;
  if (known === inputs.length) return formatCount(bytes);
  return known === 0 ? 'unknown' : `>= ${formatCount(bytes)}`;
}
