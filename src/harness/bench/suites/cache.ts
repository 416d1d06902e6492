/** What a hit costs: a look-up in memory beside a bare `Map`, and reports of large texts from the cache beside scoring them. */
import { createCache } from '../../../cache/create-cache.js';
import type { Document } from '../../../core/document.js';
import { isFailure } from '../../../core/report.js';
import { createEngine, type Engine } from '../../../engine/engine.js';
import type { BenchDocuments } from '../documents.js';
import { operations, scaled, scoring, type OpenSuite, type Suite, type SuiteContext } from '../suite.js';
import { checkSame } from './baselines.js';

export const CACHE_SUITE: Suite = { name: 'cache', title: 'Cache', seconds: 10, open };

/** Names that checks look for. */
export const CACHED = 'reports of 64 KB texts, all of them hits';
export const SCORED = 'the same texts scored';
const HIT = 'key and hit in memory, a document each';
const MAP = 'Map, by the text itself';

const MAP_NOTE =
  'A string keeps its hash: only the first look-up reads the text, while a key is made of its bytes each time.';

const ENTRIES = 5_000;
/** Each look-up takes a microsecond or two: a run goes over the entries so often. */
const PASSES = 10;
/** From 64 KiB on the cache is asked for complete reports. */
const LARGE_BYTES = 66_000;

async function open(context: SuiteContext): Promise<OpenSuite> {
  const { workers, signal } = context;
  const small = context.documents.first(scaled(ENTRIES, context, 100));
  const large = context.documents.joined(LARGE_BYTES);
  const cache = await createCache();
  const lookUps = cache.namespace('reports');
  const plain = new Map<string, object>();
  const keys = lookUps.keyMaker({ stage: 'bench' });
  for (const { text } of small.documents) {
    const value = { bytes: text.length };
    plain.set(text, value);
    await lookUps.set(keys.of(text), value);
  }
  const cached = await createEngine({ workers, cache: { bytesMin: 0 } });
  const scored = await createEngine({ workers });
  const passes = scaled(PASSES, context, 1);
  const lookUpEach = async (find: (text: string) => unknown): Promise<void> => {
    for (let pass = 0; pass < passes; pass++) {
      for (const { text } of small.documents) {
        const found = find(text);
        if (found instanceof Promise) await found;
      }
    }
  };
  return {
    cases: [
      operations({ name: HIT, against: [MAP] }, context, passes * small.count, () =>
        lookUpEach((text) => lookUps.get(keys.of(text))),
      ),
      operations({ name: MAP, role: 'baseline', note: MAP_NOTE }, context, passes * small.count, () =>
        lookUpEach((text) => plain.get(text)),
      ),
      scoring({ name: CACHED, against: [SCORED] }, context, large, () => cached.scoreAll(large.documents, { signal })),
      scoring({ name: SCORED, role: 'baseline' }, context, large, () => scored.scoreAll(large.documents, { signal })),
    ],
    check: async () => {
      await checkLookUps(small.documents, (text) => lookUps.get(keys.of(text)));
      await checkReports(large, cached, scored, signal);
    },
    close: async () => {
      await cached.close();
      await scored.close();
      await cache.close();
    },
  };
}

async function checkLookUps(documents: readonly Document[], find: (text: string) => unknown): Promise<void> {
  for (const { text } of documents) {
    const hit = await find(text);
    const value: unknown = typeof hit === 'object' && hit !== null ? Reflect.get(hit, 'value') : undefined;
    const bytes: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, 'bytes') : undefined;
    checkSame('what the cache holds', bytes, text.length);
  }
}

/** The first time fills the cache; the second one is all hits, and the same reports. */
async function checkReports(
  { documents }: BenchDocuments,
  cached: Engine,
  scored: Engine,
  signal: AbortSignal,
): Promise<void> {
  const expected = await scored.scoreAll(documents, { signal });
  for (const outcome of expected) if (isFailure(outcome)) throw outcome.error;
  for (let time = 0; time < 2; time++) {
    const found = await cached.scoreAll(documents, { signal });
    checkSame('reports from the cache', JSON.stringify(found), JSON.stringify(expected));
  }
  const { l1, l2, l3, miss } = cached.stats().cache;
  checkSame('texts found in the cache', l1 + l2 + l3, documents.length);
  checkSame('texts not found in the cache', miss, documents.length);
}
