/** `scoreFiles` in a process of its own: the heap of the benchmarks, full of documents, is none of its business. */
import type { MeasureOptions } from '../src/core/measures.js';
import type { RunSummary } from '../src/engine/score-files/options.js';
import { forkBenchFile } from './processes.js';

export interface FileScorerRequest {
  readonly input: string;
  readonly output: string;
  readonly workers: number;
  readonly measures: MeasureOptions;
}

export type FileScorerAnswer = FileScorerRun | { readonly error: string };

export interface FileScorerRun {
  readonly ms: number;
  readonly summary: RunSummary;
}

/** Sends one request after the other; the process stays, so that its start is not timed. */
export class FileScorer {
  readonly #process = forkBenchFile('file-scorer-process.ts');
  #take: (answer: FileScorerAnswer) => void = () => {};

  constructor() {
    this.#process.on('message', (answer: FileScorerAnswer) => {
      this.#take(answer);
    });
    this.#process.once('exit', () => {
      this.#take({ error: 'the process has ended' });
    });
  }

  async run(request: FileScorerRequest): Promise<FileScorerRun> {
    const answer = await new Promise<FileScorerAnswer>((resolve) => {
      this.#take = resolve;
      this.#process.send(request);
    });
    if ('error' in answer) throw new Error(`scoreFiles failed: ${answer.error}`);
    return answer;
  }

  close(): void {
    if (this.#process.connected) this.#process.disconnect();
  }
}
