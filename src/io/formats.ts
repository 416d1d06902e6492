/** How a file holds documents, told by its name alone: `.gz` is looked through. */
export type Format = 'jsonl' | 'jsonl.gz' | 'text';

/** A document a line. */
export const JSON_LINES_EXTENSIONS: readonly string[] = ['.jsonl', '.ndjson'];

/** A document a file. A file of any other extension is text only when it is named itself. */
export const TEXT_EXTENSIONS: readonly string[] = [
  '.adoc',
  '.asciidoc',
  '.htm',
  '.html',
  '.markdown',
  '.md',
  '.mdx',
  '.org',
  '.rst',
  '.tex',
  '.text',
  '.textile',
  '.txt',
  '.xhtml',
];

/** The format of a file name in any case; `undefined` for a name that tells none. */
export function formatOf(name: string): Format | undefined {
  const lower = name.toLowerCase();
  const gzipped = lower.endsWith('.gz');
  const extension = extensionOf(gzipped ? lower.slice(0, -'.gz'.length) : lower);
  if (JSON_LINES_EXTENSIONS.includes(extension)) return gzipped ? 'jsonl.gz' : 'jsonl';
  return TEXT_EXTENSIONS.includes(extension) ? 'text' : undefined;
}

function extensionOf(name: string): string {
  const dot = name.lastIndexOf('.');
  return dot === -1 ? '' : name.slice(dot);
}
