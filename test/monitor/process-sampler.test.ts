/**
 * Proves, by a clock and a probe that are moved by hand, that a sample has the shares of its span, that what is refused is null, that
 * a blocked event loop shows in the sample it falls into, and that a run of any length has so many points and loses no peak. At last
 * the probe of this very process is tried.
 */
import { describe, expect, it } from 'vitest';
import { openProcessProbe } from '../../src/monitor/process-probe.js';
import { ProcessSampler, type ProcessSamplerOptions } from '../../src/monitor/process-sampler.js';
import { FakeProbe } from '../support/fake-probe.js';
import { ManualClock } from '../support/manual-clock.js';

function sampled(options?: ProcessSamplerOptions): { clock: ManualClock; probe: FakeProbe; sampler: ProcessSampler } {
  const [clock, probe] = [new ManualClock(), new FakeProbe()];
  return { clock, probe, sampler: new ProcessSampler(options, { clock, openProbe: () => probe, cores: 4 }) };
}

describe('ProcessSampler', () => {
  it('has the shares of a span', async () => {
    const { clock, probe, sampler } = sampled();
    sampler.start();
    probe.cpu = 2000;
    probe.machine = { busyMs: 3000, totalMs: 4000 };
    probe.loop = { activeMs: 250, idleMs: 750 };
    probe.gc = 100;
    await clock.advanceAsync(1000);
    expect(sampler.samples()).toEqual([
      {
        atMs: 1000,
        spanMs: 1000,
        cpuShare: 0.5,
        machineCpuShare: 0.75,
        rssBytes: 100,
        heapUsedBytes: 50,
        externalBytes: 25,
        loopUtilization: 0.25,
        loopDelayMaxMs: 0,
        loopDelayMeanMs: 0,
        gcShare: 0.1,
        openFiles: 7,
      },
    ]);
    await clock.advanceAsync(1000);
    expect(sampler.samples()[1]).toMatchObject({ atMs: 2000, cpuShare: 0, machineCpuShare: 0, gcShare: 0 });
  });

  it('has null where the system refuses, and goes on', async () => {
    const { clock, probe, sampler } = sampled();
    [probe.cpu, probe.machine, probe.bytes, probe.files] = [null, null, null, null];
    sampler.start();
    await clock.advanceAsync(1000);
    expect(sampler.samples()).toMatchObject([
      { cpuShare: null, machineCpuShare: null, rssBytes: null, heapUsedBytes: null, openFiles: null },
    ]);
    [probe.cpu, probe.bytes] = [4000, 300];
    await clock.advanceAsync(1000);
    expect(sampler.samples()[1]).toMatchObject({ cpuShare: null, rssBytes: 300 });
  });

  it('puts a blocked event loop into the sample that was due meanwhile', async () => {
    const { clock, sampler } = sampled();
    sampler.start();
    await clock.advanceAsync(990);
    clock.block(300);
    await clock.advanceAsync(0);
    const [sample] = sampler.samples();
    expect(sample).toMatchObject({ atMs: 1290 });
    expect(sample!.loopDelayMaxMs).toBeGreaterThanOrEqual(280);
    expect(sampler.loopDelay().maxMs).toBe(sample!.loopDelayMaxMs);
  });

  it('keeps a peak and the bound, however long the run', async () => {
    const { clock, probe, sampler } = sampled({ samplesMax: 8 });
    sampler.start();
    for (let second = 0; second < 100; second++) {
      probe.bytes = second === 42 ? 5000 : 100;
      probe.cpu = (probe.cpu ?? 0) + 1000;
      await clock.advanceAsync(1000);
    }
    sampler.stop();
    const samples = sampler.samples();
    expect(samples.length).toBeLessThanOrEqual(8);
    expect(samples.at(-1)!.atMs).toBe(100_000);
    expect(samples.reduce((sum, { spanMs }) => sum + spanMs, 0)).toBe(100_000);
    expect(samples.filter(({ rssBytes }) => rssBytes === 5000)).toHaveLength(1);
    for (const { cpuShare } of samples) expect(cpuShare).toBeCloseTo(0.25, 9);
  });

  it('ends with what has passed since the last sample, leaves nothing behind and can begin again', async () => {
    const { clock, probe, sampler } = sampled();
    sampler.start();
    sampler.start();
    expect(clock.pending).toBe(1);
    await clock.advanceAsync(300);
    sampler.stop();
    sampler.stop();
    expect(clock.pending).toBe(0);
    expect(probe.isClosed).toBe(true);
    expect(sampler.samples()).toMatchObject([{ atMs: 300, spanMs: 300 }]);
    await clock.advanceAsync(5000);
    sampler.start();
    await clock.advanceAsync(1000);
    expect(sampler.samples()).toMatchObject([{ atMs: 300 }, { atMs: 1300, spanMs: 1000 }]);
  });

  const wrong: readonly [object, string][] = [
    [{ sampleMs: 1.5 }, 'sampler.sampleMs must be an integer from 10 to 3600000, got 1.5'],
    [{ samplesMax: 1 }, 'sampler.samplesMax must be an integer from 2 to 65536, got 1'],
    [{ everyMs: 5 }, 'sampler.everyMs is not an option'],
  ];

  it.each(wrong)('refuses %o', (options, message) => {
    expect(() => new ProcessSampler(options)).toThrow(message);
  });
});

describe('openProcessProbe', () => {
  it('reads this process', async () => {
    const probe = openProcessProbe();
    expect(probe.cpuMs()).toBeGreaterThan(0);
    expect(probe.memory()?.rssBytes).toBeGreaterThan(1e6);
    const { activeMs, idleMs } = probe.loopMs();
    expect(activeMs + idleMs).toBeGreaterThan(0);
    const files = await probe.countOpenFiles();
    if (process.platform === 'linux') expect(files).toBeGreaterThan(2);
    probe.close();
  });
});
