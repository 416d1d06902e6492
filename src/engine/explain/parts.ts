/**
 * The 21 parts of the documentation profile in words: what each is, what its value says was found, and what would raise it.
 *
 * The kernel gives values, each made of one count or share. That is read back from the value, so that nothing is measured
 * twice; where a value is at its bound, only the bound is known.
 */
import type { DocumentationWeights } from '../../core/measures.js';
import type { Report } from '../../core/report.js';
import { findEssentials, ESSENTIALS } from './essentials.js';
import { counted, percent } from './wording.js';

/** A dimension of the documentation profile. */
export type Dimension = keyof DocumentationWeights;

/** What the parts are told about, beside their values. */
export interface PartFacts {
  readonly text: string;
  readonly report: Report;
  /** The first year that is recent. */
  readonly recentFrom: number;
}

/** A part in words. */
export interface PartDefinition {
  /** Short, and stable: it is printed in JSON. */
  readonly name: string;
  /** What was found, for a value that is there. */
  readonly found: (value: number, facts: PartFacts) => string;
  /** What would raise a value below 1. */
  readonly advice: (value: number, facts: PartFacts) => string;
}

const HEADINGS_WANTED = 5;
const FENCES_WANTED = 3;
const LINKS_WANTED = 2;
const WORDS_WANTED = 500;
const VERSIONS_WANTED = 2;
const NOTICES_WANTED = 3;
/** Markers and level skips cost a tenth each, and gaps a hundredth. */
const TENTHS = 10;
const GAPS_MAX = 100;
const WORDS_A_SENTENCE = 17.5;
const LONG_SENTENCE_CHARS = 150;
/** Of every so many words one may be a passive before nothing is left. */
const WORDS_A_PASSIVE = 20;
const HEADING_TOKENS_WANTED = 3;

