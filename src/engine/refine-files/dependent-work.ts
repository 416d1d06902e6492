import { fromWireError } from '../../core/errors.js';
import { isPromise } from '../../core/maybe-promise.js';
import type { Input } from '../../io/input.js';
import type { Checkpoint } from '../../ledger/calls/calls.js';
import type { CallLedger } from '../../ledger/calls/call-ledger.js';
import { readRows } from '../dependencies/read-rows.js';
import { RowFailures } from '../dependencies/row-failures.js';
import type { RowTable } from '../dependencies/row-table.js';
import { workOrder } from '../dependencies/work-order.js';
import { BlockReader } from './block-reader.js';
import { earlierFailures } from './earlier-failures.js';
import type { FinishedRows } from './finished-rows.js';
import { Parts } from './parts.js';
import { BLOCK_BYTES, type ReadDocumentsOptions } from './read-documents.js';
import type { Places } from './read-places.js';
import type { Work, WorkItem } from './work.js';

/** Documents that are scored together: so many, or so many bytes of text. */
const BATCH_DOCUMENTS = 256;

export interface DependentWorkSettings {
  readonly inputs: readonly Input[];
  readonly reading: ReadDocumentsOptions;
  /** Field of a row with the ids of the documents that it depends on. */
  readonly field: string;
  readonly rows: FinishedRows;
  /** Undefined: the run is not recorded. */
  readonly ledger: CallLedger | undefined;
  /** The dead-letter file, cut to where the run goes on. */
  readonly failed: string | undefined;
  readonly start: Checkpoint;
}

/**
 * Reads all inputs for what depends on what, and learns what has failed in sessions before; documents are read again when it is
 * their turn.
 *
 * @throws MillraceError as `readRows` and `earlierFailures`.
 */
export async function openDependentWork(settings: DependentWorkSettings): Promise<Work> {
  const { inputs, reading, field, rows, start } = settings;
  const { signal } = reading;
  const table = await readRows(inputs, { field, settings: reading, blockBytes: BLOCK_BYTES, hasBreaks: true, signal });
  const failures = new RowFailures(table, inputs);
  if (settings.ledger !== undefined) await noteEarlier(failures, settings.ledger, settings);
  const parts = new Parts(failures);
  const order = parts.order(start.ordinal, (ordinal) => rows.isOpen(ordinal));
  return { batches: itemsOf(order, new BlockReader(table, inputs, reading)), places: new TablePlaces(table), parts };
}

/** Has the documents that are finished fail as they did, each for the same reason. */
async function noteEarlier(
  failures: RowFailures,
  ledger: CallLedger,
  { rows, failed, start, reading: { signal } }: DependentWorkSettings,
): Promise<void> {
  let isAny = false;
  for await (const { ordinal, ...error } of earlierFailures(ledger, failed, signal)) {
    if (error.code === 'ERR_DEPENDENCY_FAILED') continue; // found out below
    failures.note(ordinal, fromWireError(error));
    isAny = true;
  }
  if (!isAny) return;
  const isFinished = (ordinal: number): boolean => ordinal < start.ordinal || rows.state(ordinal) === 'finished';
  for (const ordinal of workOrder(failures.graph, 0, (each) => failures.has(each))) {
    if (isFinished(ordinal)) failures.failsForOthers(ordinal);
  }
}

async function* itemsOf(order: Iterable<number>, reader: BlockReader): AsyncGenerator<readonly WorkItem[], void> {
  let items: WorkItem[] = [];
  let bytes = 0;
  try {
    for (const ordinal of order) {
      const found = reader.document(ordinal);
      const input = isPromise(found) ? await found : found;
      items.push({ ordinal, input });
      if (input.kind === 'document') bytes += input.bytes;
      if (items.length < BATCH_DOCUMENTS && bytes < BLOCK_BYTES) continue;
      yield items;
      items = [];
      bytes = 0;
    }
    if (items.length > 0) yield items;
  } finally {
    await reader.close();
  }
}

/** The table says where every document is, so a checkpoint need not. */
class TablePlaces implements Places {
  readonly #table: RowTable;
  #inputBytes = 0;

  constructor(table: RowTable) {
    this.#table = table;
  }

  get inputBytes(): number {
    return this.#inputBytes;
  }

  at(ordinal: number): Checkpoint['place'] {
    this.#inputBytes = this.#table.bytesBefore(ordinal);
    return {};
  }
}
