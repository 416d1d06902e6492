import type { Completion } from './providers/provider.js';

/** Why no document is taken from an answer. Rows of a run hold these reasons: append, never rename. */
export const ANSWER_REASONS = {
  refused: 'The model, or a filter before it, refused.',
  truncated: 'The answer was cut off.',
  empty: 'The answer, or the document in it, holds nothing but white space.',
  unfenced: 'The document is not in its fence, so that it cannot be told from what the model says about it.',
  ambiguous: 'The fence is there more than once, or its name stands in the document.',
  chatter: 'More stands around the fence than a model says about a document: part of it may be outside.',
  malformed: 'The document holds broken characters that it did not hold before.',
} as const;
export type AnswerReason = keyof typeof ANSWER_REASONS;

export type ParsedAnswer =
  { readonly kind: 'document'; readonly text: string } | { readonly kind: 'rejected'; readonly reason: AnswerReason };

/** Characters before and after the fence, together, that are dropped as remarks. */
const CHATTER_CHARS_MAX = 500;

/** What a refusal without its mark begins with. Such an answer has no fence, so this only tells one reason from another. */
const REFUSAL =
  /^\W*(?:i['’]m (?:very )?sorry|i am sorry|sorry,|i apologi[sz]e|i (?:can(?:no|['’])t|am unable|won['’]t)|as an ai\b)/i;

/**
 * Takes the document out of an answer, or says why not.
 *
 * Strict, since half a document looks like a document: the tag's name must stand there exactly twice, as the opening and the
 * closing tag. An answer without a fence is refused even when it looks like the document alone: a remark of the model before or
 * after it would become part of the document.
 *
 * Line breaks, a byte order mark, and the line breaks at both ends are those of `original`.
 *
 * @param tag - the name of the tags that the prompt had; it does not occur in `original`.
 */
export function parseAnswer(answer: Pick<Completion, 'text' | 'finish'>, tag: string, original: string): ParsedAnswer {
  if (answer.finish === 'refusal') return rejected('refused');
  if (answer.finish !== 'stop') return rejected('truncated');
  const { text } = answer;
  const opening = `<${tag}>`;
  const closing = `</${tag}>`;
  const begin = text.indexOf(opening);
  const end = text.lastIndexOf(closing);
  if (begin < 0) return rejected(withoutFence(text));
  if (end < begin) return rejected(end < 0 ? 'truncated' : 'ambiguous');
  const after = end + closing.length;
  if (occurrences(text, tag) !== 2) return rejected('ambiguous');
  if (begin + (text.length - after) > CHATTER_CHARS_MAX) return rejected('chatter');
  const document = text.slice(begin + opening.length, end);
  if (isBlank(document)) return rejected('empty');
  if (isBroken(document) && !isBroken(original)) return rejected('malformed');
  return { kind: 'document', text: inTheFormOf(original, document) };
}

function rejected(reason: AnswerReason): ParsedAnswer {
  return { kind: 'rejected', reason };
}

function withoutFence(text: string): AnswerReason {
  if (isBlank(text)) return 'empty';
  return REFUSAL.test(text) ? 'refused' : 'unfenced';
}

/** Counted up to 3. */
function occurrences(text: string, name: string): number {
  let count = 0;
  for (let at = text.indexOf(name); at >= 0 && count < 3; at = text.indexOf(name, at + name.length)) count++;
  return count;
}

function isBlank(text: string): boolean {
  return !/\S/.test(text);
}

function isBroken(text: string): boolean {
  return text.includes('\uFFFD') || text.includes('\0') || !text.isWellFormed();
}

function inTheFormOf(original: string, document: string): string {
  const unix = document.includes('\r') ? document.replaceAll('\r\n', '\n') : document;
  const breaks = original.includes('\r\n') && hasMostlyCrLf(original) ? unix.replaceAll('\n', '\r\n') : unix;
  const [from, to] = inner(original);
  const [begin, end] = inner(breaks);
  return original.slice(0, from) + breaks.slice(begin, end) + original.slice(to);
}

function hasMostlyCrLf(text: string): boolean {
  let pairs = 0;
  let breaks = 0;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) {
    breaks++;
    if (text[at - 1] === '\r') pairs++;
  }
  return pairs * 2 > breaks;
}

/** Where a text begins and ends without a byte order mark and without the line breaks at its ends. */
function inner(text: string): readonly [from: number, to: number] {
  let from = text.startsWith('\uFEFF') ? 1 : 0;
  while (isLineBreak(text.charCodeAt(from))) from++;
  let to = text.length;
  while (to > from && isLineBreak(text.charCodeAt(to - 1))) to--;
  return [from, to];
}

function isLineBreak(unit: number): boolean {
  return unit === 0x0a || unit === 0x0d;
}
