/**
 * Made-up documents to measure with where there are none: distinct, of mixed quality, and the same ones for the same seed on every
 * machine and in every process, so that what one run measured another can check.
 */
import type { Document } from '../core/document.js';
import { checkInteger, checkNumber, checkOptions } from '../core/options.js';
import { seededRandom } from '../core/random.js';
import { ADJECTIVES, ADVERBS, BUZZWORDS, COMPOUNDS, FOREIGN, LINKS, NOUNS, PASTS, VERBS } from './words.js';

/** What documents to make. */
export interface GeneratorOptions {
  /** Another seed, other documents. Integer, 0 to 2^32 - 1. @defaultValue 1 */
  readonly seed?: number;
  /** Mean size of a text in UTF-8 bytes. Integer, 64 to 16 MiB. @defaultValue 1000 */
  readonly bytes?: number;
  /** How far sizes differ from the mean, as a share of it; uniformly distributed. Number, 0 to 0.9. @defaultValue 0.2 */
  readonly spread?: number;
}

export type ResolvedGeneratorOptions = Required<GeneratorOptions>;

export const GENERATOR_DEFAULTS: ResolvedGeneratorOptions = Object.freeze({ seed: 1, bytes: 1000, spread: 0.2 });

export const SEED_MAX = 2 ** 32 - 1;
const BYTES_MIN = 64;
const BYTES_MAX = 16 * 1024 * 1024;

/** Takes partial options, returns frozen and complete ones, refuses with the option's path. */
export function resolveGeneratorOptions(options: GeneratorOptions = {}, path = 'generator'): ResolvedGeneratorOptions {
  const given: Record<keyof GeneratorOptions, unknown> = {
    ...GENERATOR_DEFAULTS,
    ...checkOptions(path, options, Object.keys(GENERATOR_DEFAULTS)),
  };
  return Object.freeze({
    seed: checkInteger(`${path}.seed`, given.seed, 0, SEED_MAX),
    bytes: checkInteger(`${path}.bytes`, given.bytes, BYTES_MIN, BYTES_MAX),
    spread: checkNumber(`${path}.spread`, given.spread, 0, 0.9),
  });
}

/** A generated document always has its id. */
export interface GeneratedDocument extends Document {
  readonly id: string;
}

/**
 * Documents by their ordinals: each can be made without those before it, as often as it is needed.
 *
 * About two in three are prose or Markdown worth keeping; the others are what a crawl brings along: repeated lines, logs, menus,
 * empty phrases, capitals, stubs. Every text begins with its ordinal, so no two of one generator are equal.
 */
export class DocumentGenerator {
  readonly #options: ResolvedGeneratorOptions;

  /** @throws MillraceError `ERR_OPTION_TYPE`, `ERR_OPTION_RANGE`, `ERR_OPTION_UNKNOWN`. */
  constructor(options?: GeneratorOptions) {
    this.#options = resolveGeneratorOptions(options);
  }

  /** @param ordinal - integer, 0 to 2^32 - 1. */
  document(ordinal: number): GeneratedDocument {
    const { seed, bytes, spread } = this.#options;
    // Two odd factors part the sequences of neighbouring seeds and ordinals.
    const writer = new Writer(seededRandom(Math.imul(seed + 1, 0x9e3779b1) ^ Math.imul(ordinal + 1, 0x85ebca6b)));
    const size = bytes * (1 + spread * (2 * writer.random() - 1));
    return { id: `generated:${ordinal}`, text: textOf(writer, ordinal, size) };
  }

  /** `count` documents from the ordinal `from` on. */
  take(count: number, from = 0): GeneratedDocument[] {
    return Array.from({ length: count }, (_, index) => this.document(from + index));
  }
}

/** One paragraph, list or line of a kind of document, without the break behind it. */
type Block = (writer: Writer) => string;

interface Kind {
  /** Of a hundred documents. */
  readonly weight: number;
  readonly title: (ordinal: number) => string;
  readonly block: Block;
  readonly between: string;
}

const PARAGRAPH_BREAK = '\n\n';

/** Weights add up to 100. */
const KINDS: readonly Kind[] = [
  { weight: 42, title: (n) => `Letter ${n}`, block: paragraph, between: PARAGRAPH_BREAK },
  { weight: 20, title: (n) => `# Guide ${n}`, block: section, between: PARAGRAPH_BREAK },
  { weight: 8, title: (n) => `${n}.`, block: foreignParagraph, between: PARAGRAPH_BREAK },
  { weight: 7, title: (n) => `page ${n}`, block: menu, between: '\n' },
  { weight: 7, title: (n) => `log ${n}`, block: logLine, between: '\n' },
  { weight: 6, title: (n) => `OFFER ${n}`, block: shout, between: ' ' },
  { weight: 6, title: (n) => `Vision ${n}`, block: emptyPhrases, between: ' ' },
  { weight: 4, title: (n) => `Notice ${n}`, block: sameLine, between: '\n' },
];

