import { readFileSync } from 'node:fs';
import { arch, availableParallelism, cpus, platform, totalmem } from 'node:os';

/** What figures were measured on. */
export interface MachineFacts {
  /** The model's name; null where the system does not tell. */
  readonly cpu: string | null;
  readonly cores: number;
  readonly memoryBytes: number;
  /** Such as `linux-x64`. */
  readonly platform: string;
  readonly node: string;
  readonly millrace: string;
}

export function describeMachine(): MachineFacts {
  const model = cpus()[0]?.model.trim() ?? '';
  return {
    cpu: model === '' ? null : model,
    cores: availableParallelism(),
    memoryBytes: totalmem(),
    platform: `${platform()}-${arch()}`,
    node: process.version,
    millrace: readVersion(),
  };
}

/** Whether speeds that were measured on one say something about those on the other; versions of software may differ. */
export function isSameMachine(a: MachineFacts, b: MachineFacts): boolean {
  return a.cpu === b.cpu && a.cores === b.cores && a.memoryBytes === b.memoryBytes && a.platform === b.platform;
}

/** From package.json, which is two folders up from src/monitor and from dist/monitor. */
function readVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  const isManifest = typeof manifest === 'object' && manifest !== null && 'version' in manifest;
  return isManifest ? String(manifest.version) : 'unknown';
}
