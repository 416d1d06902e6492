/** Looks for one row of a JSON Lines file. */
import type { DocumentId } from '../../core/document.js';
import { MillraceError } from '../../core/errors.js';
import { nearestNames } from '../../core/nearest.js';
import { LineBlocks } from '../../io/line-blocks.js';
import { resolveSourceOptions } from '../../io/source-options.js';
import { findJsonFault } from '../json-fault.js';
import { formatCount } from '../numbers.js';
import type { PlacedDocument } from './read-document.js';
import { countReplacements, decodeUtf8, withStandIns } from './utf8.js';

/** The row in a line, or the first one with an id. */
export type WantedRow = { readonly line: number } | { readonly id: string };

/** The names of the fields that count. */
export interface FieldNames {
  readonly textField: string;
  readonly idField: string;
}

/** A line of the file, from 1, without its LF. */
interface Line {
  readonly number: number;
  readonly bytes: Uint8Array;
}

type Row = Readonly<Record<string, unknown>>;

/** The longest line that is read: a text of 128 MiB may be escaped, and the engine bounds its lines so as well. */
const LINE_BYTES_MAX = 512 * 1024 * 1024;
/** Of so many rows the ids are kept, to name the nearest when none is the right one. */
const IDS_KEPT_MAX = 10_000;
const LF = 0x0a;

/**
 * The document of the row that is wanted. Rows before it that are broken are passed over.
 *
 * @throws MillraceError `ERR_INPUT_NOT_FOUND` when there is none, saying how many rows there are and which ids are near;
 * `ERR_ROW_JSON`, `ERR_ROW_TYPE`, `ERR_TEXT_MISSING`, `ERR_TEXT_TYPE` when it holds no document, naming its line.
 */
export async function findRow(
  path: string,
  stream: AsyncIterable<Uint8Array>,
  wanted: WantedRow,
  fields: FieldNames,
): Promise<PlacedDocument> {
  const search = new Search(path, fields.idField);
  for await (const line of linesOf(stream)) {
    if (search.isWanted(line, wanted)) return documentOf(path, line, fields);
  }
  throw new MillraceError('ERR_INPUT_NOT_FOUND', search.notFound(wanted));
}

/** Counts what was looked through, and remembers some of the ids. */
class Search {
  readonly #path: string;
  readonly #idField: string;
  readonly #ids: string[] = [];
  #lines = 0;
  #rows = 0;
  #broken = 0;
  #firstBroken = 0;

  constructor(path: string, idField: string) {
    this.#path = path;
    this.#idField = idField;
  }

  isWanted(line: Line, wanted: WantedRow): boolean {
    this.#lines = line.number;
    return 'line' in wanted ? wanted.line === line.number : this.#hasId(line, wanted.id);
  }

