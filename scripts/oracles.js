/**
 * Installs what tests and benchmarks compare with (test/oracles/), once, when it is missing or stale.
 *
 * It is compiled when it is installed, so it may fail where there is no compiler: that is said, and what needs it is skipped.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { withLock } from './lock.js';
import { runNpm } from './npm.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const FOLDER = join(ROOT, 'test', 'oracles');
const STAMP = join(FOLDER, 'node_modules', '.millrace-lock');
const LOCK = join(ROOT, 'node_modules', '.cache', 'millrace', 'oracles.lock');

/** Without a network this has to fail soon: no second try, and no long wait for the first. */
const ARGS = ['ci', '--no-audit', '--no-fund', '--loglevel=error', '--fetch-retries=0', '--fetch-timeout=30000'];

export async function installOracles() {
  const stamp = expectedStamp();
  if (isFresh(stamp)) return;
  mkdirSync(dirname(LOCK), { recursive: true });
  await withLock(LOCK, async () => {
    if (isFresh(stamp)) return;
    console.error('installing what tests compare with …');
    const code = await runNpm(ARGS, FOLDER);
    if (code === 0) writeFileSync(STAMP, stamp);
    else
      console.error(
        `npm ci failed in test/oracles (exit code ${code}): comparisons with murmurhash-native are skipped`,
      );
  });
}

function isFresh(stamp) {
  return existsSync(STAMP) && readFileSync(STAMP, 'utf8') === stamp;
}

/** What is compiled is for one version of Node's binary interface. */
function expectedStamp() {
  const digest = createHash('sha256')
    .update(readFileSync(join(FOLDER, 'package-lock.json')))
    .digest('hex');
  return `${process.platform}-${process.arch}-${process.versions.modules} ${digest}\n`;
}
