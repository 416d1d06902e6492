/**
 * Makes a checkout ready to run: installs the dependencies and builds dist/, each only when it is not fresh.
 *
 * What was installed is known by a stamp in node_modules: the digest of the lock file and of the platform.
 * Everything is printed on stderr: `npm start` keeps stdout for rows.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, lstatSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { build } from './build.js';
import { withLock } from './lock.js';
import { runNpm } from './npm.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const LOCK_FILE = join(ROOT, 'package-lock.json');
const STAMP = join(ROOT, 'node_modules', '.millrace-lock');
/** Not in node_modules, which `npm ci` deletes. */
const INSTALL_LOCK = join(ROOT, 'dist', '.install.lock');

/** Installs and builds what is stale. Rejects with a message for people when either fails. */
export async function setUp() {
  checkNodeVersion();
  if (!isInstalled()) {
    await withLock(INSTALL_LOCK, async () => {
      if (!isInstalled()) await install();
    });
  }
  await build();
}

/** Runs `main` after `setUp` and makes what it returns the exit code; a failure is one line on stderr and exit code 1. */
export async function runAfterSetUp(main) {
  try {
    await setUp();
    process.exitCode = await main();
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}

/** Runs Node from the repository's root with our stdio; resolves with its exit code. */
export function runNode(args, options = {}) {
  // Ctrl-C reaches every process of the terminal's foreground group: the child ends in its own way, and we wait for it.
  const wait = () => {};
  process.on('SIGINT', wait);
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd: ROOT, stdio: 'inherit', ...options });
    const pass = (signal) => child.kill(signal);
    process.on('SIGTERM', pass);
    child.once('error', reject);
    child.once('close', (code, signal) => {
      process.off('SIGINT', wait);
      process.off('SIGTERM', pass);
      resolve(code ?? 128 + (signal === 'SIGINT' ? 2 : signal === 'SIGKILL' ? 9 : 15));
    });
  });
}

function checkNodeVersion() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  throw new Error(`Millrace needs Node 20.19 or newer, this is ${process.versions.node}`);
}

function isInstalled() {
  const stamp = expectedStamp();
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === stamp) return true;
  if (!installedByHand()) return false;
  writeFileSync(STAMP, stamp);
  return true;
}

function expectedStamp() {
  const digest = createHash('sha256').update(readFileSync(LOCK_FILE)).digest('hex');
  return `${process.platform}-${process.arch} ${digest}\n`;
}

/** True when npm's own record of node_modules says what the lock file says: someone ran `npm ci` or `npm install`. */
function installedByHand() {
  const wanted = readPackages(LOCK_FILE);
  const present = readPackages(join(ROOT, 'node_modules', '.package-lock.json'));
  if (!wanted || !present) return false;
  const same = ([path, { version, integrity }]) =>
    present[path]?.version === version && present[path].integrity === integrity;
  const isAbsent = ([path, entry]) => !(path in present) && entry.optional;
  return (
    Object.entries(wanted).every((entry) => entry[0] === '' || same(entry) || isAbsent(entry)) &&
    Object.keys(present).every((path) => path in wanted && existsSync(join(ROOT, path)))
  );
}

function readPackages(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8')).packages;
  } catch {
    return undefined;
  }
}

async function install() {
  refuseSymlink();
  const started = performance.now();
  console.error('installing dependencies …');
  const args = ['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'];
  const code = await runNpm(args, ROOT);
  if (code !== 0) throw new Error(`npm ci failed (exit code ${code})`);
  writeFileSync(STAMP, expectedStamp());
  console.error(`installed in ${((performance.now() - started) / 1000).toFixed(1)} s`);
}

/** `npm ci` empties what a link leads to, which other checkouts may be using. */
function refuseSymlink() {
  const folder = join(ROOT, 'node_modules');
  if (lstatSync(folder, { throwIfNoEntry: false })?.isSymbolicLink() !== true) return;
  throw new Error(
    'node_modules is a symbolic link to an installation that does not fit; install there, or remove the link',
  );
}
