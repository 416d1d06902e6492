/** What the numbers were measured on. */
import { execFileSync } from 'node:child_process';
import { arch, availableParallelism, cpus, loadavg, platform, release, totalmem } from 'node:os';
import { ROOT } from './processes.js';

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryBytes: number;
  readonly platform: string;
  readonly node: string;
  /** ISO 8601. */
  readonly date: string;
  /** Processes that wanted a core over the last minute; far above 0 before a run, others are taking part in it. */
  readonly load: number;
  /** Of the checkout, with `+` when files differ from it; undefined outside of one. */
  readonly commit: string | undefined;
}

export function describeMachine(): Machine {
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memoryBytes: totalmem(),
    platform: `${platform()} ${release()} ${arch()}`,
    node: process.version,
    date: new Date().toISOString(),
    load: loadavg()[0] ?? 0,
    commit: describeCommit(),
  };
}

export function formatMachine(machine: Machine): string {
  const { cpu, cores, memoryBytes, platform, node, date, load, commit } = machine;
  const memory = `${Math.round(memoryBytes / 2 ** 30)} GiB`;
  const hardware = `${cpu}, ${cores} cores, ${memory}, load ${load.toFixed(1)}`;
  return [hardware, platform, `Node ${node}`, date, `commit ${commit ?? 'unknown'}`].join(' · ');
}

function describeCommit(): string | undefined {
  try {
    const commit = git('rev-parse', '--short=12', 'HEAD');
    return git('status', '--porcelain', '--untracked-files=no') === '' ? commit : `${commit}+`;
  } catch {
    return undefined;
  }
}

function git(...args: string[]): string {
  return execFileSync('git', args, { cwd: ROOT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
}
