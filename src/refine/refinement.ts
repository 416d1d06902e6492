import type { DocumentId } from '../core/document.js';
import { MillraceError } from '../core/errors.js';
import type { Failure, Report } from '../core/report.js';
import { answerTokensFor } from './answer-tokens.js';
import { parseAnswer } from './answer.js';
import { fenceTag } from './fence.js';
import type { Objection } from './guards/guard.js';
import type { RefinePlan } from './plan.js';
import { promptFor } from './prompt.js';
import type { Completion, Usage } from './providers/provider.js';
import { essentialNumbers, type RefinedRow, type Step, type Stopped } from './row.js';

/** A document that was scored, before it is refined. */
export interface ScoredDocument {
  readonly id: DocumentId;
  readonly text: string;
  readonly report: Report;
}

/** Call a model with this, then `answered` or `failed`. */
export interface Ask {
  readonly kind: 'ask';
  /** From 1. */
  readonly iteration: number;
  readonly strategy: string;
  readonly system: string;
  readonly user: string;
  readonly maxTokens: number;
}

/** Score this text and compare it with the original, then `scored`. */
export interface ToScore {
  readonly kind: 'score';
  readonly text: string;
}

/** Nothing is left to do. */
export interface Done {
  readonly kind: 'done';
  readonly row: RefinedRow;
}

/** A text that was scored and compared. */
export interface Judged {
  readonly report: Report;
  /** What the guards have against it; undefined for nothing. */
  readonly objection: Objection | undefined;
}

/** What a refinement needs next. */
export type Move = Ask | ToScore | Done;

/** What a call took, with its retries. */
export interface Spent {
  /** Requests that were sent. */
  readonly calls: number;
  /** US dollars, or `null` for a model without a price. */
  readonly usd: number | null;
  /** Tokens that the provider counted, where it did. */
  readonly usage: Usage | undefined;
}

/** A text with what it was scored. */
interface Version {
  readonly text: string;
  readonly report: Report;
  readonly score: number;
}

/**
 * One document on its way through its iterations: a state machine without I/O, driven by whoever calls and scores.
 *
 *   ask ── answered ──▶ score ── scored ──▶ ask …
 *    │        │ (no document in it)           │
 *    └─ failed ──▶ done ◀──────────────────────┘ gate, no gain, limit, nothing left to ask
 *
 * It keeps the best version, and a version is better only if its score gained at least `gainMin` on the best one before and no
 * guard objects to how it differs from the original; so a document never leaves with a lower score than it came with. With the
 * same plan, document, answers and reports it makes the same moves: a run that is resumed replays it.
 */
export class Refinement {
  readonly #plan: RefinePlan;
  readonly #id: DocumentId;
  readonly #original: Version;
  readonly #steps: Step[] = [];
  readonly #asked = new Set<string>();
  readonly #failed = new Set<string>();
  #best: Version;
  #withoutGain = 0;
  #calls = 0;
  #inputTokens = 0;
  #outputTokens = 0;
  #usd: number | null = 0;
  /** Of the prompt that was asked last. */
  #strategy = '';
  #tag = '';
  #move: Move;

  constructor({ id, text, report }: ScoredDocument, plan: RefinePlan) {
    this.#plan = plan;
    this.#id = id;
    this.#original = { text, report, score: plan.score(report) };
    this.#best = this.#original;
    this.#move = report.tokens === 0 && !plan.gate(report) ? this.#done('empty') : this.#askOrStop();
  }

  /** What to do now. It stays the same until the outcome is told. */
  next(): Move {
    return this.#move;
  }

