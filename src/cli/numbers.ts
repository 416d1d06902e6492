/** Numbers as people read them. All units are decimal: 1 MB is 1,000,000 bytes. */

/** `1234567` → `1,234,567`. */
export function formatCount(value: number): string {
  return String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** `1 document`, `1,234 documents`. */
export function formatCountOf(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/** Three digits and a unit: `999`, `45.2k`, `1.23M`. */
export function formatShort(value: number): string {
  const { digits, unit } = scale(value, ['', 'k', 'M', 'G', 'T']);
  return `${digits}${unit}`;
}

/** `999 B`, `45.2 kB`, `1.23 GB`. */
export function formatBytes(bytes: number): string {
  const { digits, unit } = scale(bytes, ['B', 'kB', 'MB', 'GB', 'TB']);
  return `${digits} ${unit}`;
}

/** `46.1 MB/s`, always in MB, so that runs can be compared at a glance. */
export function formatMegabytesPerSecond(bytesPerSecond: number): string {
  return `${threeDigits(bytesPerSecond / 1e6)} MB/s`;
}

/** `0.42 s`, `12.3 s`, `3 min 05 s`, `2 h 03 min`. */
export function formatDuration(seconds: number): string {
  if (seconds < 9.995) return `${seconds.toFixed(2)} s`;
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`;
  return formatWholeSeconds(Math.round(seconds));
}

/** `12 s`, `3 min 05 s`, `2 h 03 min`: rounded up, since something is left. */
export function formatTimeLeft(seconds: number): string {
  return formatWholeSeconds(Math.ceil(seconds));
}

/** `$1,234.56`, `$0.0123`: the fourth place below a dollar, since a call costs less than a cent. */
export function formatUsd(usd: number): string {
  if (usd > 0 && usd < 0.00005) return 'under $0.0001';
  const [whole = '', places = ''] = usd.toFixed(usd === 0 || usd >= 0.99995 ? 2 : 4).split('.');
  return `$${formatCount(Number(whole))}.${places}`;
}

/** `37 %`, rounded down: 100 % is said when it is all. */
export function formatShare(part: number, whole: number): string {
  return `${Math.min(100, Math.floor((100 * part) / whole))} %`;
}

function formatWholeSeconds(seconds: number): string {
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${twoPlaces(seconds % 60)} s`;
  const minutes = Math.round(seconds / 60);
  return `${formatCount(Math.floor(minutes / 60))} h ${twoPlaces(minutes % 60)} min`;
}

function twoPlaces(value: number): string {
  return String(value).padStart(2, '0');
}

/** Moves to the next unit where the digits would round to 1000. */
function scale(value: number, units: readonly string[]): { digits: string; unit: string } {
  let [unit = '', ...larger] = units;
  if (Math.round(value) < 1000) return { digits: String(Math.round(value)), unit };
  let scaled = value;
  while (larger.length > 0 && Number(threeDigits(scaled)) >= 1000) {
    scaled /= 1000;
    [unit = '', ...larger] = larger;
  }
  return { digits: threeDigits(scaled), unit };
}

function threeDigits(value: number): string {
  if (value < 9.995) return value.toFixed(2);
  return value.toFixed(value < 99.95 ? 1 : 0);
}
