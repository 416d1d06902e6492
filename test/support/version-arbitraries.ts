/**
 * Pairs of an original and a version of it for property tests, and options of the guards.
 *
 * A version is the original with pieces put in, taken out or doubled; the pieces are what guards look for, so that every one of them
 * objects now and then and has nothing against most.
 */
import fc from 'fast-check';
import type { GuardOptions } from '../../src/refine/guards/options.js';
import { documentText } from './text-arbitraries.js';

export interface VersionPair {
  readonly original: string;
  readonly version: string;
}

const PIECES = [
  '\n```sh\nrun --fast 42\n```\n',
  '\n~~~\nleft open',
  '\n# A heading\n',
  ' [here](https://example.org/a) ',
  ' https://example.org/b?c=1. ',
  ' see [below](#below) ',
  ' 1,000 ',
  ' 2024-05-13 ',
  ' 12 ',
  ' \u0663\u0664 ',
  ' \u{1d7ce}\u{1d7d9} ',
  '\n1. first\n2. second\n',
  ' the cat and the dog are in it and so on ',
  ' Вода течёт по трубам очень быстро ',
  ' 水は速く流れる。 ',
  ' \u0130stanbul ΣΟΦΟΣ ',
  ' \ud800 ',
  ' and then',
] as const;

interface Edit {
  readonly kind: 'insert' | 'remove' | 'double';
  /** Shares of the text. */
  readonly from: number;
  readonly share: number;
  readonly piece: string;
}

const edit: fc.Arbitrary<Edit> = fc.record({
  kind: fc.constantFrom('insert', 'insert', 'remove', 'double'),
  from: fc.double({ min: 0, max: 1, noNaN: true }),
  share: fc.constantFrom(0.01, 0.05, 0.3, 0.9),
  piece: fc.constantFrom(...PIECES),
});

function edited(text: string, { kind, from, share, piece }: Edit): string {
  const begin = Math.floor(from * text.length);
  const end = begin + Math.ceil(share * text.length);
  if (kind === 'insert') return text.slice(0, begin) + piece + text.slice(begin);
  if (kind === 'remove') return text.slice(0, begin) + text.slice(end);
  return text.slice(0, end) + text.slice(begin, end).repeat(3) + text.slice(end);
}

export function versionPair(): fc.Arbitrary<VersionPair> {
  const original = fc
    .tuple(documentText(), fc.array(fc.constantFrom(...PIECES), { maxLength: 6 }), documentText())
    .map(([before, pieces, after]) => before + pieces.join('') + after);
  return fc
    .tuple(original, fc.array(edit, { maxLength: 5 }))
    .map(([text, edits]) => ({ original: text, version: edits.reduce(edited, text) }));
}

export function guardOptions(): fc.Arbitrary<GuardOptions> {
  const share = fc.constantFrom(0, 0.1, 0.5, 0.9, 1, null);
  return fc.record(
    {
      lengthMin: share,
      lengthMax: fc.constantFrom(1, 3, null),
      cutOff: fc.boolean(),
      code: fc.boolean(),
      linksLostMax: share,
      linksAddedMax: share,
      headingsLostMax: share,
      numbersLostMax: share,
      numbersAddedMax: share,
      varietyMin: share,
      languageMin: share,
      meaningMin: share,
    },
    { requiredKeys: [] },
  );
}
