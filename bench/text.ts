/** Real text to cut documents from: a folder's files, a JSON Lines file, or the installed packages' own README files. */
import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { glob } from 'tinyglobby';
import { ROOT } from './processes.js';

/** Enough for 100,000 documents of 1 KB without cutting anything twice, and little enough to keep in memory. */
const TEXT_BYTES_MAX = 256 * 1024 * 1024;

const README_FILES = '**/readme*.{md,markdown}';
const TEXT_FILES = '**/*.{md,markdown,rst,txt,text,jsonl,ndjson,jsonl.gz,ndjson.gz}';
const PARAGRAPH_BREAK = '\n\n';

export interface RealText {
  /** Where it comes from, as its user wrote it. */
  readonly source: string;
  /** Well-formed UTF-8: the texts in order, a blank line between two. */
  readonly bytes: Buffer;
  /** Files or JSON Lines rows. */
  readonly texts: number;
  /** SHA-256, to tell whether two results are of the same text. */
  readonly digest: string;
}

/**
 * Collects up to 256 MiB of text, in path order.
 *
 * @param path - a file or folder; rows of `.jsonl` and `.ndjson` (also `.gz`) have it in `text`. Left out: the README files.
 */
export async function collectText(path?: string): Promise<RealText> {
  const parts: Buffer[] = [];
  let length = 0;
  for (const text of readAll(await listFiles(path))) {
    const part = Buffer.from(parts.length === 0 ? text : PARAGRAPH_BREAK + text);
    if (length + part.length > TEXT_BYTES_MAX) break;
    parts.push(part);
    length += part.length;
  }
  const bytes = Buffer.concat(parts);
  const digest = createHash('sha256').update(bytes).digest('hex');
  return { source: path ?? 'README files of the installed packages', bytes, texts: parts.length, digest };
}

async function listFiles(path?: string): Promise<string[]> {
  if (path !== undefined && !statSync(path).isDirectory()) return [path];
  const folder = path ?? join(ROOT, 'node_modules');
  const files = await glob(path === undefined ? README_FILES : TEXT_FILES, {
    cwd: folder,
    caseSensitiveMatch: false,
    followSymbolicLinks: false,
  });
  return files.sort().map((file) => join(folder, file));
}

function* readAll(files: readonly string[]): Generator<string> {
  for (const file of files) {
    const content = readFileSync(file);
    const bytes = file.endsWith('.gz') ? gunzipSync(content) : content;
    if (/\.(jsonl|ndjson)(\.gz)?$/.test(file)) yield* readRows(bytes);
    else yield bytes.toString();
  }
}

/** The texts of a JSON Lines file, line by line: as one string the file might be too long. */
function* readRows(bytes: Buffer): Generator<string> {
  for (let start = 0; start < bytes.length;) {
    const newline = bytes.indexOf(0x0a, start);
    const end = newline === -1 ? bytes.length : newline;
    const text = end > start ? textOf(JSON.parse(bytes.toString('utf8', start, end))) : undefined;
    // A lone surrogate, which JSON can spell, has no UTF-8 form.
    if (text !== undefined) yield text.toWellFormed();
    start = end + 1;
  }
}

function textOf(row: unknown): string | undefined {
  if (typeof row !== 'object' || row === null || !('text' in row)) return undefined;
  return typeof row.text === 'string' ? row.text : undefined;
}
