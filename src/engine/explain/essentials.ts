/** The words that any documentation has, in some form: each counts when some token begins with it. */
export const ESSENTIALS = ['introduction', 'usage', 'example', 'reference'] as const;
export type Essential = (typeof ESSENTIALS)[number];

/** Where a token can begin: not behind what it would be the rest of. */
const TOKEN_START = '(?<![[\\p{L}\\p{M}\\p{N}_]--[\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}]])';

const PATTERNS = ESSENTIALS.map((essential) => ({ essential, pattern: new RegExp(TOKEN_START + essential, 'v') }));

/** Those that a text has. The letters of all of them are lower-cased alike everywhere, so the text may be as a whole. */
export function findEssentials(text: string): Essential[] {
  const lower = text.toLowerCase();
  return PATTERNS.filter(({ pattern }) => pattern.test(lower)).map(({ essential }) => essential);
}
