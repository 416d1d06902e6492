import { replaceCounted, type Rule } from './rule.js';

/**
 * One kind of line ending: LF for CR LF, for CR alone (old Mac OS), and for CR CR LF, which a file has whose LF were translated
 * twice. This is the one rule that reaches into code: how lines end belongs to the file, and not to what they hold.
 */
export const lineEndings: Rule = {
  name: 'line-endings',
  mayApply: (text) => text.includes('\r'),
  apply: (text) => replaceCounted(text, /\r\r?\n|\r/g, () => '\n'),
};
