import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { MillraceError } from '../core/errors.js';
import { MEASURE_DEFAULTS } from '../core/measures.js';
import { SLOT_COUNT } from './kernel/report-slots.js';
import { SETTING_SLOTS } from './kernel/setting-slots.js';
import { FIELD_BYTES } from './kernel/row-template.js';
import { measureRow } from './measure-row.js';
import { rejectionFields, rowTemplate } from './row-template.js';

const KERNEL_FILE = new URL('./kernel/kernel.wasm', import.meta.url);

/** A kernel whose memory an outsized document has grown beyond this is replaced, since WebAssembly memory never shrinks. */
const MEMORY_KEPT_BYTES = 128 * 1024 * 1024;

/** Functions of the kernel; addresses and lengths are numbers, addresses from 2 GiB on come back negative. */
const FUNCTIONS = [
  'initialise',
  'layOut',
  'outputAddress',
  'settingsAddress',
  'takeTemplate',
  'scoreUnits',
  'rejectedAddress',
  'reportAddress',
  'limitRows',
  'configureOutput',
  'configureRejection',
  'nameRows',
  'takeRejectionFields',
  'rejectionCountsAddress',
  'rejectedOutputEnd',
  'finishRow',
  'setFieldNames',
  'startLines',
  'nextRow',
  'textAddress',
  'textBytes',
  'hashAddress',
  'measureRow',
  'takeReport',
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
  'getRowTextStart',
  'getRowTextEnd',
  'getRowObjectEnd',
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
  #report: Float64Array | undefined;

  /** Doubles of a report's row. */
  readonly reportSlots: number;
  /** Bytes of a report's row. */
  readonly reportBytes: number;

  private constructor(exports: KernelExports, measures: Float64Array) {
    this.exports = exports;
    this.#bytes = new Uint8Array(exports.memory.buffer);
    const seeds = new BigUint64Array(new Uint8Array(randomBytes(16)).buffer);
    exports.initialise(seeds[0] ?? 1n, seeds[1] ?? 1n);
    new Float64Array(exports.memory.buffer, exports.settingsAddress() >>> 0, measures.length).set(measures);
    this.reportSlots = measures[SETTING_SLOTS] ?? 0;
    this.reportBytes = this.reportSlots * Float64Array.BYTES_PER_ELEMENT;
    this.#takeTable((template) => exports.takeTemplate(template.length / FIELD_BYTES), rowTemplate(this.reportSlots));
    this.#takeTable(() => exports.takeRejectionFields(), rejectionFields());
  }

  /** Has room taken for a permanent table, which may grow memory, and fills it. */
  #takeTable(take: (table: Uint8Array) => number, table: Uint8Array): void {
    const address = take(table) >>> 0;
    this.bytes.set(table, address);
  }

  /** A new instance of the kernel that measures by a `measureRow`. */
  static load(measures = measureRow(MEASURE_DEFAULTS), module = compileKernel()): Kernel {
    const { exports } = new WebAssembly.Instance(module, {});
    if (!isKernel(exports))
      throw new MillraceError('ERR_INTERNAL', `${KERNEL_FILE.href} is not the kernel of this version`);
    return new Kernel(exports, measures);
  }

  get bytes(): Uint8Array {
    if (this.#bytes.length === 0) this.#bytes = new Uint8Array(this.exports.memory.buffer); // detached by growth
    return this.#bytes;
  }

  /** Whether an outsized document has blown this instance up. */
  get isOutsized(): boolean {
    return this.bytes.length > MEMORY_KEPT_BYTES;
  }

  /** Lays out room for input and both outputs and returns the input's address. Traps when there is not so much memory. */
  layOut(inputBytes: number, outputBytes: number, rejectedBytes = 0): number {
    this.#inputAddress = this.exports.layOut(inputBytes, outputBytes, rejectedBytes) >>> 0;
    return this.#inputAddress;
  }

  get inputAddress(): number {
    return this.#inputAddress;
  }

  get outputAddress(): number {
    return this.exports.outputAddress() >>> 0;
  }

  get rejectedAddress(): number {
    return this.exports.rejectedAddress() >>> 0;
  }

  /** The doubles of the report of the document that was measured last, while memory does not grow. */
  get report(): Float64Array {
    const { buffer } = this.exports.memory;
    if (this.#report?.buffer !== buffer)
      this.#report = new Float64Array(buffer, this.exports.reportAddress() >>> 0, SLOT_COUNT);
    return this.#report;
  }

  /** Adds how many rows were rejected for each reason to `counts`, and begins anew. */
  takeRejections(counts: Uint32Array): void {
    const address = this.exports.rejectionCountsAddress() >>> 0;
    const taken = new Uint32Array(this.exports.memory.buffer, address, counts.length);
    for (const [reason, count] of taken.entries()) counts[reason] = (counts[reason] ?? 0) + count;
    taken.fill(0);
  }

  /** Scores one text on the spot; the row of doubles is valid until the next call. */
  scoreText(text: string): Float64Array {
    const input = this.layOut(text.length * UNIT_BYTES, this.reportBytes);
    const output = this.outputAddress;
    writeUnits(Buffer.from(this.bytes.buffer, input), text, 0);
    this.exports.scoreUnits(input, text.length, output);
    return new Float64Array(this.bytes.buffer, output, this.reportSlots);
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
