/** The built library, as its users have it: worker threads need JavaScript files. Types come from the sources. */
import type * as DequeModule from '../src/engine/deque.js';
import type * as EngineModule from '../src/engine/engine.js';
import type * as ScoreFilesModule from '../src/engine/score-files.js';
import type * as KernelModule from '../src/workers/kernel-host.js';
import type * as ReportLayoutModule from '../src/workers/report-layout.js';

export async function loadEngine(): Promise<typeof EngineModule> {
  return (await load('engine/engine.js')) as typeof EngineModule;
}

export async function loadScoreFiles(): Promise<typeof ScoreFilesModule> {
  return (await load('engine/score-files.js')) as typeof ScoreFilesModule;
}

export async function loadKernel(): Promise<typeof KernelModule> {
  return (await load('workers/kernel-host.js')) as typeof KernelModule;
}

export async function loadDeque(): Promise<typeof DequeModule> {
  return (await load('engine/deque.js')) as typeof DequeModule;
}

export async function loadReportLayout(): Promise<typeof ReportLayoutModule> {
  return (await load('workers/report-layout.js')) as typeof ReportLayoutModule;
}

function load(path: string): Promise<unknown> {
  return import(new URL(`../dist/${path}`, import.meta.url).href);
}
