/**
 * What a file of JSON Lines holds, read slowly and obviously: the bytes are split at LF, each line is decoded and given to
 * `JSON.parse`. Tests compare with it what the engine makes of the same bytes.
 */
import type { ErrorCode } from '../../src/core/errors.js';
import { Kernel } from '../../src/workers/kernel-host.js';
import { FULLEST_ROWS } from './measures.js';

export interface ModelSettings {
  readonly textField?: string;
  readonly idField?: string;
  readonly maxBytes?: number;
  readonly lineBytesMax?: number;
}

/** A line that is not blank, in order. */
export type ModelRow = ModelDocument | ModelFailure;

interface ModelLine {
  /** From 1, blank lines counted. */
  readonly line: number;
  /** As it stands in the file, without its LF. */
  readonly bytes: Uint8Array;
  /** A string or number. */
  readonly id: string | number | undefined;
}

export interface ModelDocument extends ModelLine {
  readonly kind: 'document';
  readonly row: object;
  /** Well-formed. */
  readonly text: string;
  /** Ill-formed parts of the text that were replaced, escaped lone surrogates among them. */
  readonly replaced: number;
}

export interface ModelFailure extends ModelLine {
  readonly kind: 'failure';
  readonly code: ErrorCode;
}

/** What a run over the file must give. */
export interface ExpectedRun {
  /** Rows of output, in the form of `comparableRow`. */
  readonly rows: string[];
  readonly letters: ExpectedLetter[];
  readonly documents: number;
  /** Lines of the file, blank ones among them. */
  readonly lines: number;
  /** Bytes of the texts that have a row. */
  readonly bytes: number;
}

export interface ExpectedLetter {
  readonly ordinal: number;
  readonly line: number;
  readonly id: string | number | undefined;
  readonly code: ErrorCode;
}

const LF = 0x0a;
const BYTE_ORDER_MARK = '\u00ef\u00bb\u00bf';
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

let kernel: Kernel | undefined;

/** Rows and dead letters of a file, by this model and the library's reports of the kind `FULLEST_ROWS`. */
export function runByModel(
  file: Uint8Array,
  source: string,
  emit: 'reports' | 'rows' | 'both',
  settings: ModelSettings = {},
): ExpectedRun {
  const { rows, lines } = readByModel(file, settings);
  const documents = rows.filter((row) => row.kind === 'document');
  return {
    rows: documents.map((document) => rowByModel(document, source, emit)),
    letters: rows.flatMap((row, ordinal) => {
      return row.kind === 'document' ? [] : [{ ordinal, line: row.line, id: row.id, code: row.code }];
    }),
    documents: rows.length,
    lines,
    bytes: documents.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0),
  };
}

/** A row of output, of bytes as characters, in a form that does not depend on how JSON is written; rows as they were stay so. */
export function comparableRow(row: string, emit: 'reports' | 'rows' | 'both'): string {
  return emit === 'rows' ? row : JSON.stringify(JSON.parse(Buffer.from(row, 'latin1').toString()));
}

/** The id as it is compared: a number that JavaScript cannot hold keeps its digits as a string, but not in the model. */
export function comparableId(id: unknown): unknown {
  const isNumeric = typeof id === 'string' && /^-?\d/.test(id) && !Number.isNaN(Number(id));
  return isNumeric ? Number(id) : id;
}

function rowByModel(document: ModelDocument, source: string, emit: 'reports' | 'rows' | 'both'): string {
  if (emit === 'rows') return latin1(document.bytes);
  kernel ??= Kernel.load(FULLEST_ROWS.row);
  const { id = `${source}:${document.line}`, text, replaced, row } = document;
  const scored = FULLEST_ROWS.decoder.decode(id, kernel.scoreText(text), 0);
  const report = replaced === 0 ? scored : { ...scored, replaced };
  return JSON.stringify(emit === 'reports' ? report : { ...row, report });
}

/** The documents and failures of a file, and how many lines it has. */
export function readByModel(file: Uint8Array, settings: ModelSettings = {}): { rows: ModelRow[]; lines: number } {
  const rows: ModelRow[] = [];
  const lines = splitLines(latin1(file).startsWith(BYTE_ORDER_MARK) ? file.subarray(3) : file);
  for (const [index, bytes] of lines.entries()) {
    if (/^[ \t\r]*$/.test(latin1(bytes))) continue;
    rows.push(readLine(bytes, index + 1, settings));
  }
  return { rows, lines: lines.length };
}

function readLine(bytes: Uint8Array, line: number, settings: ModelSettings): ModelRow {
  const { textField = 'text', idField = 'id', maxBytes = Infinity, lineBytesMax = Infinity } = settings;
  const fail = (code: ErrorCode, id?: string | number): ModelFailure => ({ kind: 'failure', line, bytes, id, code });
  if (bytes.length > lineBytesMax) return fail('ERR_DOCUMENT_TOO_LARGE');
  const row = parse(bytes);
  if (row === undefined) return fail('ERR_ROW_JSON');
  if (typeof row !== 'object' || row === null || Array.isArray(row)) return fail('ERR_ROW_TYPE');
  const fields = new Map<string, unknown>(Object.entries(row));
  const givenId = fields.get(idField);
  const id = typeof givenId === 'string' || typeof givenId === 'number' ? givenId : undefined;
  if (!fields.has(textField)) return fail('ERR_TEXT_MISSING', id);
  const given = fields.get(textField);
  if (typeof given !== 'string') return fail('ERR_TEXT_TYPE', id);
  const text = Buffer.from(given).toString();
  if (Buffer.byteLength(text) > maxBytes) return fail('ERR_DOCUMENT_TOO_LARGE', id);
  return { kind: 'document', line, bytes, id, row, text, replaced: replacedIn(bytes, textField) };
}

/**
 * U+FFFD in the text that are not in the file: each U+FFFD that is there, as it is or escaped, becomes another character
 * first, so that those left were made by decoding.
 */
function replacedIn(bytes: Uint8Array, textField: string): number {
  const stand = ['\ue000', '\ue001', '\ue002', '\ue003'].find((char) => {
    return !decoder.decode(bytes).includes(char) && !JSON.stringify(parse(bytes)).includes(char);
  });
  if (stand === undefined) throw new Error('the line holds all characters that could stand for U+FFFD');
  const line = latin1(bytes)
    .replaceAll('\u00ef\u00bf\u00bd', latin1(Buffer.from(stand)))
    .replace(/(?<=(?<!\\)(?:\\\\)*)\\ufffd/gi, `\\u${stand.charCodeAt(0).toString(16)}`);
  const row = parse(Buffer.from(line, 'latin1')) as Record<string, unknown>;
  const text = new Map(Object.entries(row)).get(textField);
  return typeof text === 'string' ? (text.match(/[\ufffd\ud800-\udfff]/gu)?.length ?? 0) : 0;
}

/** Undefined for what is no JSON. */
function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(decoder.decode(bytes)) as unknown;
  } catch {
    return undefined;
  }
}

function splitLines(file: Uint8Array): Uint8Array[] {
  const lines: Uint8Array[] = [];
  for (let start = 0; start < file.length;) {
    const newline = file.indexOf(LF, start);
    const end = newline === -1 ? file.length : newline;
    lines.push(file.subarray(start, end));
    start = end + 1;
  }
  return lines;
}

/** Bytes as a string of as many characters. */
function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('latin1');
}
