import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { MillraceError } from '../core/errors.js';
import { SLOT_COUNT } from './kernel/report-slots.js';

const KERNEL_FILE = new URL('./kernel/kernel.wasm', import.meta.url);

/** Bytes of a report's row of doubles. */
export const REPORT_BYTES = SLOT_COUNT * Float64Array.BYTES_PER_ELEMENT;

/** A kernel whose memory an outsized document has grown beyond this is replaced, since WebAssembly memory never shrinks. */
const MEMORY_KEPT_BYTES = 128 * 1024 * 1024;

/** Functions of the kernel; addresses and lengths are numbers, addresses from 2 GiB on come back negative. */
const FUNCTIONS = [
  'initialise',
  'layOut',
  'outputAddress',
  'scoreDocument',
  'scoreUnits',
  'configureRows',
  'setFieldNames',
  'startLines',
  'nextRow',
  'scoreFile',
  'emptyOutput',
  'outputEnd',
  'lineIdPosition',
  'rowLine',
  'rowStart',
  'rowEnd',
  'textBytesScored',
  'getRowErrorAt',
  'getRowIdKind',
  'getRowIdStart',
  'getRowIdEnd',
  'getRowTextKind',
] as const;

type KernelFunctions = Record<(typeof FUNCTIONS)[number], (...args: readonly (number | bigint)[]) => number>;
interface KernelExports extends KernelFunctions {
  readonly memory: WebAssembly.Memory;
}

let compiled: WebAssembly.Module | undefined;

/** The compiled kernel. One is enough for a process: threads share the code of a module that is sent to them. */
export function compileKernel(): WebAssembly.Module {
  compiled ??= new WebAssembly.Module(readFileSync(KERNEL_FILE));
  return compiled;
}

/**
 * One instance of the scoring kernel and the views on its memory.
 *
 * Not shared between threads. A trap (out of memory) leaves an instance unusable: drop it and load another.
 */
export class Kernel {
  readonly exports: KernelExports;
  /** All of the kernel's memory; read it anew after every call that may grow memory. */
  #bytes: Uint8Array;
  #inputAddress = 0;

  private constructor(exports: KernelExports) {
    this.exports = exports;
    this.#bytes = new Uint8Array(exports.memory.buffer);
    const seeds = new BigUint64Array(new Uint8Array(randomBytes(16)).buffer);
    exports.initialise(seeds[0] ?? 1n, seeds[1] ?? 1n);
  }

  /** A new instance of the kernel. */
  static load(module = compileKernel()): Kernel {
    const { exports } = new WebAssembly.Instance(module, {});
    if (!isKernel(exports))
      throw new MillraceError('ERR_INTERNAL', `${KERNEL_FILE.href} is not the kernel of this version`);
    return new Kernel(exports);
  }

  get bytes(): Uint8Array {
    if (this.#bytes.length === 0) this.#bytes = new Uint8Array(this.exports.memory.buffer); // detached by growth
    return this.#bytes;
  }

  /** Whether an outsized document has blown this instance up. */
  get isOutsized(): boolean {
    return this.bytes.length > MEMORY_KEPT_BYTES;
  }

  /** Lays out room for input and output and returns the input's address. Traps when there is not so much memory. */
  layOut(inputBytes: number, outputBytes: number): number {
    this.#inputAddress = this.exports.layOut(inputBytes, outputBytes) >>> 0;
    return this.#inputAddress;
  }

  get inputAddress(): number {
    return this.#inputAddress;
  }

  get outputAddress(): number {
    return this.exports.outputAddress() >>> 0;
  }

  /** Scores one text on the spot; the row of doubles is valid until the next call. */
  scoreText(text: string): Float64Array {
    const input = this.layOut(text.length * UNIT_BYTES, REPORT_BYTES);
    const output = this.outputAddress;
    writeUnits(Buffer.from(this.bytes.buffer, input), text, 0);
    this.exports.scoreUnits(input, text.length, output);
    return new Float64Array(this.bytes.buffer, output, SLOT_COUNT);
  }
}

/** Bytes of a UTF-16 unit. */
export const UNIT_BYTES = 2;

/** Writes a text as the UTF-16 that the kernel reads; returns the bytes written. */
export function writeUnits(target: Buffer, text: string, at: number): number {
  return target.write(text, at, 'utf16le');
}

function isKernel(exports: WebAssembly.Exports): exports is WebAssembly.Exports & KernelExports {
  return (
    exports['memory'] instanceof WebAssembly.Memory && FUNCTIONS.every((name) => typeof exports[name] === 'function')
  );
}
