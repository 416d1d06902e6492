import { formatCount, formatShort } from '../numbers.js';

const DIGITS = 4;
const SHORT_FROM = 1e6;

/** A measured value in four digits: `0.03125`, `12.5`, `1,234`, `1.23M`; `-` for none. */
export function formatValue(value: number | null): string {
  if (value === null) return '-';
  if (value >= SHORT_FROM) return formatShort(value);
  if (Number.isInteger(value) && value >= 0) return formatCount(value);
  return String(Number(value.toPrecision(DIGITS)));
}

/** `12.3 %`; only nothing is 0 %, and only all is 100 %. */
export function formatShare(share: number): string {
  if (share === 0 || share === 1) return `${share * 100} %`;
  if (share < 0.001) return '< 0.1 %';
  return share > 0.999 ? '> 99.9 %' : `${(share * 100).toFixed(1)} %`;
}

/** `p12`, with a decimal where it is near an end. */
export function formatPosition(position: number | null): string {
  if (position === null) return '-';
  const percent = position * 100;
  const isNearEnd = (percent > 0 && percent < 1) || (percent > 99 && percent < 100);
  return `p${isNearEnd ? clampTenth(percent) : Math.round(percent)}`;
}

function clampTenth(percent: number): string {
  return Math.min(Math.max(percent, 0.1), 99.9).toFixed(1);
}