  #hasId(line: Line, id: string): boolean {
    const { text } = decodeUtf8(line.bytes);
    if (text.trim() === '') return false;
    this.#rows++;
    const row = parseRow(text);
    if (row === undefined) {
      if (this.#broken++ === 0) this.#firstBroken = line.number;
      return false;
    }
    const found = idOf(row, this.#idField, this.#path, line.number);
    if (this.#ids.length < IDS_KEPT_MAX) this.#ids.push(String(found));
    return isSame(found, id);
  }

  notFound(wanted: WantedRow): string {
    const input = `input ${this.#path}`;
    if ('line' in wanted) return `${input} has no line ${wanted.line}, only ${formatCount(this.#lines)}`;
    const through = `${formatCount(this.#rows)} ${this.#rows === 1 ? 'row' : 'rows'} looked through`;
    const broken =
      this.#broken === 0 ? '' : `, ${formatCount(this.#broken)} of them broken, the first in line ${this.#firstBroken}`;
    const near = nearestNames(wanted.id, [...new Set(this.#ids)].map(shorten));
    const nearest = near.length === 0 ? '' : `; the nearest ids are ${near.map((id) => JSON.stringify(id)).join(', ')}`;
    return `${input} has no document with the id ${JSON.stringify(shorten(wanted.id))}: ${through}${broken}${nearest}`;
  }
}

/** An id may be a number, of which there are many spellings. */
function isSame(found: DocumentId, wanted: string): boolean {
  if (String(found) === wanted) return true;
  return typeof found === 'number' && wanted.trim() !== '' && Number(wanted) === found;
}

const ID_SHOWN_UNITS = 80;

function shorten(id: string): string {
  return id.length <= ID_SHOWN_UNITS ? id : `${id.slice(0, ID_SHOWN_UNITS)}…`;
}

/** A row without an id has the one that the engine gives it. */
function idOf(row: Row, idField: string, path: string, line: number): DocumentId {
  const id = row[idField];
  return typeof id === 'string' || typeof id === 'number' ? id : `${path}:${line}`;
}

/** The object that a line holds; undefined for anything else. */
function parseRow(text: string): Row | undefined {
  try {
    const row: unknown = JSON.parse(text);
    return isRow(row) ? row : undefined;
  } catch {
    return undefined;
  }
}

function isRow(value: unknown): value is Row {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function documentOf(path: string, { number, bytes }: Line, fields: FieldNames): PlacedDocument {
  const place = `${path}, line ${number}`;
  const { text: json, replaced } = decodeUtf8(bytes);
  const fault = findJsonFault(json);
  if (fault !== undefined) {
    const { column, expected, got } = fault;
    const found = got.replace('end of the file', 'end of the line');
    const wanted = expected.replace('end of the file', 'end of the line');
    throw new MillraceError('ERR_ROW_JSON', `${place}, column ${column} must be ${wanted}, got ${found}`);
  }
  const row = parseRow(json);
  if (row === undefined)
    throw new MillraceError('ERR_ROW_TYPE', `${place} must be a JSON object, got another kind of value`);
  const text = textOf(row, fields.textField, place);
  const document = { id: idOf(row, fields.idField, path, number), text };
  return { document, place, replaced: replaced === 0 ? 0 : replacedIn(bytes, fields.textField) };
}

function textOf(row: Row, field: string, place: string): string {
  const name = JSON.stringify(field);
  if (!Object.hasOwn(row, field)) throw new MillraceError('ERR_TEXT_MISSING', `${place}: the row has no field ${name}`);
  const text = row[field];
  if (typeof text === 'string') return text;
  const got = text === null ? 'null' : Array.isArray(text) ? 'an array' : `a value of type ${typeof text}`;
  throw new MillraceError('ERR_TEXT_TYPE', `${place}: field ${name} must be a string, got ${got}`);
}

/** Only what is in the text counts, and not a U+FFFD that the row spells as an escape. */
function replacedIn(bytes: Uint8Array, textField: string): number {
  const text = parseRow(withStandIns(bytes).replace(/\\ufffd/gi, String.raw`\ue000`))?.[textField];
  return typeof text === 'string' ? countReplacements(text) : 0;
}

async function* linesOf(stream: AsyncIterable<Uint8Array>): AsyncGenerator<Line, void> {
  const blocks = new LineBlocks(0, resolveSourceOptions({ lineBytesMax: LINE_BYTES_MAX }));
  let before = 0;
  for await (const bytes of stream) {
    for (const { data } of blocks.push(bytes)) before += yield* linesIn(data, before);
  }
  const rest = blocks.end();
  if (rest !== undefined) yield* linesIn(rest.data, before);
}

/** The lines of a block; returns how many they are. */
function* linesIn(data: Uint8Array, before: number): Generator<Line, number> {
  let count = 0;
  for (let start = 0; start < data.length;) {
    const lineEnd = data.indexOf(LF, start);
    const end = lineEnd === -1 ? data.length : lineEnd;
    count++;
    yield { number: before + count, bytes: data.subarray(start, end) };
    start = end + 1;
  }
  return count;
}
