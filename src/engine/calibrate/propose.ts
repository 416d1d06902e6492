import { FILTER_NAMES, type AllThresholds, type FilterName } from '../../core/filters.js';
import type {
  EstimatedShare,
  GateProposal,
  Proposals,
  ThresholdCalibration,
  ThresholdProposal,
} from './calibration.js';
import { CHECKS, fails, type Check } from './checks.js';
import { slotOf } from './fields.js';
import { Gate, jointLevels } from './joint.js';
import type { Reservoir } from './reservoir.js';
import { thresholdOf, withThresholds } from './thresholds.js';
import { isDroppedByRule } from './totals.js';

/**
 * The main scores. A higher one is better; of `miair` that is what a refinement raises, though an even text without repetition
 * has less of it.
 */
const GATE_FIELDS = ['documentation.overall', 'entropy.aggregate', 'coherence', 'miair'] as const;

/** Rounding must not make 900 of 1000 documents one more. */
const COUNT_TOLERANCE = 1e-9;

interface CheckGate {
  readonly check: Check;
  readonly gate: Gate;
}

/** Finds gates that keep a share of the documents of a sample. */
export class Proposer {
  readonly #sample: Reservoir;
  readonly #filters: AllThresholds;
  readonly #dropMax: number;
  readonly #checks: readonly CheckGate[];

  /**
   * @param filters - the thresholds that the documents were judged by.
   * @param keep - the share, between 0 and 1.
   */
  constructor(sample: Reservoir, filters: AllThresholds, keep: number) {
    this.#sample = sample;
    this.#filters = filters;
    this.#dropMax = sample.length - Math.ceil(sample.length * keep - COUNT_TOLERANCE);
    this.#checks = CHECKS.map((check) => ({ check, gate: new Gate(check.bound, this.#judgedColumn(check)) }));
  }

  /** The threshold that keeps the share alone, for the check at a place in `CHECKS`. */
  alone(index: number): ThresholdCalibration['alone'] {
    const gate = this.#checks[index]!.gate;
    const { levels, dropped } = jointLevels([gate], this.#none(), this.#dropMax);
    const value = gate.isFlat ? undefined : gate.thresholdAt(levels[0]!);
    return value === undefined ? null : { value, kept: this.#kept(dropped) };
  }

  proposals(): Proposals {
    const [gates, gatesTogether] = this.#expressions();
    return {
      together: this.#together(FILTER_NAMES),
      filters: {
        gopher_quality: this.#together(['gopher_quality']),
        gopher_repetition: this.#together(['gopher_repetition']),
        c4_quality: this.#together(['c4_quality']),
        fineweb_quality: this.#together(['fineweb_quality']),
      },
      gates,
      gatesTogether,
    };
  }

  /** All checks of these filters that are on. A number that is the same everywhere says nothing, and its threshold stays. */
  #together(filters: readonly FilterName[]): ThresholdProposal {
    const checks = this.#checks.filter(
      ({ check }) => filters.includes(check.filter) && thresholdOf(this.#filters, check) !== null,
    );
    const gates = checks.map(({ gate }) => gate);
    const { levels, dropped } = jointLevels(gates, this.#droppedByRules(filters), this.#dropMax);
    const changes = checks.flatMap(({ check, gate }, index): [Check, number][] => {
      const value = this.#isKept(check, gate) ? undefined : gate.thresholdAt(levels[index]!);
      return value === undefined ? [] : [[check, value]];
    });
    return { kept: this.#kept(dropped), filters: withThresholds(this.#filters, changes) };
  }

  /** Whether the threshold stays as it is: no document tells what it should be, and none is dropped by it. */
  #isKept(check: Check, gate: Gate): boolean {
    const [value, threshold] = [gate.sorted[0], thresholdOf(this.#filters, check)];
    return gate.isFlat && (value === undefined || threshold === null || !fails(check.bound, value, threshold));
  }

  #expressions(): [gates: GateProposal[], together: GateProposal | null] {
    const fields = GATE_FIELDS.map((path) => ({ path, gate: new Gate('min', this.#sample.column(slotOf(path))) }));
    const known = fields.filter(({ gate }) => !gate.isFlat);
    const proposal = (chosen: typeof known): GateProposal => {
      const gates = chosen.map(({ gate }) => gate);
      const { levels, dropped } = jointLevels(gates, this.#none(), this.#dropMax);
      const conditions = chosen.map(({ path, gate }, index) => this.#condition(path, gate, levels[index]!));
      return { expression: conditions.join(' and '), kept: this.#kept(dropped) };
    };
    return [known.map((field) => proposal([field])), known.length === 0 ? null : proposal(known)];
  }

  /** A document without the number passes, as it does a filter. */
  #condition(path: string, gate: Gate, level: number): string {
    const condition = `${path} >= ${gate.thresholdAt(level) ?? 0}`;
    return gate.sorted.length < this.#sample.length ? `(${path} == null or ${condition})` : condition;
  }

  #kept(dropped: number): EstimatedShare {
    const { length, isComplete } = this.#sample;
    return estimatedShare(length === 0 ? 0 : 1 - dropped / length, isComplete ? Infinity : length);
  }

  /** What a check compares, but for documents that a rule of its filter drops before. */
  #judgedColumn({ filter, slot }: Check): Float64Array {
    const { rows, width } = this.#sample;
    const column = this.#sample.column(slot);
    for (let row = 0; row < column.length; row++) if (isDroppedByRule(filter, rows, row * width)) column[row] = NaN;
    return column;
  }

  #droppedByRules(filters: readonly FilterName[]): Uint8Array {
    const { rows, width } = this.#sample;
    return this.#none().map((_, row) => Number(filters.some((filter) => isDroppedByRule(filter, rows, row * width))));
  }

  #none(): Uint8Array {
    return new Uint8Array(this.#sample.length);
  }
}

/** @param n - size of the sample, `Infinity` for all documents. */
export function estimatedShare(share: number, n: number): EstimatedShare {
  return { share, standardError: Math.sqrt((share * (1 - share)) / n) };
}