/** In the order in which the kernel puts them. */
export const PARTS: Readonly<Record<Dimension, readonly PartDefinition[]>> = {
  completeness: [
    wanted('headings', 'heading', HEADINGS_WANTED),
    wanted('code blocks', 'code block', FENCES_WANTED),
    wanted('links', 'link', LINKS_WANTED),
    {
      name: 'open ends',
      found: (value) => `${spoilt(value, TENTHS, 'marker')} such as TODO`,
      advice: (value) => `settle what is marked TODO or so: ${spoilt(value, TENTHS, 'place')}`,
    },
    {
      name: 'length',
      found: (value, { report }) => `${counted(report.words, 'word')}${value < 1 ? ` of ${WORDS_WANTED}` : ''}`,
      advice: (_, { report }) => `write ${counted(WORDS_WANTED - report.words, 'more word')}`,
    },
    {
      name: 'essentials',
      found: (value, { text }) => (value === 0 ? 'none of them' : findEssentials(text).join(', ')),
      advice: (_, { text }) => {
        const found = findEssentials(text);
        return `mention ${ESSENTIALS.filter((essential) => !found.includes(essential)).join(', ')}`;
      },
    },
  ],
  clarity: [
    {
      name: 'sentence length',
      found: (_, { report }) => `${wordsASentence(report).toFixed(1)} words a sentence, ${WORDS_A_SENTENCE} is best`,
      advice: (_, { report }) =>
        `${wordsASentence(report) > WORDS_A_SENTENCE ? 'shorter' : 'longer'} ones: ${wordsASentence(report).toFixed(1)} words, ${WORDS_A_SENTENCE} is best`,
    },
    {
      name: 'long sentences',
      found: (value, { report: { sentences } }) =>
        `${longSentences(value, sentences)} of ${sentences} beyond ${LONG_SENTENCE_CHARS} characters`,
      advice: (value, { report: { sentences } }) =>
        `split ${longSentences(value, sentences)} of ${sentences}: over ${LONG_SENTENCE_CHARS} characters`,
    },
    {
      name: 'passives',
      found: (value, { report: { words } }) => `${passives(value, words)} in ${counted(words, 'word')}`,
      advice: (value, { report: { words } }) => `say who acts: ${passives(value, words)}`,
    },
    {
      name: 'paragraphs',
      found: (_, { report: { paragraphs } }) => `${paragraphs}, best with 3 to 5 sentences each`,
      advice: () => 'have 3 to 5 sentences in each paragraph',
    },
    {
      name: 'heading length',
      found: (value) =>
        value < 1
          ? `${(value * HEADING_TOKENS_WANTED).toFixed(1)} words a heading of ${HEADING_TOKENS_WANTED}`
          : `${HEADING_TOKENS_WANTED} words a heading or more`,
      advice: (value) =>
        `say more in headings: ${HEADING_TOKENS_WANTED} words, from ${(value * HEADING_TOKENS_WANTED).toFixed(1)}`,
    },
  ],
  consistency: [
    {
      name: 'spelling',
      found: (value) => `${percent(value)} in one form (email, e-mail, ...)`,
      advice: () => 'use one form of email/e-mail, setup/set-up, ...',
    },
    {
      name: 'code languages',
      found: (value) => `${percent(value)} of code blocks say their language`,
      advice: (value) => `name it for each code block: ${percent(1 - value)} lack it`,
    },
    {
      name: 'heading levels',
      found: (value) => `${spoilt(value, TENTHS, 'level')} skipped`,
      advice: (value) => `go down one level at a time: ${spoilt(value, TENTHS, 'jump')}`,
    },
    {
      name: 'bullets',
      found: (value) => `${percent(value)} with the same marker`,
      advice: (value) => `use one of - * + for all: ${percent(1 - value)} differ`,
    },
    {
      name: 'spacing',
      found: (value) => `${spoilt(value, GAPS_MAX, 'gap')} of several spaces`,
      advice: (value) => `put one space between words: ${spoilt(value, GAPS_MAX, 'gap')}`,
    },
  ],
  accuracy: [
    wanted('versions', 'version number', VERSIONS_WANTED),
    {
      name: 'years',
      found: (value, { recentFrom }) => `${percent(value)} of years are ${recentFrom} or later`,
      advice: (value, { recentFrom }) => `update what names years before ${recentFrom}: ${percent(1 - value)}`,
    },
    {
      name: 'brackets',
      found: (value) => `${percent(value)} of bracket kinds in code paired`,
      advice: () => 'close every ( [ { in code blocks',
    },
    {
      name: 'link targets',
      found: (value) => `${percent(2 * value - 1)} lead to a URL, path or document`,
      advice: (value) => `lead to a URL, path or document: ${percent(2 - 2 * value)} do not`,
    },
    {
      name: 'notices',
      found: (value) => `${countOf(2 * value - 1, NOTICES_WANTED, 'notice')} (note, warning, ...)`,
      advice: (value) => `warn and note: ${more(2 * value - 1, NOTICES_WANTED, 'notice')}`,
    },
  ],
};

/** A part of which there should be so many: `count / target`, at most 1. */
function wanted(name: string, noun: string, target: number): PartDefinition {
  return {
    name,
    found: (value) => countOf(value, target, noun),
    advice: (value) => `add ${more(value, target, noun)}`,
  };
}

function countOf(value: number, target: number, noun: string): string {
  return value < 1 ? `${counted(Math.round(value * target), noun)} of ${target}` : `${counted(target, noun)} or more`;
}

function more(value: number, target: number, noun: string): string {
  return counted(target - Math.round(value * target), `more ${noun}`);
}

/** A count of what each costs `1 / max`. */
function spoilt(value: number, max: number, noun: string): string {
  const count = Math.round((1 - value) * max);
  return value === 0 ? `${counted(max, noun)} or more` : counted(count, noun);
}

function wordsASentence({ words, sentences }: Report): number {
  return words / sentences;
}

/** `1 − 2·long/sentences`, at least 0. */
function longSentences(value: number, sentences: number): string {
  const count = Math.round(((1 - value) * sentences) / 2);
  return value === 0 ? `${Math.ceil(sentences / 2)} or more` : String(count);
}

/** `1 − 20·passives/words`, at least 0. */
function passives(value: number, words: number): string {
  if (value === 0) return `${counted(Math.ceil(words / WORDS_A_PASSIVE), 'passive')} or more`;
  return counted(Math.round(((1 - value) * words) / WORDS_A_PASSIVE), 'passive');
}
