import { isMillraceError, MillraceError, messageOf } from '../../core/errors.js';
import type { Failure } from '../../core/report.js';
import type { RefinePlan } from '../../refine/plan.js';
import { Refinement, type Ask, type Judged, type Move, type ScoredDocument } from '../../refine/refinement.js';
import type { RefinedRow } from '../../refine/row.js';
import type { Version } from '../documents/version-document.js';
import type { Asked, CallPlace, Completions } from './completions.js';

/** Scores one version of a document and compares it with the original. */
export type ScoreVersion = (version: Version, signal: AbortSignal) => Promise<Judged>;

/** What documents took together. */
export interface RefineCounts {
  documents: number;
  /** Documents that passed the gate as they came. */
  fastPath: number;
  accepted: number;
  /** Versions that a guard did not let pass. */
  rolledBack: number;
  calls: number;
  retries: number;
  /** Answers that were there, or given to several documents. */
  shared: number;
  inputTokens: number;
  cachedInputTokens: number;
  outputTokens: number;
  /** `null` when a model had no price. */
  usd: number | null;
}

/** Nothing done yet. */
export const NO_COUNTS: Readonly<RefineCounts> = Object.freeze({
  documents: 0,
  fastPath: 0,
  accepted: 0,
  rolledBack: 0,
  calls: 0,
  retries: 0,
  shared: 0,
  inputTokens: 0,
  cachedInputTokens: 0,
  outputTokens: 0,
  usd: 0,
});

/** Where a document stands. */
export interface RefinePlace {
  readonly ordinal: number;
  readonly signal: AbortSignal;
  /** Answers that it had in an earlier session, in the order of its prompts: they are not asked for again. @defaultValue none */
  readonly answers?: readonly Asked[];
}

/** What became of a document. */
export interface Refined {
  readonly row: RefinedRow;
  /** Why its last call failed for good; undefined when none did. */
  readonly error: MillraceError | undefined;
}

/** Documents under way for each call in flight: some are scored meanwhile, some wait for their next attempt. */
const UNDER_WAY_PER_CALL = 2;
const UNDER_WAY_MIN = 256;

/** Drives documents through their iterations: asks, has versions scored, and counts what that took. */
export class Refiner {
  readonly #plan: RefinePlan;
  readonly #completions: Completions;
  readonly #score: ScoreVersion;
  readonly #underWayMax: number;
  readonly counts: RefineCounts = { ...NO_COUNTS };
  #underWay = 0;
  #wakeProducer: (() => void) | undefined;

  /** @param concurrency - calls that may be in flight. */
  constructor(plan: RefinePlan, completions: Completions, score: ScoreVersion, concurrency: number) {
    this.#plan = plan;
    this.#completions = completions;
    this.#score = score;
    this.#underWayMax = concurrency * UNDER_WAY_PER_CALL + UNDER_WAY_MIN;
  }

  /**
   * Whether documents enough are under way to keep every call busy. More would only wait, each with its prompt, and be copied
   * about by the collector of garbage: 64 thousand of them cost twice as much as all else.
   */
  get isFull(): boolean {
    return this.#underWay >= this.#underWayMax;
  }

  /** Resolves when it is full no longer. For the one who begins documents. */
  async room(): Promise<void> {
    while (this.isFull) await new Promise<void>((resolve) => (this.#wakeProducer = resolve));
  }

  /** @throws MillraceError `ERR_ABORTED`; whatever ends the run. */
  async refine(document: ScoredDocument, place: RefinePlace): Promise<Refined> {
    this.#underWay++;
    try {
      return await this.#refine(document, place);
    } finally {
      this.#underWay--;
      if (!this.isFull) this.#wakeProducer?.();
    }
  }

  async #refine(document: ScoredDocument, { ordinal, signal, answers = NO_ANSWERS }: RefinePlace): Promise<Refined> {
    const refinement = new Refinement(document, this.#plan);
    let move: Move = refinement.next();
    let answered = 0;
    let retriesBefore = 0;
    let failure: MillraceError | undefined;
    while (move.kind !== 'done') {
      if (move.kind === 'score') {
        move = refinement.scored(await this.#scoreVersion(document, move.text, ordinal, signal));
        continue;
      }
      const asked = answers[answered] ?? (await this.#ask(move, { ordinal, answers: answered, retriesBefore, signal }));
      if (asked instanceof MillraceError) {
        move = refinement.failed(asked);
        continue;
      }
      retriesBefore += asked.retries;
      const { completion, error, spent } = asked;
      this.counts.shared += asked.isShared ? 1 : 0;
      this.counts.retries += asked.retries;
      this.counts.cachedInputTokens += spent.usage?.cachedInputTokens ?? 0;
      if (completion === undefined) {
        failure = error ?? noOutcome();
        move = refinement.failed(failure, spent);
      } else {
        answered++;
        move = refinement.answered(completion, spent);
      }
    }
    this.#count(move.row);
    return { row: move.row, error: failure };
  }

  /** `ERR_BUDGET` ends the document, not the run: others may need no call. */
  async #ask(ask: Ask, place: CallPlace): Promise<Asked | MillraceError> {
    try {
      return await this.#completions.ask(ask, place);
    } catch (thrown) {
      if (isMillraceError(thrown) && thrown.code === 'ERR_BUDGET') return thrown;
      throw thrown;
    }
  }

  async #scoreVersion(
    { id, text: original }: ScoredDocument,
    text: string,
    ordinal: number,
    signal: AbortSignal,
  ): Promise<Judged | Failure> {
    try {
      return await this.#score({ id, text, original, guards: this.#plan.options.guards }, signal);
    } catch (thrown) {
      if (!isMillraceError(thrown) || FINAL_CODES.has(thrown.code)) throw thrown;
      return { error: thrown, source: 'version', ordinal, id };
    }
  }

  #count({ stopped, iterations, accepted, calls, usage, steps }: RefinedRow): void {
    const { counts } = this;
    counts.documents++;
    if (stopped === 'gate' && iterations === 0) counts.fastPath++;
    if (accepted) counts.accepted++;
    for (const { outcome } of steps) if (outcome === 'rolled_back') counts.rolledBack++;
    counts.calls += calls;
    counts.inputTokens += usage.inputTokens;
    counts.outputTokens += usage.outputTokens;
    counts.usd = counts.usd === null || usage.usd === null ? null : counts.usd + usage.usd;
  }
}

const NO_ANSWERS: readonly Asked[] = Object.freeze([]);

/** Errors of scoring that are not the version's. */
const FINAL_CODES: ReadonlySet<string> = new Set(['ERR_ABORTED', 'ERR_CLOSED', 'ERR_INTERNAL']);

function noOutcome(): MillraceError {
  return new MillraceError('ERR_INTERNAL', messageOf('a call has neither a completion nor an error'));
}
