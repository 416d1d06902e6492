import { MillraceError, messageOf, toWireError, type WireError } from '../core/errors.js';
import { Kernel } from './kernel-host.js';
import type { ReportCache } from './report-cache.js';
import type { TextHasher } from './text-hasher.js';
import type { ThreadServices } from './thread-services.js';
import { TimedReportCache } from './timed-report-cache.js';

/** This thread's kernel, with what works in its memory: made when first needed, and anew after a trap or an outsized document. */
export class KernelSlot {
  readonly #module: WebAssembly.Module;
  readonly #measures: Float64Array;
  readonly #services: ThreadServices;
  #kernel: Kernel | undefined;
  #hasher: TextHasher | undefined;
  #cache: TimedReportCache | undefined;

  /** @param measures - a `measureRow`. */
  constructor(module: WebAssembly.Module, measures: Float64Array, services: ThreadServices = NO_SERVICES) {
    this.#module = module;
    this.#measures = measures;
    this.#services = services;
  }

  get kernel(): Kernel {
    this.#kernel ??= Kernel.load(this.#measures, this.#module);
    return this.#kernel;
  }

  /** Hashes what stands in the memory of the `kernel`. */
  get hasher(): TextHasher {
    this.#hasher ??= this.#services.hasherIn?.(this.kernel);
    if (this.#hasher === undefined) throw new MillraceError('ERR_INTERNAL', 'the thread was given nothing that hashes');
    return this.#hasher;
  }

  /** The cache of the texts in the memory of the `kernel`, if there is one. */
  get cache(): ReportCache | undefined {
    const { cacheIn } = this.#services;
    if (cacheIn !== undefined) this.#cache ??= new TimedReportCache(cacheIn(this.kernel));
    return this.#cache;
  }

  /** The time in the cache since this was last asked for, about; that of a kernel that was dropped is lost. */
  takeCacheMs(): number {
    return this.#cache?.takeMs() ?? 0;
  }

  /** Drops a kernel that an outsized document has blown up; only between batches, since addresses go with it. */
  dropIfOutsized(): void {
    if (this.#kernel?.isOutsized === true) this.#drop();
  }

  /** Drops the kernel after it trapped, and says why as the failure of the document it was at. */
  trapped(thrown: unknown): WireError {
    this.#drop();
    const message = `the kernel stopped at this document: ${messageOf(thrown)}`;
    return toWireError(new MillraceError('ERR_OUT_OF_MEMORY', message));
  }

  #drop(): void {
    this.#kernel = undefined;
    this.#hasher = undefined;
    this.#cache = undefined;
  }
}

const NO_SERVICES: ThreadServices = { hasherIn: undefined, cacheIn: undefined, comparer: undefined, end: undefined };

/** Whether the kernel has stopped by itself, which it does when there is no memory left for a document. */
export function isTrap(thrown: unknown): boolean {
  return thrown instanceof WebAssembly.RuntimeError || thrown instanceof RangeError;
}
