/** Runs npm. */
import { spawn } from 'node:child_process';
import { basename } from 'node:path';

/**
 * The npm that runs us, else the one on the path (which is a batch file on Windows and needs a shell there). What it prints goes
 * to stderr. Resolves with its exit code, or the signal that ended it.
 */
export function runNpm(args, cwd) {
  const own = process.env.npm_execpath;
  const isNpm = own !== undefined && basename(own) === 'npm-cli.js';
  const [command, shell] = isNpm ? [process.execPath, false] : ['npm', process.platform === 'win32'];
  return new Promise((resolve, reject) => {
    const child = spawn(command, isNpm ? [own, ...args] : args, {
      cwd,
      env: environment(),
      stdio: ['ignore', 2, 2],
      shell,
    });
    child.once('error', reject);
    child.once('close', (code, signal) => resolve(code ?? signal));
  });
}

/** Without what npm tells its scripts about their package: it would work on that one instead of the one in `cwd`. */
function environment() {
  const ours = /^(npm_package_|npm_lifecycle_|npm_command$|npm_config_local_prefix$|INIT_CWD$)/i;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !ours.test(name)));
}
