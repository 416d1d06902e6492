/**
 * Proves whole runs against the real engine, short ones: the books of a run hold and its result is plain JSON, a process that may not
 * look at itself has criteria that are not measured, bad inputs are refused before anything arrives, an aborted run leaves nothing
 * behind, and under chaos nothing is lost, repeated or changed.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { StressProgress } from '../../../src/harness/stress/result.js';
import { runStress } from '../../../src/harness/stress/stress.js';
import { FakeProbe } from '../../support/fake-probe.js';
import { tempFolder } from '../../io/temp-folder.js';

describe('a stress run', () => {
  const folder = tempFolder();

  it('has one outcome for each arrival, and a result that is plain JSON', async () => {
    const phases = new Set<StressProgress['phase']>();
    const result = await runStress({
      minutes: 0.01,
      ratePerMinute: 60_000,
      workers: 1,
      onProgress: ({ phase }) => phases.add(phase),
    });
    expect(result.counts).toEqual({ arrived: 600, endedWell: 600, failed: 0, shed: 0, outstanding: 0, repeated: 0 });
    expect(result.latency?.count).toBe(600);
    expect(result.criteria.map(({ name }) => name)).toEqual([
      ...['throughput', 'errors', 'memoryGrowth', 'cpu', 'crowd', 'single', 'batch', 'exactlyOnce'],
    ]);
    expect(result.holds).toBe(false); // Half a second says nothing of memory.
    expect(result.calls).toBeNull();
    expect(JSON.parse(JSON.stringify(result))).toEqual(result);
    expect([...phases]).toEqual(['probes', 'arrivals', 'last outcomes']);
  });

  it('says what is not measured where the system does not let the process look at itself', async () => {
    const blind = (): FakeProbe =>
      Object.assign(new FakeProbe(), { cpu: null, machine: null, bytes: null, files: null });
    const options = { minutes: 0.01, ratePerMinute: 6000, workers: 1 };
    const { criteria } = await runStress(options, { openProbe: blind });
    const verdicts = Object.fromEntries(criteria.map(({ name, verdict }) => [name, verdict]));
    expect(verdicts).toMatchObject({
      memoryGrowth: 'not measured',
      cpu: 'not measured',
      crowd: 'not measured',
      single: 'met',
    });
    for (const { note } of criteria.filter(({ name }) => name === 'memoryGrowth' || name === 'cpu')) {
      expect(note).toContain('the system does not tell');
    }
  });

  it('draws its documents from the inputs', async () => {
    const path = join(folder, 'in.jsonl');
    await writeFile(path, '{"body":"One text."}\n{"body":"Another text."}\n');
    const options = { inputs: [path], textField: 'body', minutes: 0.005, ratePerMinute: 6000, workers: 1 };
    const { texts, counts } = await runStress(options);
    expect(texts).toBe(2);
    expect(counts).toMatchObject({ arrived: 30, endedWell: 30 });
  });

  it('refuses inputs without a document', async () => {
    const path = join(folder, 'in.jsonl');
    await writeFile(path, '{"other":1}\n');
    await expect(runStress({ inputs: [path] })).rejects.toMatchObject({ code: 'ERR_INPUT_NOT_FOUND' });
    await expect(runStress({ inputs: [join(folder, 'none.jsonl')] })).rejects.toMatchObject({
      code: 'ERR_INPUT_NOT_FOUND',
    });
  });

  it('ends when it is aborted while documents arrive', async () => {
    const controller = new AbortController();
    const run = runStress({
      minutes: 1,
      ratePerMinute: 6000,
      workers: 1,
      signal: controller.signal,
      onProgress: ({ phase, sample }) => {
        if (phase === 'arrivals' && sample !== null) controller.abort();
      },
    });
    await expect(run).rejects.toMatchObject({ code: 'ERR_ABORTED' });
    expect(process.listenerCount('worker')).toBe(0);
  });

  it('loses, repeats and changes nothing while threads end, the cache is damaged and the event loop is blocked', async () => {
    const result = await runStress({ minutes: 0.04, ratePerMinute: 60_000, workers: 1, chaos: true });
    expect(new Set(result.chaos.map(({ kind }) => kind))).toEqual(new Set(['worker', 'block', 'cache']));
    expect(result.chaos.filter(({ what }) => what.startsWith('failed'))).toEqual([]);
    expect(result.chaos.some(({ what }) => what.startsWith('flipped'))).toBe(true);
    expect(result.chaos.some(({ what }) => what.startsWith('ended thread'))).toBe(true);
    const verdicts = Object.fromEntries(result.criteria.map(({ name, verdict }) => [name, verdict]));
    expect(verdicts).toMatchObject({ exactlyOnce: 'met', calmOutcomes: 'met', errors: 'met' });
    // The block of 200 ms is in the latencies.
    expect(result.latency?.maxMs).toBeGreaterThan(150);
  });

  it('has one outcome for each arrival where all calls fail', async () => {
    const result = await runStress({
      minutes: 0.01,
      ratePerMinute: 3000,
      workers: 1,
      faults: { '500': 1 },
      latencyMs: 0,
      callTimeoutMs: 500,
      patienceMs: 500,
    });
    const { arrived, endedWell, failed, outstanding, repeated } = result.counts;
    expect(endedWell + failed + outstanding).toBe(arrived);
    expect(repeated).toBe(0);
    expect(result.criteria.find(({ name }) => name === 'errors')?.verdict).not.toBe('met');
  });
});
