import { isFailure, type Report } from '../../core/report.js';
import { CALLER_DEFAULTS } from '../../refine/caller/options.js';
import { estimate, type EstimateSample } from '../../refine/estimate.js';
import { makeRefinePlan, type RefinePlan } from '../../refine/plan.js';
import { Refinement } from '../../refine/refinement.js';
import { seededRandom } from '../../core/random.js';
import { createEngine, type Engine } from '../engine.js';
import { gateOf } from '../refine/gate.js';
import type { RefineEstimate, RefineFilesOptions } from './options.js';
import { planRun } from './plan-run.js';
import { readDocuments, type InputBatch, type ReadDocument } from './read-documents.js';
import { readSettings } from './read-settings.js';

/** Documents that are looked at: all of so many, of more a random sample. */
const SAMPLE_MAX = 10_000;

/**
 * What a run of the same options would need: calls, tokens, money and time. Reads all inputs, and scores all of up to 10,000
 * documents, of more a uniform random sample. Nothing is sent and nothing is written.
 *
 * A sample has each document with the same probability and is drawn before documents are scored: Vitter 1985, algorithm R. It
 * depends on the inputs and the seed.
 *
 * @throws MillraceError as `refineFiles`, but for what its ledger, its outputs and its calls throw.
 */
export async function estimateRefineFiles(options: RefineFilesOptions): Promise<RefineEstimate> {
  const { run: _run, retryFailed: _retryFailed, ...others } = options;
  const { resolved, inputs, prices, asOf } = await planRun(others);
  const { refining, workers, maxBytes, concurrency } = resolved;
  const gate = await gateOf(refining.gate, 'gate');
  const plan = await makeRefinePlan(refining.refine, (report: Report) => gate(report));
  const signal = options.signal ?? new AbortController().signal;
  const reading = { ...readSettings(resolved), stdin: options.stdin ?? process.stdin, signal };
  const sample = new PromptSample(plan, seededRandom(refining.refine.seed));
  const engine = await createEngine({ workers, maxBytes, asOf });
  try {
    for await (const batch of readDocuments(inputs, reading)) await sample.look(batch, engine, signal);
  } finally {
    await engine.close({ drain: false });
  }
  const counted = sample.counted();
  const expected = estimate(counted, {
    iterations: refining.refine.iterations,
    maxTokens: refining.refine.answerTokensMax,
    price: prices.first.price,
    concurrency,
    limits: options.limits ?? CALLER_DEFAULTS.limits,
  });
  return { ...expected, inputDocuments: counted.documents, model: prices.first.name };
}

/** Bytes of the prompt that a document would be sent with; none of one that passes the gate. */
interface PromptBytes {
  readonly text: number;
  readonly prompt: number;
  readonly system: number;
}

/** The documents that are looked at. */
class PromptSample {
  readonly #plan: RefinePlan;
  readonly #random: () => number;
  /** `undefined`: it would not be sent. */
  readonly #looked: (PromptBytes | undefined)[] = [];
  #seen = 0;

  constructor(plan: RefinePlan, random: () => number) {
    this.#plan = plan;
    this.#random = random;
  }

  /** Scores those of the batch that get into the sample, and so come in the place of others where it is full. */
  async look({ documents }: InputBatch, engine: Pick<Engine, 'scoreAll'>, signal: AbortSignal): Promise<void> {
    const drawn: { readonly input: ReadDocument; readonly place: number }[] = [];
    for (const input of documents) {
      if (input.kind !== 'document') continue;
      const seen = this.#seen++;
      const place = seen < SAMPLE_MAX ? seen : Math.floor(this.#random() * (seen + 1));
      if (place < SAMPLE_MAX) drawn.push({ input, place });
    }
    const outcomes = await engine.scoreAll(
      drawn.map(({ input }) => input.document),
      { signal },
    );
    for (const [index, { input, place }] of drawn.entries()) {
      const outcome = outcomes[index];
      if (outcome !== undefined) this.#looked[place] = isFailure(outcome) ? undefined : this.#promptOf(input, outcome);
    }
  }

  counted(): EstimateSample {
    const sent = this.#looked.filter((each) => each !== undefined);
    const sum = (bytes: (each: PromptBytes) => number): number => sent.reduce((total, each) => total + bytes(each), 0);
    return {
      documents: this.#seen,
      sampled: this.#looked.length,
      failing: sent.length,
      textBytes: sum(({ text }) => text),
      promptBytes: sum(({ prompt }) => prompt),
      systemBytes: sum(({ system }) => system),
    };
  }

  #promptOf({ document, bytes }: ReadDocument, report: Report): PromptBytes | undefined {
    const move = new Refinement({ id: report.id, text: document.text, report }, this.#plan).next();
    if (move.kind !== 'ask') return undefined;
    const system = Buffer.byteLength(move.system);
    return { text: bytes, prompt: system + Buffer.byteLength(move.user), system };
  }
}
