/** The kernel's surface: everything the host calls, and the parts that its tests call by themselves. */
import { prepareChars } from './chars';
import { prepareLogarithms } from './logarithms';
import { prepareReportRow } from './report-row';
import { prepareSentences } from './sentences';
import { prepareTokens } from './tokens';

/** Takes the permanent tables; to be called once, first. The seeds are any random numbers. */
export function initialise(seed: u64, seedHigh: u64): void {
  prepareLogarithms();
  prepareChars();
  prepareTokens(seed, seedHigh);
  prepareSentences();
  prepareReportRow();
}

export { layOut, outputAddress } from './memory';
export { scoreDocument, scoreUnits } from './document';
export {
  configureRows,
  emptyOutput,
  lineIdPosition,
  nextRow,
  outputEnd,
  rowLine,
  rowStart,
  rowEnd,
  scoreFile,
  startLines,
  textBytesScored,
} from './rows';
export { setFieldNames, getRowErrorAt, getRowIdEnd, getRowIdKind, getRowIdStart, getRowTextKind } from './json-row';

export { formatNumber, formatInteger } from './number';
export { classOf, lowerOf } from './unicode';
export {
  copyWellFormed,
  decode,
  encode,
  isWellFormed,
  noteReplacement,
  replacements,
  resetReplacements,
  widthOf,
} from './utf8';
export {
  parseRow,
  getRowObjectEnd,
  getRowTextEnd,
  getRowTextEscaped,
  getRowTextPlain,
  getRowTextStart,
} from './json-row';
export { escapeInto } from './json-string';
export { unescape } from './json-unescape';
