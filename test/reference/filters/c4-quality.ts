/**
 * The C4 rules (Raffel et al. 2020, JMLR 21(140)): line by line, with a cleaned text of the lines that survive.
 */
import type { C4QualityOptions } from '../options.js';
import { lengthOf, splitLines, strip } from '../strings.js';
import { sentences, words } from '../text-units.js';
import { verdict, type ReferenceVerdict } from './verdict.js';

export interface C4Result {
  readonly verdict: ReferenceVerdict;
  /** `null` for a document that is dropped. */
  readonly cleanedText: string | null;
}

const CITATION = /\[\p{Nd}*\]|\[edit\]|\[citation needed\]/gu;
const LINE_ENDS = ['.', '?', '!', '"', "'"];
const POLICIES = ['terms of use', 'privacy policy', 'cookie policy', 'uses cookies', 'use of cookies', 'use cookies'];

type LineFate = 'too_long_word' | 'no_terminal_punc' | 'too_few_words' | 'javascript' | 'policy';
type DocumentFate = 'lorem_ipsum' | 'curly_bracket';
type Fate = { readonly kept: string } | { readonly line: LineFate } | { readonly document: DocumentFate };

/** The verdict on a well-formed text, and what is left of it. */
export function c4Quality(text: string, options: C4QualityOptions): C4Result {
  const stats = {
    lines: 0,
    kept: 0,
    sentences: 0,
    too_long_word: 0,
    no_terminal_punc: 0,
    too_few_words: 0,
    javascript: 0,
    policy: 0,
  };
  const kept: string[] = [];
  for (const line of splitLines(text)) {
    stats.lines++;
    const fate = fateOf(line, options);
    if ('document' in fate) {
      return { verdict: verdict([{ fails: true, reason: fate.document }], stats), cleanedText: null };
    }
    if ('line' in fate) {
      stats[fate.line]++;
    } else {
      stats.kept++;
      stats.sentences += sentences(fate.kept).length;
      kept.push(fate.kept);
    }
  }
  const hasTooFew = options.minSentences !== null && stats.sentences < options.minSentences;
  return {
    verdict: verdict([{ fails: hasTooFew, reason: 'too_few_sentences' }], stats),
    cleanedText: hasTooFew ? null : strip(kept.join('\n')),
  };
}

function fateOf(rawLine: string, options: C4QualityOptions): Fate {
  const stripped = strip(rawLine);
  const lineWords = words(stripped);
  const { maxWordLength, minWordsPerLine } = options;
  if (maxWordLength !== null && lineWords.some((word) => lengthOf(word) > maxWordLength)) {
    return { line: 'too_long_word' };
  }
  // Not stripped again: a space that stood before a citation at the end stays, and is no terminal punctuation.
  const line = options.citations ? stripped.replace(CITATION, '') : stripped;
  if (options.terminalPunctuation && !hasTerminalPunctuation(line)) return { line: 'no_terminal_punc' };
  // Words as they were before citations were removed.
  if (minWordsPerLine !== null && lineWords.length < minWordsPerLine) return { line: 'too_few_words' };
  const lower = line.toLowerCase();
  if (options.loremIpsum && lower.includes('lorem ipsum')) return { document: 'lorem_ipsum' };
  if (options.javascript && lower.includes('javascript')) return { line: 'javascript' };
  if (options.curlyBracket && line.includes('{')) return { document: 'curly_bracket' };
  if (options.policy && POLICIES.some((policy) => lower.includes(policy))) return { line: 'policy' };
  return { kept: line };
}

function hasTerminalPunctuation(line: string): boolean {
  return LINE_ENDS.some((end) => line.endsWith(end)) && !line.endsWith('...');
}
