import type { Outcome } from './accounts.js';

/** Told how an arrival ended; to be called once for each. */
export type OnOutcome = (arrival: number, outcome: Outcome) => void;

/** What is put under load. */
export interface Target {
  /**
   * Takes the document of an arrival and returns at once; how it ended is told later, or before this returns. Never throws: what
   * cannot be taken ends with an error code.
   */
  offer(arrival: number): void;
  /** Ends the target. What it has not told of by then is lost. */
  close(): Promise<void>;
}

/** Makes a target that tells of its outcomes. */
export type OpenTarget = (onOutcome: OnOutcome) => Promise<Target>;
