import { MillraceError, messageOf, toWireError, type WireError } from '../core/errors.js';
import { Kernel } from './kernel-host.js';

/** This thread's kernel: made when first needed, and made anew after a trap or an outsized document. */
export class KernelSlot {
  readonly #module: WebAssembly.Module;
  readonly #measures: Float64Array;
  #kernel: Kernel | undefined;

  /** @param measures - a `measureRow`. */
  constructor(module: WebAssembly.Module, measures: Float64Array) {
    this.#module = module;
    this.#measures = measures;
  }

  get kernel(): Kernel {
    this.#kernel ??= Kernel.load(this.#measures, this.#module);
    return this.#kernel;
  }

  /** Drops a kernel that an outsized document has blown up; only between batches, since addresses go with it. */
  dropIfOutsized(): void {
    if (this.#kernel?.isOutsized === true) this.#kernel = undefined;
  }

  /** Drops the kernel after it trapped, and says why as the failure of the document it was at. */
  trapped(thrown: unknown): WireError {
    this.#kernel = undefined;
    const message = `the kernel stopped at this document: ${messageOf(thrown)}`;
    return toWireError(new MillraceError('ERR_OUT_OF_MEMORY', message));
  }
}

/** Whether the kernel has stopped by itself, which it does when there is no memory left for a document. */
export function isTrap(thrown: unknown): boolean {
  return thrown instanceof WebAssembly.RuntimeError || thrown instanceof RangeError;
}
