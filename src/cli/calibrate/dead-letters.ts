import type { Calibration } from '../../engine/calibrate/calibration.js';
import { formatCount } from '../numbers.js';

/** So many are shown. */
const SHOWN_MAX = 5;

/** The first dead letters, as `score` prints them, and how many more there are; nothing where there are none. */
export function formatDeadLetters({ deadLetters, failed }: Calibration): string {
  if (failed === 0) return '';
  const shown = deadLetters.slice(0, SHOWN_MAX);
  const lines = shown.map((letter) => JSON.stringify(letter));
  const left = failed - shown.length;
  if (left > 0) lines.push(`and ${formatCount(left)} more dead letters; millrace score writes all of them`);
  return `${lines.join('\n')}\n`;
}
