/** What all that is measured of the cache holds: the complete reports, with statistics, of distinct documents. */
import { createHash } from 'node:crypto';
import type { Entry, Key } from '../src/cache/tier.js';
import type { Report } from '../src/core/report.js';
import type { BenchContext } from './context.js';
import { cutDocuments, uniformSizes } from './corpus.js';
import { loadEngine } from './millrace.js';

const HOUR_MS = 3_600_000;

export interface CacheEntry {
  /** The key for those who take any string. */
  readonly id: string;
  readonly text: string;
  readonly key: Key;
  readonly entry: Entry;
  readonly report: Report;
}

/** Keys are sixteen characters, checks as well; entries are there for an hour. */
export async function makeCacheEntries(context: BenchContext, count: number): Promise<CacheEntry[]> {
  const { createEngine } = await loadEngine();
  const texts = cutDocuments(context.text.bytes, uniformSizes(count, 1024), context.seed);
  const engine = await createEngine({ measures: 'all', stats: true });
  const reports: Report[] = [];
  try {
    for (const [index, text] of texts.entries()) reports.push(await engine.score({ id: `document-${index}`, text }));
  } finally {
    await engine.close();
  }
  return reports.map((report, index) => makeEntry(report, texts[index]!));
}

function makeEntry(report: Report, text: string): CacheEntry {
  const hash = createHash('sha256').update(text).digest().toString('latin1');
  const [id, check] = [hash.slice(0, 16), hash.slice(16)];
  const bytes = JSON.stringify(report).length;
  const entry = { check, value: report, expiresAtMs: Date.now() + HOUR_MS, bytes, name: undefined, tags: [] };
  return { id, text, key: { digest: id, check: () => check }, entry, report };
}