/** Blocks are added until the size is reached; the last one is cut at a word, so that a text is as long as it should be. */
function textOf(writer: Writer, ordinal: number, size: number): string {
  const { title, block, between } = kindOf(writer.random());
  let text = title(ordinal);
  let bytes = text.length; // titles are ASCII
  for (let lead = PARAGRAPH_BREAK; ; lead = between) {
    const next = lead + block(writer);
    const nextBytes = Buffer.byteLength(next);
    if (bytes + nextBytes > size) return text + cutAtWord(next, (size - bytes) / nextBytes);
    text += next;
    bytes += nextBytes;
  }
}

function kindOf(draw: number): Kind {
  let left = draw * 100;
  return KINDS.find(({ weight }) => (left -= weight) < 0) ?? KINDS[0]!;
}

function cutAtWord(text: string, share: number): string {
  const end = text.lastIndexOf(' ', Math.floor(text.length * share));
  return end <= 0 ? '' : `${text.slice(0, end)}.`;
}

function paragraph(writer: Writer): string {
  return writer.repeat(3, 6, sentence).join(' ');
}

function foreignParagraph(writer: Writer): string {
  return writer.repeat(3, 6, () => writer.pick(FOREIGN)).join(' ');
}

function section(writer: Writer): string {
  const heading = `## ${capital(writer.pick(ADJECTIVES))} ${writer.noun()}`;
  const steps = writer.repeat(2, 4, () => `- ${sentence(writer)}`).join('\n');
  const code = `\`\`\`sh\n${writer.noun()} --${writer.pick(NOUNS)} ${writer.integer(1000)} > ${writer.noun()}.txt\n\`\`\``;
  return [heading, paragraph(writer), steps, ...(writer.random() < 0.3 ? [code] : [])].join(PARAGRAPH_BREAK);
}

function menu(writer: Writer): string {
  return `${capital(writer.noun())} | ${capital(writer.noun())} | [more](https://example.org/${writer.noun()})`;
}

function logLine(writer: Writer): string {
  const [minute, second] = [writer.integer(60), writer.integer(60)].map((part) => String(part).padStart(2, '0'));
  return `2026-03-0${1 + writer.integer(9)}T04:${minute}:${second}Z INFO ${writer.noun()}[${writer.integer(65536)}]: took ${writer.integer(5000)} ms`;
}

function shout(writer: Writer): string {
  return `${sentence(writer).slice(0, -1).toUpperCase()}!!!`;
}

function emptyPhrases(writer: Writer): string {
  const [first, ...others] = writer.repeat(6, 12, () => writer.pick(BUZZWORDS));
  return `${capital(first ?? '')} ${others.join(' ')}.`;
}

function sameLine(): string {
  return 'All rights reserved. Please enable cookies to continue reading this page.';
}

function sentence(writer: Writer): string {
  const subject = `the ${writer.pick(ADJECTIVES)} ${writer.noun()}`;
  const clause = `${subject} ${writer.pick(VERBS)} the ${writer.noun()} of the ${writer.noun()}`;
  const draw = writer.random();
  if (draw < 0.25) return `${capital(subject)} ${writer.pick(PASTS)}.`;
  if (draw < 0.6) return `${capital(clause)} ${writer.pick(ADVERBS)}.`;
  if (draw < 0.9) return `${capital(clause)}, ${writer.pick(LINKS)} a ${writer.noun()} ${writer.pick(PASTS)}.`;
  return `In ${1800 + writer.integer(226)} ${clause}; ${writer.integer(100)} of ${100 + writer.integer(900)} did not.`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Draws words. */
class Writer {
  readonly random: () => number;

  constructor(random: () => number) {
    this.random = random;
  }

  /** In `[0, end)`. */
  integer(end: number): number {
    return Math.floor(this.random() * end);
  }

  pick(list: readonly string[]): string {
    return list[this.integer(list.length)] ?? '';
  }

  /** One in three is a rare one, which is about what prose has. */
  noun(): string {
    return this.pick(this.random() < 1 / 3 ? COMPOUNDS : NOUNS);
  }

  /** What `make` gives, `min` to `max` times. */
  repeat(min: number, max: number, make: Block): string[] {
    return Array.from({ length: min + this.integer(max - min + 1) }, () => make(this));
  }
}
