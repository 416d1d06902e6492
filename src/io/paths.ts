import { isAbsolute, join } from 'node:path';

/**
 * Where to open what is called `name`, relative to `cwd`. Without a `cwd` it is the name itself: a text file's path and
 * id are one string in memory then, and there may be millions.
 */
export function locate(name: string, cwd: string | undefined): string {
  return toPosix(cwd === undefined || isAbsolute(name) ? name : join(cwd, name));
}

/** Windows takes both slashes; elsewhere a backslash is a character of a name. */
export function toPosix(path: string): string {
  return process.platform === 'win32' ? path.replaceAll('\\', '/') : path;
}
