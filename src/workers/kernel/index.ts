/** The kernel's surface: everything the host calls, and the parts that its tests call by themselves. */
import { prepareChars } from './chars';
import { prepareLexicon } from './documentation/lexicon';
import { prepareHashes } from './filters/hashes';
import { prepareLogarithms } from './logarithms';
import { prepareSentences } from './sentences';
import { prepareTokens } from './tokens';
import { prepareVocabulary } from './vocabulary';

/** Takes the permanent tables; to be called once, first. The seeds are any random numbers. */
export function initialise(seed: u64, seedHigh: u64): void {
  prepareLogarithms();
  prepareChars();
  prepareTokens(seed, seedHigh);
  prepareHashes(seed, seedHigh);
  prepareSentences();
  prepareLexicon();
  prepareVocabulary();
}

export { layOut, outputAddress, rejectedAddress } from './memory';
export { cleanDocument, measureDocument, scoreUnits } from './document';
export { settingsAddress } from './settings';
export { takeTemplate } from './report-row';
export {
  finishRow,
  hashAddress,
  limitRows,
  measureRow,
  nextRow,
  rowEnd,
  rowLine,
  rowStart,
  scoreFile,
  startLines,
  takeReport,
  textAddress,
  textBytes,
  textBytesScored,
} from './rows';
export { configureRejection, rejectionCountsAddress } from './rejection';
export {
  configureOutput,
  emptyOutput,
  lineIdPosition,
  nameRows,
  outputEnd,
  rejectedOutputEnd,
  takeRejectionFields,
} from './row-output';
export { reportAddress } from './report-values';
export {
  setFieldNames,
  getRowErrorAt,
  getRowIdEnd,
  getRowIdKind,
  getRowIdStart,
  getRowObjectEnd,
  getRowTextEnd,
  getRowTextKind,
  getRowTextStart,
} from './json-row';

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
export { parseRow, getRowTextEscaped, getRowTextPlain } from './json-row';
export { escapeInto } from './json-string';
export { unescape } from './json-unescape';
