import type { Money } from './account.js';
import type { CallLedger } from './call-ledger.js';
import type { Checkpoint } from './calls.js';
import type { CallLedgerOptions } from './options.js';
import type { Damage } from './recover.js';

/** What is on disk of a run's files when it is opened, in bytes; 0 where there is none. */
export interface WrittenFiles {
  readonly outputBytes: number;
  readonly failedBytes: number;
}

export interface OpenSettings {
  /** Of the partial output and the dead letters; a complete run is not compared with them. */
  readonly files: WrittenFiles;
  readonly options?: CallLedgerOptions;
  /**
   * Tries the dead letters of a complete run again, in a new round, and goes on with a round that was begun.
   * @defaultValue false
   */
  readonly retryFailed?: boolean;
  /** Ends the waits for room in the ledger, with `ERR_ABORTED`. */
  readonly signal?: AbortSignal;
}

export interface Opened {
  readonly state: 'new' | 'resumed';
  readonly ledger: CallLedger;
  /** Cut the outputs to its lengths, and go on there. */
  readonly checkpoint: Checkpoint;
  /** What cannot be read of the ledger. It costs the calls that were recorded there. */
  readonly damage: readonly Damage[];
}

/** All was written before: give the outputs that are still partial their names. */
export interface OpenedComplete {
  readonly state: 'complete';
  readonly checkpoint: Checkpoint;
  readonly money: Money;
}
