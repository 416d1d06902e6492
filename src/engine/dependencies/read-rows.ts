import { MillraceError, fromWireError, isMillraceError } from '../../core/errors.js';
import type { Input } from '../../io/input.js';
import { openLineBlocks } from '../../io/source.js';
import type { RowSettings } from '../../workers/protocol.js';
import { textMissing, textNotString, tooLarge } from '../../workers/row-errors.js';
import { INPUT_ERRORS } from '../input-errors.js';
import { dependencyIds, isId, malformedDependencies } from './dependency-ids.js';
import { RowTable } from './row-table.js';

const LF = 0x0a;
const BYTE_ORDER_MARK = Buffer.from('\ufeff');

/** Of a string of so many UTF-16 units, the UTF-8 has at most three times as many bytes. */
const UTF8_BYTES_PER_UNIT_MAX = 3;

export interface ReadRowsOptions {
  readonly field: string;
  readonly settings: RowSettings;
  /** Bytes that are read at a time. */
  readonly blockBytes: number;
  readonly signal: AbortSignal;
}

/**
 * Reads all inputs once, before they are scored, for the ids and dependencies of their rows.
 *
 * A row counts here if and only if scoring counts it. One that scoring will find no JSON object has neither id nor dependencies.
 * An input that breaks off ends there, as it does when it is scored.
 *
 * @throws MillraceError `ERR_ABORTED`, `ERR_OPTION_RANGE`.
 */
export async function readRows(inputs: readonly Input[], options: ReadRowsOptions): Promise<RowTable> {
  const table = new RowTable();
  const reader = new RowReader(table, options);
  for (const input of inputs) {
    table.beginInput();
    if (input.kind === 'files') {
      for (const [index, { id }] of input.files.entries()) table.add(input.start + index, id, []);
      table.checkBytes();
    } else {
      await readInput(input, reader, table, options);
    }
  }
  return table;
}

async function readInput(
  input: Exclude<Input, { readonly kind: 'files' }>,
  reader: RowReader,
  table: RowTable,
  { settings, blockBytes, signal }: ReadRowsOptions,
): Promise<void> {
  const source = openLineBlocks(input, { chunkBytes: blockBytes, lineBytesMax: settings.lineBytesMax });
  try {
    for await (const chunk of source.read(0, signal)) {
      if (chunk.kind !== 'block') throw new MillraceError('ERR_INTERNAL', `got a ${chunk.kind} for a block of lines`);
      reader.readBlock(Buffer.from(chunk.data.buffer), chunk.start);
      table.checkBytes();
    }
  } catch (thrown) {
    if (!isMillraceError(thrown) || !INPUT_ERRORS.has(thrown.code)) throw thrown;
  }
}

/** Puts the rows of blocks of lines into a table. */
class RowReader {
  readonly #table: RowTable;
  readonly #options: ReadRowsOptions;

  constructor(table: RowTable, options: ReadRowsOptions) {
    this.#table = table;
    this.#options = options;
  }

  readBlock(data: Buffer, start: number): void {
    const { lineBytesMax } = this.#options.settings;
    for (let at = 0; at < data.length;) {
      const newline = data.indexOf(LF, at);
      const lineEnd = newline === -1 ? data.length : newline;
      const from = start + at === 0 && data.indexOf(BYTE_ORDER_MARK) === 0 ? BYTE_ORDER_MARK.length : at;
      if (lineEnd - from > lineBytesMax) this.#table.add(start + at, undefined, []);
      else this.#readLine(data.toString('utf8', from, lineEnd), start + at);
      at = lineEnd + 1;
    }
  }

  #readLine(line: string, position: number): void {
    if (isBlank(line)) return;
    const row = parseObject(line);
    const { field, settings } = this.#options;
    const id = row && ownValue(row, settings.idField);
    const given = row && ownValue(row, field);
    const dependsOn = dependencyIds(given);
    this.#table.add(position, isId(id) ? id : undefined, dependsOn ?? []);
    if (row === undefined) return;
    const unscored = this.#textFailure(ownValue(row, settings.textField));
    if (unscored !== undefined) this.#table.fail(unscored, false);
    else if (dependsOn === undefined) this.#table.fail(malformedDependencies(field, given), true);
  }

  /** What scoring will find wrong with the text. */
  #textFailure(text: unknown): MillraceError | undefined {
    const { settings } = this.#options;
    if (text === undefined) return fromWireError(textMissing(settings));
    if (typeof text !== 'string') return fromWireError(textNotString(settings, kindOf(text)));
    const mayBeTooLarge = text.length * UTF8_BYTES_PER_UNIT_MAX > settings.maxBytes;
    return mayBeTooLarge && Buffer.byteLength(text) > settings.maxBytes ? fromWireError(tooLarge(settings)) : undefined;
  }
}

/** A line that scoring passes over: nothing but JSON's white space. */
function isBlank(line: string): boolean {
  return /^[ \t\r]*$/.test(line);
}

function parseObject(line: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function ownValue(row: Record<string, unknown>, name: string): unknown {
  return Object.hasOwn(row, name) ? row[name] : undefined;
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
