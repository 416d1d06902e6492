/** What the process took over a span of time. `null` is what the system does not tell or refuses to. */
export interface ProcessSample {
  /** End of the span, since the sampler was started. */
  readonly atMs: number;
  readonly spanMs: number;
  /** Share of the whole machine that this process used, all its threads and cores together; 0 to 1. */
  readonly cpuShare: number | null;
  /** The same of all processes: what the machine has left is the rest. */
  readonly machineCpuShare: number | null;
  readonly rssBytes: number | null;
  readonly heapUsedBytes: number | null;
  readonly externalBytes: number | null;
  /** Share of the span in which the event loop of this thread was busy; 0 to 1. */
  readonly loopUtilization: number;
  /** How late a timer of this thread was at worst, and on the mean of its ticks, which are 50 ms apart: a hold-up shows less up to that. */
  readonly loopDelayMaxMs: number;
  readonly loopDelayMeanMs: number;
  /** Share of the span that this thread spent collecting garbage. */
  readonly gcShare: number;
  /** Files and sockets that are open. */
  readonly openFiles: number | null;
}

/** Two samples as one of both spans. Levels keep the higher one, so that no peak is lost; shares become the mean. */
export function mergeSamples(earlier: ProcessSample, later: ProcessSample): ProcessSample {
  const spanMs = earlier.spanMs + later.spanMs;
  const mean = (a: number, b: number): number => (a * earlier.spanMs + b * later.spanMs) / spanMs;
  return {
    atMs: later.atMs,
    spanMs,
    cpuShare: ofBoth(earlier.cpuShare, later.cpuShare, mean),
    machineCpuShare: ofBoth(earlier.machineCpuShare, later.machineCpuShare, mean),
    rssBytes: ofBoth(earlier.rssBytes, later.rssBytes, Math.max),
    heapUsedBytes: ofBoth(earlier.heapUsedBytes, later.heapUsedBytes, Math.max),
    externalBytes: ofBoth(earlier.externalBytes, later.externalBytes, Math.max),
    loopUtilization: mean(earlier.loopUtilization, later.loopUtilization),
    loopDelayMaxMs: Math.max(earlier.loopDelayMaxMs, later.loopDelayMaxMs),
    loopDelayMeanMs: mean(earlier.loopDelayMeanMs, later.loopDelayMeanMs),
    gcShare: mean(earlier.gcShare, later.gcShare),
    openFiles: ofBoth(earlier.openFiles, later.openFiles, Math.max),
  };
}

/** Where one of them is not known, the other one stands for both. */
function ofBoth(a: number | null, b: number | null, merge: (a: number, b: number) => number): number | null {
  if (a === null || b === null) return a ?? b;
  return merge(a, b);
}
