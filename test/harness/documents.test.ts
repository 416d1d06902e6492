/**
 * Proves that generated documents are distinct, of the size that was asked for, and the same for the same seed whatever else was
 * made before them, for any seed, size and ordinal; and that they are of mixed quality, by the verdicts of the engine itself.
 */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { FILTER_NAMES } from '../../src/core/filters.js';
import { isFailure } from '../../src/core/report.js';
import { createEngine, type Engine } from '../../src/engine/engine.js';
import { DocumentGenerator, resolveGeneratorOptions, SEED_MAX } from '../../src/harness/documents.js';

const seeds = fc.integer({ min: 0, max: SEED_MAX });
const ordinals = fc.integer({ min: 0, max: 1e7 });
const sizes = fc.integer({ min: 64, max: 20_000 });

describe('generated documents', () => {
  it('are the same for the same seed and ordinal, whichever were made before', () => {
    fc.assert(
      fc.property(seeds, sizes, fc.array(ordinals, { minLength: 1, maxLength: 5 }), (seed, bytes, wanted) => {
        const one = new DocumentGenerator({ seed, bytes });
        const other = new DocumentGenerator({ seed, bytes });
        const texts = wanted.map((ordinal) => one.document(ordinal).text);
        const reversed = wanted.toReversed().map((ordinal) => other.document(ordinal).text);
        expect(reversed.toReversed()).toEqual(texts);
      }),
      { numRuns: 200 },
    );
  });

  it('are as long as they should be, less the rest of a word or phrase', () => {
    fc.assert(
      fc.property(
        seeds,
        ordinals,
        sizes,
        fc.double({ min: 0, max: 0.9, noNaN: true }),
        (seed, ordinal, bytes, spread) => {
          const { text } = new DocumentGenerator({ seed, bytes, spread }).document(ordinal);
          expect(text.isWellFormed()).toBe(true);
          const size = Buffer.byteLength(text);
          expect(size).toBeLessThanOrEqual(Math.max(bytes * (1 + spread) * 1.2 + 60, 40));
          expect(size).toBeGreaterThanOrEqual(Math.min(bytes * (1 - spread) * 0.7 - 200, 1000));
        },
      ),
      { numRuns: 500 },
    );
  });

  it('are distinct, also where they are too short to hold more than their number', () => {
    for (const bytes of [64, 1000]) {
      const texts = new DocumentGenerator({ bytes, seed: 3 }).take(20_000).map(({ text }) => text);
      expect(new Set(texts).size).toBe(20_000);
    }
  });

  it('are others for another seed', () => {
    const texts = [1, 2].map((seed) => new DocumentGenerator({ seed }).take(200).map(({ text }) => text));
    expect(new Set(texts.flat()).size).toBeGreaterThan(390);
  });

  it('have the mean size that was asked for', () => {
    const documents = new DocumentGenerator().take(5000);
    const mean = documents.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0) / documents.length;
    expect(mean).toBeGreaterThan(950);
    expect(mean).toBeLessThan(1050);
  });

  describe('by their reports', () => {
    let engine: Engine;
    beforeAll(async () => {
      engine = await createEngine({ workers: 1 });
    });
    afterAll(() => engine.close());

    it('are partly good and partly bad', async () => {
      const outcomes = await engine.scoreAll(new DocumentGenerator({ seed: 5 }).take(2000));
      const reports = outcomes.flatMap((outcome) => (isFailure(outcome) ? [] : [outcome]));
      expect(reports).toHaveLength(2000);
      for (const filter of FILTER_NAMES) {
        const kept = reports.filter(({ filters }) => filters[filter].keep).length;
        expect(kept, filter).toBeGreaterThan(1000);
        expect(kept, filter).toBeLessThan(1960);
      }
    });
  });
});

describe('the options', () => {
  it.each([
    [{ seed: -1 }, 'generator.seed must be an integer from 0 to 4294967295, got -1'],
    [{ bytes: 10 }, 'generator.bytes must be an integer from 64 to 16777216, got 10'],
    [{ spread: 1 }, 'generator.spread must be a number from 0 to 0.9, got 1'],
    [{ size: 10 }, 'generator.size is not an option; expected one of seed, bytes, spread'],
  ])('%j are refused', (options: object, message) => {
    expect(() => resolveGeneratorOptions(options)).toThrow(message);
  });

  it('come back complete and frozen', () => {
    const resolved = resolveGeneratorOptions({ bytes: 500 });
    expect(resolved).toEqual({ seed: 1, bytes: 500, spread: 0.2 });
    expect(Object.isFrozen(resolved)).toBe(true);
  });
});
