/**
 * The kernel with the complete report and statistics on texts that are written to be slow.
 *
 * Time must grow with the text and no faster: what a byte takes at the largest size, over what it takes at the smallest. Each input has
 * a kernel of its own, scored once untimed, so that no time is spent on memory that is touched for the first time.
 */
import { performance } from 'node:perf_hooks';
import type { Kernel } from '../src/workers/kernel-host.js';
import * as slots from '../src/workers/kernel/report-slots.js';
import { HOSTILE_INPUTS, type HostileInput, type HostileText } from '../test/support/hostile-inputs.js';
import type { BenchContext } from './context.js';
import { kernelFor } from './millrace.js';
import type { PartResult } from './part.js';
import { formatNumber, type Table } from './table.js';

const MB = 1e6;
const SIZES: readonly number[] = [MB, 4 * MB, 16 * MB];

/** Beyond this ratio time grows faster than the text: tables that no longer fit into a cache stay below it. */
const RATIO_MAX = 2.5;
/** Beyond this a text is suspiciously slow at any size. */
const NS_PER_BYTE_MAX = 200;

interface HostileResult {
  readonly name: string;
  /** For each size in turn: the fastest run, which what else the machine does disturbs least. */
  readonly nsPerByte: readonly number[];
  /** What a byte takes at the largest size over what it takes at the smallest. */
  readonly ratio: number;
  readonly isSuspicious: boolean;
}

export async function benchHostile(context: BenchContext): Promise<PartResult> {
  const sizes = SIZES.map((bytes) => context.count(bytes));
  const results: HostileResult[] = [];
  for (const input of HOSTILE_INPUTS) results.push(await measure(input, sizes, context.rounds));
  return { tables: [tableOf(results, sizes)], budgets: [], data: { sizes, results } };
}

async function measure(input: HostileInput, sizes: readonly number[], rounds: number): Promise<HostileResult> {
  const kernel = await kernelFor({ measures: 'all', stats: true });
  const nsPerByte = sizes.map((size) => fastest(kernel, input, size, rounds));
  const ratio = (nsPerByte.at(-1) ?? Number.NaN) / (nsPerByte[0] ?? Number.NaN);
  const isSuspicious = ratio > RATIO_MAX || nsPerByte.some((ns) => ns > NS_PER_BYTE_MAX);
  return { name: input.name, nsPerByte, ratio, isSuspicious };
}

function fastest(kernel: Kernel, input: HostileInput, size: number, rounds: number): number {
  const made = input.make(size);
  check(input.name, kernel.scoreText(made.text), made);
  globalThis.gc?.();
  let ms = Infinity;
  for (let round = 0; round < rounds; round++) {
    const started = performance.now();
    kernel.scoreText(made.text);
    ms = Math.min(ms, performance.now() - started);
  }
  return (ms * 1e6) / made.bytes;
}

/** Refuses to time a report that is wrong in what is known of the text beforehand. */
function check(name: string, row: Float64Array, { bytes, chars, words, lines }: HostileText): void {
  const expected: readonly (readonly [string, number, number])[] = [
    ['bytes', slots.SLOT_BYTES, bytes],
    ['chars', slots.SLOT_CHARS, chars],
    ['words', slots.SLOT_WORDS, words],
    ['lines', slots.SLOT_LINES, lines],
  ];
  for (const [field, slot, count] of expected) {
    if (row[slot] !== count) throw new Error(`${name}: ${field} is ${row[slot]}, expected ${count}: nothing is timed`);
  }
}

function tableOf(results: readonly HostileResult[], sizes: readonly number[]): Table {
  const marks = `ratio > ${RATIO_MAX} or > ${NS_PER_BYTE_MAX} ns/byte`;
  return {
    title: `Hostile inputs: ns per byte of the complete report with statistics; ! where ${marks}`,
    header: ['', ...sizes.map((size) => `${formatNumber(size / MB)} MB`), 'ratio', ''],
    rows: results.map(({ name, nsPerByte, ratio, isSuspicious }) => [
      name,
      ...nsPerByte.map(formatNumber),
      formatNumber(ratio),
      isSuspicious ? '!' : '',
    ]),
  };
}
