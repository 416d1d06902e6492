/**
 * The built kernel's functions as they are: addresses and numbers, no document, no host class in between.
 *
 * Needs dist/workers/kernel/kernel.wasm, which the build makes.
 */
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';

const KERNEL_FILE = resolve(import.meta.dirname, '../../dist/workers/kernel/kernel.wasm');
const PAGE_BYTES = 65536;
/** The kernel's functions may read and write this far past a buffer. */
const PADDING_BYTES = 64;

interface WasmMemory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}

/** What is used here of the WebAssembly API, which Node's types leave to the DOM's. */
declare const WebAssembly: {
  instantiate(bytes: Uint8Array): Promise<{ instance: { exports: Readonly<Record<string, unknown>> } }>;
  Memory: new (descriptor: { initial: number }) => WasmMemory;
};

/** The kernel's functions, by their names there; numbers are unsigned. */
export interface RawKernel {
  readonly memory: WasmMemory;
  /** All of memory, until it grows. */
  bytes(): Uint8Array;
  /** The address of `byteLength` zeroed bytes and their padding, above everything that the kernel has. Grows memory. */
  scratch(byteLength: number): number;

  classOf(codePoint: number): number;
  lowerOf(codePoint: number): number;

  decode(address: number): number;
  encode(codePoint: number, out: number): number;
  widthOf(lead: number): number;
  isWellFormed(start: number, end: number): boolean;
  copyWellFormed(start: number, end: number, out: number): number;
  replacements(): number;
  resetReplacements(): void;
  noteReplacement(): void;

  formatNumber(value: number, out: number): number;
  formatInteger(value: bigint, out: number): number;
}

/** A new instance of the built kernel. */
export async function loadRawKernel(): Promise<RawKernel> {
  const { instance } = await WebAssembly.instantiate(await readFile(KERNEL_FILE));
  const { exports } = instance;
  const memory = memoryOf(exports);
  const classOf = functionOf(exports, 'classOf');
  const lowerOf = functionOf(exports, 'lowerOf');
  const decode = functionOf(exports, 'decode');
  const encode = functionOf(exports, 'encode');
  const widthOf = functionOf(exports, 'widthOf');
  const isWellFormed = functionOf(exports, 'isWellFormed');
  const copyWellFormed = functionOf(exports, 'copyWellFormed');
  const replacements = functionOf(exports, 'replacements');
  const resetReplacements = functionOf(exports, 'resetReplacements');
  const noteReplacement = functionOf(exports, 'noteReplacement');
  const formatNumber = functionOf(exports, 'formatNumber');
  const formatInteger = functionOf(exports, 'formatInteger');
  return {
    memory,
    bytes: () => new Uint8Array(memory.buffer),
    scratch: (byteLength) => memory.grow(Math.ceil((byteLength + PADDING_BYTES) / PAGE_BYTES)) * PAGE_BYTES,
    classOf: (codePoint) => unsigned(classOf(codePoint)),
    lowerOf: (codePoint) => unsigned(lowerOf(codePoint)),
    decode: (address) => unsigned(decode(address)),
    encode: (codePoint, out) => unsigned(encode(codePoint, out)),
    widthOf: (lead) => unsigned(widthOf(lead)),
    isWellFormed: (start, end) => isWellFormed(start, end) !== 0,
    copyWellFormed: (start, end, out) => unsigned(copyWellFormed(start, end, out)),
    replacements: () => unsigned(replacements()),
    resetReplacements: () => void resetReplacements(),
    noteReplacement: () => void noteReplacement(),
    formatNumber: (value, out) => unsigned(formatNumber(value, out)),
    formatInteger: (value, out) => unsigned(formatInteger(value, out)),
  };
}

type KernelFunction = (...args: readonly (number | bigint)[]) => unknown;

function functionOf(exports: Readonly<Record<string, unknown>>, name: string): KernelFunction {
  const found = exports[name];
  if (!isFunction(found)) throw new TypeError(`${KERNEL_FILE} must export the function ${name}, got ${typeof found}`);
  return found;
}

function isFunction(value: unknown): value is KernelFunction {
  return typeof value === 'function';
}

function memoryOf(exports: Readonly<Record<string, unknown>>): WasmMemory {
  const found = exports['memory'];
  if (!(found instanceof WebAssembly.Memory)) throw new TypeError(`${KERNEL_FILE} must export its memory`);
  return found;
}

/** WebAssembly hands a u32 over as a signed number. */
function unsigned(value: unknown): number {
  if (typeof value !== 'number') throw new TypeError(`the kernel must return a number, got ${typeof value}`);
  return value >>> 0;
}
