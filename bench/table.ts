/** Tables for a terminal. */

export interface Table {
  readonly title: string;
  /** The first column is of words, the others are of numbers. */
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

export function formatTable({ title, header, rows }: Table): string {
  const lines = [header, ...rows];
  const widths = header.map((_, column) => Math.max(...lines.map((cells) => [...(cells[column] ?? '')].length)));
  const body = lines.map((cells) => cells.map((cell, column) => pad(cell, widths[column] ?? 0, column)).join('  '));
  return [title, ...body.map((line) => `  ${line.trimEnd()}`)].join('\n');
}

/** Three or more digits, with thousands parted; nothing for undefined. */
export function formatNumber(value: number | undefined): string {
  if (value === undefined) return '';
  const size = Math.abs(value);
  const decimals = size >= 100 ? 0 : size >= 10 ? 1 : 2;
  return value.toLocaleString('en-US', { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
}

function pad(cell: string, width: number, column: number): string {
  const blanks = ' '.repeat(width - [...cell].length);
  return column === 0 ? cell + blanks : blanks + cell;
}
