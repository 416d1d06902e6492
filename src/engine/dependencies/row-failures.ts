import type { DocumentId } from '../../core/document.js';
import { MillraceError } from '../../core/errors.js';
import type { Input } from '../../io/input.js';
import type { Csr } from '../graph/csr.js';
import { DocumentFailures } from '../graph/document-failures.js';
import type { RowTable } from './row-table.js';

/** Different errors of rows that others depend on, of some 300 bytes each. */
const ERRORS_MAX = 4096;

/** Which rows of a run fail, by themselves or because of others, as far as that is known: almost all of it before the run. */
export class RowFailures {
  /** For each row those that it depends on. */
  readonly graph: Csr;
  readonly #table: RowTable;
  readonly #inputs: readonly Input[];
  readonly #failures: DocumentFailures;

  /** @throws MillraceError `ERR_OPTION_RANGE` when there are too many dependencies. */
  constructor(table: RowTable, inputs: readonly Input[]) {
    this.#table = table;
    this.#inputs = inputs;
    const missing: (readonly [row: number, id: number])[] = [];
    this.graph = table.takeGraph((row, id) => missing.push([row, id]));
    this.#failures = new DocumentFailures(this.graph, {
      nameOf: (row) => this.#nameOf(row),
      own: (_row, failure) => table.failures[failure]!.error,
      missing: (_row, id) => String(table.ids.idOf(id)),
    });
    for (const [row, failure] of table.failed()) this.#failures.fail(row, failure);
    for (const [row, id] of missing) this.#failures.failMissing(row, id);
    this.#failures.failCycles();
    this.#failures.spread();
  }

  has(row: number): boolean {
    return this.#failures.has(row);
  }

  hasDependants(row: number): boolean {
    return this.#failures.hasDependants(row);
  }

  /** Whether a row is known to fail, and whoever looks at it alone would not find that out. */
  isPassedOver(row: number): boolean {
    if (!this.#failures.has(row)) return false;
    const own = this.#failures.ownDetail(row);
    return own === undefined || this.#table.failures[own]!.isPassedOver;
  }

  /** A row was found to fail by itself. Returns the rows that fail with it. */
  fail(row: number, error: MillraceError): Uint32Array {
    this.#failures.fail(row, this.#table.failureNumber(error, true));
    return this.#failures.spread();
  }

  /** A row was found to fail by itself; whoever depends on it asks `failsForOthers`. Only some errors are kept as they are. */
  note(row: number, error: MillraceError): void {
    if (this.has(row) || !this.hasDependants(row)) return;
    const isKept = this.#table.failures.length < ERRORS_MAX;
    const kept = isKept ? error : new MillraceError(error.code, 'its dead letter says why');
    this.#failures.fail(row, this.#table.failureNumber(kept, true));
  }

  /** Whether a row fails. To be asked when all is known of those that it depends on. */
  failsForOthers(row: number): boolean {
    return this.#failures.failsForOthers(row);
  }

  errorOf(row: number): MillraceError {
    return this.#failures.errorOf(row);
  }

  idOf(row: number): DocumentId | undefined {
    return this.#table.idOf(row);
  }

  #nameOf(row: number): string {
    const id = this.#table.idOf(row);
    if (id !== undefined) return String(id);
    const input = this.#table.inputOf(row);
    return `number ${row - this.#table.rowAt(input, 0)} of ${this.#inputs[input]?.source}`;
  }
}
