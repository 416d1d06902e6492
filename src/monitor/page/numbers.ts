import type { Unit } from './model.js';

/** Numbers as people read them, the same on every machine: no locale. All prefixes are decimal: 1 MB is 1,000,000 bytes. */

/** `1234567` → `1,234,567`; what is no whole number keeps three figures. */
export function formatCount(value: number): string {
  if (!Number.isInteger(value)) return Math.abs(value) < 1000 ? figures(value) : formatCount(Math.round(value));
  if (Math.abs(value) >= 1e15) return withPrefix(value);
  return signed(value, (size) => String(size).replace(/\B(?=(\d{3})+$)/g, ','));
}

/** Of each unit what it is counted in, and what stands behind the number. */
export function formatValue(value: number, unit: Unit): string {
  switch (unit) {
    case 'count':
    case 'tokens':
      return formatCount(value);
    case 'docs/min':
      return `${withPrefix(value)} documents/min`;
    case 'ops/s':
      return `${withPrefix(value)}/s`;
    case 'MB/s':
      return `${figures(value)} MB/s`;
    case 'bytes':
      return `${withPrefix(value, ' ')}B`;
    case 'bytes/hour':
      return `${withPrefix(value, ' ')}B/hour`;
    case 'us':
      return formatMs(value / 1000);
    case 'ms':
      return formatMs(value);
    case 'seconds':
      return formatSeconds(value);
    case 'share':
      return `${figures(100 * value)} %`;
    case 'ratio':
      return `${figures(value)} ×`;
    case 'usd':
      return formatUsd(value);
    case 'number':
      return formatNumber(value);
  }
}

/** For the ticks of an axis, which has its unit beside it where the prefix does not say all. */
export function formatTick(value: number, unit: Unit): string {
  switch (unit) {
    case 'count':
    case 'tokens':
    case 'docs/min':
    case 'ops/s':
      return withPrefix(value);
    case 'MB/s':
      return figures(value);
    default:
      return formatValue(value, unit);
  }
}

/** `1 min 05 s`, `2 h 03 min`, and below a minute `12.3 s`, `4 ms`. */
export function formatSeconds(seconds: number): string {
  return signed(seconds, (size) => {
    if (size === 0) return '0 s';
    if (size < 59.95) return formatMs(size * 1000);
    const whole = Math.round(size);
    if (whole < 3600) return join(whole, 60, 'min', 's');
    const minutes = Math.round(size / 60);
    return minutes < 60 * 100 ? join(minutes, 60, 'h', 'min') : `${formatCount(Math.round(size / 3600))} h`;
  });
}

/** `2026-01-31 12:05 UTC` of what ISO 8601 says; other text as it is. */
export function formatInstant(iso: string): string {
  const match = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d)(?::\d\d(?:\.\d+)?)?Z$/.exec(iso);
  return match === null ? iso : `${match[1]} ${match[2]} UTC`;
}

function join(value: number, base: number, large: string, small: string): string {
  const rest = value % base;
  return rest === 0
    ? `${Math.floor(value / base)} ${large}`
    : `${Math.floor(value / base)} ${large} ${String(rest).padStart(2, '0')} ${small}`;
}

function formatMs(ms: number): string {
  const size = Math.abs(ms);
  if (size >= 999.5) return `${figures(ms / 1000)} s`;
  if (size >= 0.9995 || size === 0) return `${figures(ms)} ms`;
  if (size >= 0.0009995) return `${figures(ms * 1000)} µs`;
  return `${figures(ms * 1e6)} ns`;
}

/** Cents, and below a cent three figures. */
function formatUsd(usd: number): string {
  return signed(usd, (size) => {
    if (size >= 0.995 || size === 0) return `$${size >= 1e15 ? withPrefix(size) : cents(size)}`;
    return `$${figures(size)}`;
  });
}

function cents(size: number): string {
  const [whole = '0', rest = '00'] = size.toFixed(2).split('.');
  return `${formatCount(Number(whole))}.${rest}`;
}

const PREFIXES: readonly (readonly [factor: number, prefix: string])[] = [
  [1e12, 'T'],
  [1e9, 'G'],
  [1e6, 'M'],
  [1e3, 'k'],
];

/** `45.2k`, `1.23M`; beyond a thousand of the largest prefix, powers of ten. */
function withPrefix(value: number, space = ''): string {
  const size = Math.abs(value);
  // 999.5 of a prefix are already 1 of the next one, when they are rounded to three figures.
  const [factor, prefix] = PREFIXES.find(([each]) => size >= each * 0.9995) ?? [1, ''];
  const scaled = factor === 1 && !Number.isInteger(value) ? figures(value) : figures(value / factor);
  return `${scaled}${space}${prefix}`;
}

/** Whole numbers as long as they are short, else three figures. */
function formatNumber(value: number): string {
  return Number.isInteger(value) && Math.abs(value) < 1e5 ? signed(value, String) : figures(value);
}

/** Three significant figures, without zeros at the end. */
export function figures(value: number): string {
  if (value === 0) return '0';
  const rounded = Number(value.toPrecision(3));
  const size = Math.abs(rounded);
  if (size >= 1e6 || size < 1e-4) return signed(rounded, (each) => each.toExponential().replace('e+', 'e'));
  return signed(rounded, String);
}

/** With a minus sign in place of the hyphen. */
function signed(value: number, format: (size: number) => string): string {
  return value < 0 ? `−${format(-value)}` : format(value);
}
