/**
 * Proves that a worker judges a version as this thread would: the report is that of `score`, and the guards object for the same reason
 * with the same figures, for random pairs under random options. And that versions go to the workers in batches, whatever their
 * guards, however idle the engine is, with or without a report in its cache; and how a call ends that cannot be answered.
 */
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { costOf } from '../../src/engine/documents/documents-batch.js';
import { createEngine } from '../../src/engine/engine.js';
import { VersionDocument } from '../../src/engine/documents/version-document.js';
import { GUARD_REASONS } from '../../src/refine/guards/guard.js';
import { objectionTo } from '../../src/refine/guards/objection.js';
import { GUARD_DEFAULTS, resolveGuardOptions } from '../../src/refine/guards/options.js';
import { TextFacts } from '../../src/refine/guards/text-facts.js';
import type { Judged } from '../../src/refine/refinement.js';
import { errorOf } from '../support/outcomes.js';
import { guardOptions, versionPair } from '../support/version-arbitraries.js';

const engine = await createEngine({ workers: 2 });
afterAll(() => engine.close());

const ORIGINAL =
  'The harbour master writes down every ship that enters, and in the evening he counts what he has written.';
const OTHER = 'A fine guide shows how people should see, with parts standing in order and help all readers.';
const LOST = { reason: 'meaning', details: 'content words kept 0.000, at least 0.5 expected' };

function version(
  text: string,
  original = ORIGINAL,
  guards = GUARD_DEFAULTS,
): ConstructorParameters<typeof VersionDocument>[0] {
  return { id: 'v', text, original, guards };
}

describe('a version', () => {
  it('is judged by a worker as it is on this thread, by whatever guards', async () => {
    const reasons = new Set<string>();
    const pair = fc.record({ pair: versionPair(), guards: guardOptions() });
    await fc.assert(
      fc.asyncProperty(fc.array(pair, { minLength: 1, maxLength: 6 }), async (pairs) => {
        const here = pairs.map(({ pair: { original, version: text }, guards }) =>
          version(text, original, resolveGuardOptions('guards', guards)),
        );
        const judged = await Promise.all(here.map((each) => engine.scoreVersion(each)));
        const reports = await Promise.all(here.map(({ id, text }) => engine.score({ id, text })));
        const expected = here.map(({ text, original, guards }, index): Judged => {
          const objection = objectionTo(new TextFacts(text), new TextFacts(original), guards);
          if (objection !== undefined) reasons.add(objection.reason);
          return { report: reports[index]!, objection };
        });
        expect(judged).toEqual(expected);
      }),
      { numRuns: 300 },
    );
    expect([...reasons].sort()).toEqual(Object.keys(GUARD_REASONS).sort());
  });

  it('goes to a worker even while the engine is idle, and many of one turn share a message', async () => {
    const own = await createEngine({ workers: 1 });
    const calls = Array.from({ length: 50 }, (_, index) => {
      const guards = resolveGuardOptions('guards', { meaningMin: index % 2 === 0 ? 0.5 : null });
      return own.scoreVersion(version(OTHER, ORIGINAL, guards));
    });
    const objections = (await Promise.all(calls)).map(({ objection }) => objection);
    expect(objections).toEqual(calls.map((_, index) => (index % 2 === 0 ? LOST : undefined)));
    expect(own.stats()).toMatchObject({ documents: 50, inline: 0, batches: 1 });
    await own.close();
  });

  it('is compared though its report is in the cache, and may share a batch with documents', async () => {
    const own = await createEngine({ workers: 1, cache: { bytesMin: 1 } });
    const calls = [own.scoreVersion(version(OTHER)), own.score({ id: 'd', text: ORIGINAL })] as const;
    const [first, document] = await Promise.all(calls);
    const again = await own.scoreVersion(version(OTHER));
    expect(own.stats().cache).toMatchObject({ l1: 1, miss: 2 });
    expect(again).toEqual(first);
    expect(first.objection).toEqual(LOST);
    expect(document.id).toBe('d');
    await own.close();
  });
});

describe('a call', () => {
  it('is refused for a text that is too large, and for a full queue, in which the original counts', async () => {
    const original = 'x'.repeat(1000);
    const one = version('y', original);
    const cost = costOf(new VersionDocument(one));
    expect(cost).toBe(costOf({ text: 'y' }) + 1000);
    const own = await createEngine({ workers: 1, maxBytes: 100, queueBytesMax: 2 * cost });
    expect((await errorOf(own.scoreVersion(version('x'.repeat(101))))).code).toBe('ERR_DOCUMENT_TOO_LARGE');
    const calls = [1, 2, 3].map(() => own.scoreVersion(one));
    expect((await errorOf(calls[2]!)).code).toBe('ERR_QUEUE_FULL');
    expect((await calls[1]!).report.chars).toBe(1);
    await own.close();
  });

  it('ends with its signal, before and while it waits, and is refused by an engine that is closed', async () => {
    const own = await createEngine({ workers: 1 });
    const controller = new AbortController();
    const waiting = own.scoreVersion(version(OTHER), { signal: controller.signal });
    controller.abort();
    expect((await errorOf(waiting)).code).toBe('ERR_ABORTED');
    const late = own.scoreVersion(version(OTHER), { signal: controller.signal });
    expect((await errorOf(late)).code).toBe('ERR_ABORTED');
    await own.close();
    expect((await errorOf(own.scoreVersion(version(OTHER)))).code).toBe('ERR_CLOSED');
  });
});
