/** Runs of `refineFiles` as users make them: from file to file, with a ledger, and with a cache that is empty or has all answers. */
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Document } from '../src/core/document.js';
import type { RefineRunOptions } from '../src/engine/refine/options.js';
import { DocumentSet } from './document-set.js';
import { loadRefineFiles } from './millrace.js';

export class RecordedRuns {
  readonly #folder: string;
  readonly #documents: readonly Document[];
  readonly #options: Omit<RefineRunOptions, 'cache'>;
  readonly #inputs = new Map<number, string>();

  /** @param folder - for all that is read and written. */
  constructor(folder: string, documents: readonly Document[], options: Omit<RefineRunOptions, 'cache'>) {
    this.#folder = folder;
    this.#documents = documents;
    this.#options = options;
  }

  /** Has the answers of all documents kept for `again`. */
  async fill(): Promise<void> {
    await this.#run(this.#documents.length, 'filled');
  }

  /** The first `count` documents, with a call for each. */
  async first(count: number): Promise<void> {
    rmSync(join(this.#folder, 'empty'), { recursive: true, force: true });
    const calls = await this.#run(count, 'empty');
    if (calls === 0) throw new Error('answers were found in an empty cache');
  }

  /** The same documents in another run, without a call. */
  async again(count: number): Promise<void> {
    const calls = await this.#run(count, 'filled');
    if (calls > 0) throw new Error(`${calls} answers were not found in the cache`);
  }

  async #run(count: number, cache: 'empty' | 'filled'): Promise<number> {
    const { refineFiles } = await loadRefineFiles();
    const run = join(this.#folder, 'run');
    rmSync(run, { recursive: true, force: true });
    const { documents, failed, calls } = await refineFiles({
      ...this.#options,
      inputs: [this.#inputOf(count)],
      output: join(this.#folder, 'out.jsonl'),
      run,
      cache: { dir: join(this.#folder, cache) },
    });
    if (documents !== count || failed > 0) throw new Error(`${documents} of ${count} documents, ${failed} failed`);
    return calls;
  }

  #inputOf(count: number): string {
    const known = this.#inputs.get(count);
    if (known !== undefined) return known;
    const folder = join(this.#folder, `first-${count}`);
    mkdirSync(folder, { recursive: true });
    const path = new DocumentSet('1 KB', this.#documents.slice(0, count), folder).rowsFile();
    this.#inputs.set(count, path);
    return path;
  }
}
