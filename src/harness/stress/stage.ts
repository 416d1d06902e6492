import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEngine, type Engine } from '../../engine/engine.js';
import type { EngineOptions } from '../../engine/options.js';
import { MockProcess } from '../mock-process.js';
import { Threads } from './chaos.js';
import type { ResolvedStressOptions } from './options.js';

/** With chaos the cache in memory is so small that documents are looked up on disk. */
const CACHED_IN_MEMORY = 256;

/** What a run plays on: engine, mock, threads and cache, taken down in the end whatever happened. */
export class Stage implements AsyncDisposable {
  readonly engine: Engine;
  readonly mock: MockProcess | undefined;
  readonly threads: Threads;
  readonly cacheDir: string | undefined;

  private constructor(engine: Engine, mock: MockProcess | undefined, threads: Threads, cacheDir: string | undefined) {
    this.engine = engine;
    this.mock = mock;
    this.threads = threads;
    this.cacheDir = cacheDir;
  }

  static async set(options: ResolvedStressOptions, signal: AbortSignal): Promise<Stage> {
    const { mode, chaos } = options;
    const mock = mode === 'refine' ? await MockProcess.start(mockArguments(options), signal) : undefined;
    const threads = new Threads(); // Before the engine, whose threads it has to see.
    try {
      const cacheDir = chaos && mode === 'score' ? await mkdtemp(join(tmpdir(), 'millrace-stress-')) : undefined;
      return new Stage(await createEngine(engineOptions(options, cacheDir)), mock, threads, cacheDir);
    } catch (thrown) {
      threads.close();
      await mock?.close();
      throw thrown;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.threads.close();
    await this.engine.close({ drain: false });
    await this.mock?.close();
    if (this.cacheDir !== undefined) await rm(this.cacheDir, { recursive: true, force: true });
  }
}

/** Of the mock that answers the calls of a run. */
function mockArguments({ latencyMs, faults, seed }: ResolvedStressOptions): string[] {
  const shares = Object.entries(faults).map(([fault, share]) => `${fault}=${share.toFixed(9)}`);
  const fail = shares.length > 0 ? ['--fail', shares.join(',')] : [];
  return ['--latency-ms', String(latencyMs), '--seed', String(seed), ...fail];
}

/** Under chaos documents go to the threads, which are what is ended, and through the cache, which is what is damaged. */
function engineOptions(
  { workers, chaos }: ResolvedStressOptions,
  cacheDir: string | undefined,
): EngineOptions & { measures: 'all' } {
  if (!chaos) return { workers, measures: 'all' };
  const reports = { entriesMax: CACHED_IN_MEMORY, l2: false } as const;
  const cache = cacheDir === undefined ? false : { dir: cacheDir, bytesMin: 0, namespaces: { reports } };
  return { workers, measures: 'all', inlineBytesMax: 0, cache };
}
