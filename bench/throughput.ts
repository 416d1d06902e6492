/** Documents and bytes per time, and their table. */
import { interleave, median, type Contestant, type Timing } from './measure.js';
import { formatNumber, type Table } from './table.js';

/** The work of a run: how many documents, of how many text bytes altogether. */
export interface Load {
  readonly documents: number;
  readonly bytes: number;
}

export interface LoadedContestant extends Contestant {
  readonly load: Load;
}

export interface Throughput extends Load {
  readonly name: string;
  /** A time for each round. */
  readonly ms: readonly number[];
  /** Of the median, 10^6 bytes. */
  readonly megabytesPerSecond: number;
  readonly documentsPerMinute: number;
  /** Busy time of the main thread, median; undefined where that says nothing. */
  readonly mainThreadUsPerDocument: number | undefined;
}

/** Rows of one table: contestants that were measured in the same rounds. */
export interface Comparison {
  readonly name: string;
  readonly rows: readonly Throughput[];
}

export async function compare(
  name: string,
  contestants: readonly LoadedContestant[],
  rounds: number,
): Promise<Comparison> {
  const timings = await interleave(contestants, rounds);
  return { name, rows: timings.map((timing, index) => throughputOf(timing, contestants[index]!.load)) };
}

/**
 * How many times the MB/s of the baseline; undefined when either was not measured.
 *
 * The median of the rounds' ratios: what slows the machine down for a while slows both sides of a round.
 */
export function ratioIn(comparison: Comparison | undefined, subject: string, baseline: string): number | undefined {
  const [above, below] = [subject, baseline].map((name) => comparison?.rows.find((row) => row.name === name));
  if (above === undefined || below === undefined) return undefined;
  return median(above.ms.map((ms, round) => above.bytes / ms / (below.bytes / below.ms[round]!)));
}

/** A row for each contestant; a column `× …` compares it with the baseline of that name. */
export function throughputTable(title: string, comparison: Comparison, baselines: readonly string[]): Table {
  const { name, rows } = comparison;
  const [first] = rows;
  const columns: Column[] = [
    ['MB/s', (row) => row.megabytesPerSecond],
    ['min', (row) => megabytesPerSecond(row, Math.max(...row.ms))],
    ['max', (row) => megabytesPerSecond(row, Math.min(...row.ms))],
    ['docs/min', (row) => row.documentsPerMinute],
    ['µs/doc', (row) => (median(row.ms) / row.documents) * 1e3],
    ['main µs/doc', (row) => row.mainThreadUsPerDocument],
    ...baselines.map((baseline): Column => [`× ${baseline}`, (row) => ratioIn(comparison, row.name, baseline)]),
  ];
  const filled = columns.filter(([, value]) => rows.some((row) => value(row) !== undefined));
  return {
    title: `${title}: ${formatNumber(first?.documents)} documents of ${name}, ${formatNumber((first?.bytes ?? 0) / 1e6)} MB`,
    header: ['', ...filled.map(([heading]) => heading)],
    rows: rows.map((row) => [row.name, ...filled.map(([, value]) => formatNumber(value(row)))]),
  };
}

type Column = readonly [heading: string, value: (row: Throughput) => number | undefined];

function throughputOf({ name, ms, mainThreadMs }: Timing, { documents, bytes }: Load): Throughput {
  const msMedian = median(ms);
  return {
    name,
    documents,
    bytes,
    ms,
    megabytesPerSecond: megabytesPerSecond({ bytes }, msMedian),
    documentsPerMinute: (documents / msMedian) * 60_000,
    mainThreadUsPerDocument: mainThreadMs.length === 0 ? undefined : (median(mainThreadMs) / documents) * 1e3,
  };
}

function megabytesPerSecond({ bytes }: Pick<Load, 'bytes'>, ms: number): number {
  return bytes / ms / 1e3;
}
