/** The built library, as its users have it: worker threads need JavaScript files. Types come from the sources. */
import type * as BloomGuardModule from '../src/cache/bloom-guard.js';
import type * as HasherModule from '../src/cache/hasher.js';
import type * as KeyModule from '../src/cache/key.js';
import type * as CompressedTierModule from '../src/cache/compressed-tier.js';
import type * as CreateCacheModule from '../src/cache/create-cache.js';
import type * as DiskStoreModule from '../src/cache/disk/disk-store.js';
import type * as MemoryTierModule from '../src/cache/memory-tier.js';
import type * as ClockModule from '../src/core/clock.js';
import type * as DequeModule from '../src/engine/threads/deque.js';
import type * as LimiterSetModule from '../src/core/flow/limiter-set.js';
import type * as PriorityModule from '../src/core/flow/priority.js';
import type * as PriorityQueueModule from '../src/core/flow/priority-queue.js';
import type * as RateLimiterModule from '../src/core/flow/rate-limiter.js';
import type * as SemaphoreModule from '../src/core/flow/semaphore.js';
import type * as EngineModule from '../src/engine/engine.js';
import type * as OrderModule from '../src/engine/graph/order.js';
import type * as PlanModule from '../src/engine/graph/plan.js';
import type * as RankModule from '../src/engine/graph/rank.js';
import type * as RefineFilesModule from '../src/engine/refine-files/refine-files.js';
import type * as ScoreFilesModule from '../src/engine/score-files/score-files.js';
import type { MeasureOptions } from '../src/core/measures.js';
import type * as MeasuresModule from '../src/core/measures.js';
import type * as MockServerModule from '../src/refine/mock/server.js';
import type * as KernelModule from '../src/workers/kernel-host.js';
import type * as MeasureRowModule from '../src/workers/measure-row.js';
import type * as ReportLayoutModule from '../src/workers/report-layout.js';

export async function loadEngine(): Promise<typeof EngineModule> {
  return (await load('engine/engine.js')) as typeof EngineModule;
}

export async function loadScoreFiles(): Promise<typeof ScoreFilesModule> {
  return (await load('engine/score-files/score-files.js')) as typeof ScoreFilesModule;
}

export async function loadRefineFiles(): Promise<typeof RefineFilesModule> {
  return (await load('engine/refine-files/refine-files.js')) as typeof RefineFilesModule;
}

export async function loadPlan(): Promise<
  Pick<typeof PlanModule & typeof OrderModule & typeof RankModule, 'planGraph' | 'topologicalOrder' | 'rankUpwards'>
> {
  const { planGraph } = (await load('engine/graph/plan.js')) as typeof PlanModule;
  const { topologicalOrder } = (await load('engine/graph/order.js')) as typeof OrderModule;
  const { rankUpwards } = (await load('engine/graph/rank.js')) as typeof RankModule;
  return { planGraph, topologicalOrder, rankUpwards };
}

export async function loadKernel(): Promise<typeof KernelModule> {
  return (await load('workers/kernel-host.js')) as typeof KernelModule;
}

/** A kernel that measures as asked. */
export async function kernelFor(options: MeasureOptions): Promise<KernelModule.Kernel> {
  const { Kernel } = await loadKernel();
  const { measureRow } = (await load('workers/measure-row.js')) as typeof MeasureRowModule;
  const { resolveMeasures } = (await load('core/measures.js')) as typeof MeasuresModule;
  return Kernel.load(measureRow(resolveMeasures('', options)));
}

export async function loadDeque(): Promise<typeof DequeModule> {
  return (await load('engine/threads/deque.js')) as typeof DequeModule;
}

type Flow = typeof SemaphoreModule &
  typeof RateLimiterModule &
  typeof LimiterSetModule &
  typeof PriorityModule &
  typeof PriorityQueueModule;

export async function loadFlow(): Promise<Flow> {
  const names = ['semaphore', 'rate-limiter', 'limiter-set', 'priority', 'priority-queue'];
  const modules = await Promise.all(names.map((name) => load(`core/flow/${name}.js`)));
  return Object.assign({}, ...modules) as Flow;
}

export async function loadReportLayout(): Promise<typeof ReportLayoutModule> {
  return (await load('workers/report-layout.js')) as typeof ReportLayoutModule;
}

export async function loadHasher(): Promise<typeof HasherModule> {
  return (await load('cache/hasher.js')) as typeof HasherModule;
}

export async function loadKey(): Promise<typeof KeyModule> {
  return (await load('cache/key.js')) as typeof KeyModule;
}

export async function loadBloomGuard(): Promise<typeof BloomGuardModule> {
  return (await load('cache/bloom-guard.js')) as typeof BloomGuardModule;
}

export async function loadMemoryTier(): Promise<typeof MemoryTierModule> {
  return (await load('cache/memory-tier.js')) as typeof MemoryTierModule;
}

export async function loadCompressedTier(): Promise<typeof CompressedTierModule> {
  return (await load('cache/compressed-tier.js')) as typeof CompressedTierModule;
}

export async function loadCreateCache(): Promise<typeof CreateCacheModule> {
  return (await load('cache/create-cache.js')) as typeof CreateCacheModule;
}

export async function loadDiskStore(): Promise<typeof DiskStoreModule> {
  return (await load('cache/disk/disk-store.js')) as typeof DiskStoreModule;
}

export async function loadSystemClock(): Promise<ClockModule.Clock> {
  return ((await load('core/clock.js')) as typeof ClockModule).SYSTEM_CLOCK;
}

export async function loadMockServer(): Promise<typeof MockServerModule> {
  return (await load('refine/mock/server.js')) as typeof MockServerModule;
}

function load(path: string): Promise<unknown> {
  return import(new URL(`../dist/${path}`, import.meta.url).href);
}
