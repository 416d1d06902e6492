/** What every part of the benchmarks is given. */
import type { MeasureOptions } from '../src/core/measures.js';
import { cutDocuments, skewedSizes, uniformSizes } from './corpus.js';
import { DocumentSet } from './document-set.js';
import type { RealText } from './text.js';
import { Wc } from './wc.js';

const KB = 1024;

/** Documents of 1 KB for one timed run in memory: some 0.3 s. */
const DOCUMENTS = 100_000;

/** `--quick` measures with this much less. */
const QUICK_DIVISOR = 5;

export interface ContextOptions {
  readonly text: RealText;
  readonly measures: MeasureOptions;
  /** An empty folder for everything that is written. */
  readonly folder: string;
  readonly seed: number;
  readonly rounds: number;
  readonly quick: boolean;
}

export class BenchContext {
  readonly text: RealText;
  /** What the parts have measured. */
  readonly measures: MeasureOptions;
  readonly folder: string;
  readonly seed: number;
  /** Timed runs of each contestant. */
  readonly rounds: number;
  /** Undefined on a machine without one. */
  readonly wc: Wc | undefined;
  readonly #divisor: number;

  constructor({ text, measures, folder, seed, rounds, quick }: ContextOptions) {
    this.text = text;
    this.measures = measures;
    this.folder = folder;
    this.seed = seed;
    this.rounds = rounds;
    this.wc = Wc.find(folder);
    this.#divisor = quick ? QUICK_DIVISOR : 1;
  }

  /** A number of documents, fewer with `--quick`. */
  count(full: number): number {
    return Math.ceil(full / this.#divisor);
  }

  /** About 100 MB, or `factor` times that, of distinct documents of `kilobytes` KB each. */
  uniformSet(kilobytes: number, factor = 1): DocumentSet {
    const count = this.count((DOCUMENTS * factor) / kilobytes);
    return this.#set(`${kilobytes} KB`, uniformSizes(count, kilobytes * KB));
  }

  /** As many bytes of distinct documents of 1 KB, 1 % of them 100 KB, which make half of the bytes. */
  skewedSet(factor = 1): DocumentSet {
    const count = this.count((DOCUMENTS * factor) / 2);
    return this.#set('1 KB, 1 % 100 KB', skewedSizes(count, KB, this.seed));
  }

  #set(name: string, sizes: readonly number[]): DocumentSet {
    const texts = cutDocuments(this.text.bytes, sizes, this.seed);
    const documents = texts.map((text, index) => ({ id: `document-${index}`, text }));
    return new DocumentSet(name, documents, this.folder);
  }
}
