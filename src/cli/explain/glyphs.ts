import type { CliContext } from '../context.js';

/** What is drawn with: of Unicode, or of ASCII for a terminal that shows nothing else. */
export interface Glyphs {
  readonly full: string;
  readonly empty: string;
  readonly passed: string;
  readonly failed: string;
  readonly atLeast: string;
  readonly atMost: string;
  readonly times: string;
  readonly cut: string;
}

const UNICODE: Glyphs = {
  full: '█',
  empty: '░',
  passed: '✓',
  failed: '✗',
  atLeast: '≥',
  atMost: '≤',
  times: '×',
  cut: '…',
};
const ASCII: Glyphs = {
  full: '#',
  empty: '.',
  passed: '+',
  failed: 'x',
  atLeast: '>=',
  atMost: '<=',
  times: 'x',
  cut: '...',
};

/** By the locale, as POSIX has it: the first of these that is set to anything but nothing. */
export function glyphsFor(env: CliContext['env'], platform: NodeJS.Platform = process.platform): Glyphs {
  const locale = [env['LC_ALL'], env['LC_CTYPE'], env['LANG']].find((value) => value !== undefined && value !== '');
  const isUtf8 = platform === 'win32' || /utf-?8/i.test(locale ?? '');
  return isUtf8 ? UNICODE : ASCII;
}

const BAR_WIDTH = 10;

/** A value from 0 to 1 as a bar: full only at 1, and empty only at 0. */
export function barOf(value: number, { full, empty }: Glyphs): string {
  const rounded = Math.round(value * BAR_WIDTH);
  const filled = value <= 0 ? 0 : value >= 1 ? BAR_WIDTH : Math.min(Math.max(rounded, 1), BAR_WIDTH - 1);
  return full.repeat(filled) + empty.repeat(BAR_WIDTH - filled);
}
