import { clearDirectory, directoryStats, verifyDirectory } from '../../cache/disk/maintenance.js';
import type { Invocation } from '../context.js';
import { EXIT } from '../exit-codes.js';
import { formatCount } from '../numbers.js';
import { print } from '../print.js';
import { formatStats, formatVerification, isSound } from './format.js';

export interface CacheFlags {
  readonly json?: boolean;
  readonly namespace?: string;
}

/** Runs `millrace cache stats`; returns the exit code. */
export async function runStats(dir: string, { json }: CacheFlags, { context }: Invocation): Promise<number> {
  const stats = await directoryStats(dir);
  await print(context.stdout, json === true ? `${JSON.stringify(stats, undefined, 2)}\n` : formatStats(stats));
  return EXIT.ok;
}

/** Runs `millrace cache clear`; returns the exit code. */
export async function runClear(dir: string, { namespace }: CacheFlags, { context }: Invocation): Promise<number> {
  const cleared = await clearDirectory(dir, namespace);
  const lines = cleared.map(({ name, entries }) => `${name}: removed ${formatCount(entries)}\n`);
  await print(context.stdout, lines.length === 0 ? 'nothing to remove\n' : lines.join(''));
  return EXIT.ok;
}

/** Runs `millrace cache verify`; returns the exit code, that of a failed run when there was damage. */
export async function runVerify(dir: string, { context }: Invocation): Promise<number> {
  const verification = await verifyDirectory(dir);
  await print(context.stdout, formatVerification(verification));
  return isSound(verification) ? EXIT.ok : EXIT.failed;
}
