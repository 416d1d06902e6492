import { MillraceError, fromWireError, isMillraceError } from '../../core/errors.js';
import type { Chunk } from '../../io/chunk.js';
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

/** How rows are read. */
export type RowFields = Pick<RowSettings, 'textField' | 'idField' | 'maxBytes' | 'lineBytesMax'>;

export interface ReadRowsOptions {
  readonly field: string;
  readonly settings: RowFields;
  /** Bytes that are read at a time. */
  readonly blockBytes: number;
  /** Whether there is a row, which is none, where an input breaks off. @defaultValue false */
  readonly hasBreaks?: boolean;
  readonly signal: AbortSignal;
}

/** @throws MillraceError `ERR_USAGE` for an input that can be read only once. */
export function refuseStreams(inputs: readonly Input[]): void {
  const stream = inputs.find(({ kind }) => kind === 'stdin' || kind === 'pipe');
  if (stream === undefined) return;
  const expected = 'with dependsOnField every input must be a file, which can be read twice';
  throw new MillraceError('ERR_USAGE', `${expected}, got ${stream.source}`);
}

/**
 * Reads all inputs once, before they are scored, for the ids and dependencies of their rows.
 *
 * A row counts here if and only if scoring counts it. One that scoring will find no JSON object has neither id nor dependencies.
 * An input that breaks off ends there, as it does when it is scored.
 *
 * @throws MillraceError `ERR_ABORTED`, `ERR_OPTION_RANGE`, `ERR_USAGE` for an input that can be read only once.
 */
export async function readRows(inputs: readonly Input[], options: ReadRowsOptions): Promise<RowTable> {
  const table = new RowTable();
  const reader = new RowReader(table, options);
  for (const input of inputs) {
    table.beginInput();
    await readInput(input, reader, table, options);
  }
  return table;
}

async function readInput(
  input: Input,
  reader: RowReader,
  table: RowTable,
  { settings, blockBytes, hasBreaks = false, signal }: ReadRowsOptions,
): Promise<void> {
  const source = openLineBlocks(input, { chunkBytes: blockBytes, lineBytesMax: settings.lineBytesMax });
  let [position, lines] = [input.kind === 'files' ? input.start : 0, 0];
  try {
    for await (const chunk of source.read(0, signal)) {
      table.beginBlock(chunk.start, lines, chunk.bytes);
      lines += reader.read(chunk);
      position = chunk.end;
      table.checkBytes();
    }
  } catch (thrown) {
    if (!isMillraceError(thrown) || !INPUT_ERRORS.has(thrown.code)) throw thrown;
    if (!hasBreaks) return;
    table.beginBlock(position, lines, 0);
    table.add(position, undefined, []);
  }
}

/** Puts the rows of chunks into a table. */
class RowReader {
  readonly #table: RowTable;
  readonly #options: ReadRowsOptions;

  constructor(table: RowTable, options: ReadRowsOptions) {
    this.#table = table;
    this.#options = options;
  }

  /** Returns the number of lines. */
  read(chunk: Chunk): number {
    switch (chunk.kind) {
      case 'block':
        return this.#readLines(Buffer.from(chunk.data.buffer), chunk.start);
      case 'files':
        for (const [index, { id }] of chunk.paths.entries()) this.#table.add(chunk.start + index, id, []);
        return 0;
      case 'range':
        throw new MillraceError('ERR_INTERNAL', `got a ${chunk.kind} for a block of lines`);
    }
  }

  #readLines(data: Buffer, start: number): number {
    const { lineBytesMax } = this.#options.settings;
    let lines = 0;
    for (let at = 0; at < data.length; lines++) {
      const newline = data.indexOf(LF, at);
      const lineEnd = newline === -1 ? data.length : newline;
      const from = start + at === 0 && data.indexOf(BYTE_ORDER_MARK) === 0 ? BYTE_ORDER_MARK.length : at;
      if (lineEnd - from > lineBytesMax) this.#table.add(start + at, undefined, []);
      else this.#readLine(data.toString('utf8', from, lineEnd), start + at);
      at = lineEnd + 1;
    }
    return lines;
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