  /** The call that was asked for has an answer. */
  answered(completion: Pick<Completion, 'text' | 'finish'>, spent: Spent): Move {
    this.#expect('ask');
    this.#spend(spent);
    const parsed = parseAnswer(completion, this.#tag, this.#best.text);
    if (parsed.kind === 'rejected') return this.#withoutVersion({ outcome: 'rejected', reason: parsed.reason });
    if (parsed.text === this.#best.text) return this.#withoutVersion({ outcome: 'unchanged' });
    return (this.#move = { kind: 'score', text: parsed.text });
  }

  /**
   * The call that was asked for has no answer and will have none. `ERR_BUDGET` and `ERR_ABORTED` say that it is not to be made,
   * which is no iteration.
   */
  failed({ code }: MillraceError, spent: Spent = NOTHING_SPENT): Move {
    this.#expect('ask');
    this.#spend(spent);
    if (code === 'ERR_BUDGET') return (this.#move = this.#done('budget'));
    if (code === 'ERR_ABORTED') return (this.#move = this.#done('aborted'));
    this.#steps.push({ strategy: this.#strategy, outcome: 'failed', reason: code });
    return (this.#move = this.#done('failed'));
  }

  /** The text that was to be scored has been judged, or cannot be. */
  scored(outcome: Judged | Failure): Move {
    const { text } = this.#expect('score');
    if ('error' in outcome) return this.#withoutVersion({ outcome: 'unscored', reason: outcome.error.code });
    const { report, objection } = outcome;
    const score = this.#plan.score(report);
    const gain = score - this.#best.score;
    if (!(gain > 0 && gain >= this.#plan.options.gainMin)) return this.#withoutVersion({ outcome: 'no_gain', score });
    if (objection !== undefined) return this.#withoutVersion({ outcome: 'rolled_back', ...objection, score });
    this.#best = { text, report, score };
    this.#withoutGain = 0;
    return this.#step({ outcome: 'kept', score });
  }

  /** The iteration brought no version that is kept: its strategy is not asked again. */
  #withoutVersion(step: Omit<Step, 'strategy'>): Move {
    this.#failed.add(this.#strategy);
    this.#withoutGain++;
    return this.#step(step);
  }

  #step(step: Omit<Step, 'strategy'>): Move {
    this.#steps.push({ strategy: this.#strategy, ...step });
    return (this.#move = this.#askOrStop());
  }

  #askOrStop(): Ask | Done {
    const { gate, options, strategies } = this.#plan;
    const { text, report } = this.#best;
    if (gate(report)) return this.#done('gate');
    if (this.#steps.length >= options.iterations) return this.#done('iterations');
    if (this.#withoutGain >= options.noGainMax) return this.#done('no_gain');
    const strategy = strategies.choose(report, { asked: this.#asked, failed: this.#failed });
    if (strategy === undefined) return this.#done('exhausted');
    const maxTokens = answerTokensFor(report.bytes, options.answerTokensMax);
    if (maxTokens === undefined) return this.#done('too_long');
    this.#strategy = strategy.name;
    this.#asked.add(strategy.name);
    this.#tag = fenceTag(text, options.seed);
    const prompt = promptFor(strategy, text, report, this.#tag);
    return { kind: 'ask', iteration: this.#steps.length + 1, strategy: strategy.name, ...prompt, maxTokens };
  }

  #spend({ calls, usd, usage }: Spent): void {
    this.#calls += calls;
    this.#inputTokens += usage?.inputTokens ?? 0;
    this.#outputTokens += usage?.outputTokens ?? 0;
    this.#usd = this.#usd === null || usd === null ? null : this.#usd + usd;
  }

  #done(stopped: Stopped): Done {
    const row: RefinedRow = {
      id: this.#id,
      text: this.#best.text,
      accepted: this.#best !== this.#original,
      iterations: this.#steps.length,
      stopped,
      before: essentialNumbers(this.#original.report, this.#original.score),
      after: essentialNumbers(this.#best.report, this.#best.score),
      calls: this.#calls,
      usage: { inputTokens: this.#inputTokens, outputTokens: this.#outputTokens, usd: this.#usd },
      steps: this.#steps,
    };
    return { kind: 'done', row };
  }

  #expect<K extends Move['kind']>(kind: K): Extract<Move, { kind: K }> {
    if (isMove(this.#move, kind)) return this.#move;
    throw new MillraceError('ERR_INTERNAL', `a refinement that waits for ${this.#move.kind} was told of ${kind}`);
  }
}

const NOTHING_SPENT: Spent = { calls: 0, usd: 0, usage: undefined };

function isMove<K extends Move['kind']>(move: Move, kind: K): move is Extract<Move, { kind: K }> {
  return move.kind === kind;
}
