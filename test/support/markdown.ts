/** Parts of Markdown pages, found by the comments before them: what a page shows can then be compared with what is so. */

/** The content of the fenced block behind a comment. */
export function blockBehind(page: string, comment: string): string {
  const [, after = ''] = page.split(`<!-- ${comment} -->`);
  const block = /^\s*```\w*\n([^]*?)\n```/.exec(after)?.[1];
  if (block === undefined) throw new Error(`there is no block behind <!-- ${comment} -->`);
  return block;
}

/** The cells of the table behind the first such comment, without its head. */
export function tableBehind(page: string, comment: string): string[][] {
  return tablesBehind(page, comment)[0] ?? [];
}

/** The cells of each table behind such a comment, without its head. */
export function tablesBehind(page: string, comment: string): string[][][] {
  const [, ...parts] = page.split(`<!-- ${comment} -->\n`);
  return parts.map((part) => {
    const lines = part.trimStart().split('\n');
    const end = lines.findIndex((line) => !line.startsWith('|'));
    return lines
      .slice(0, end === -1 ? undefined : end)
      .map(cellsOf)
      .slice(2);
  });
}

function cellsOf(row: string): string[] {
  return row
    .replaceAll('\\|', '\0')
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.replaceAll('\0', '|').trim());
}
