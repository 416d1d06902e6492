/**
 * Proves that an answer gives a document only when it holds exactly one, told by the prompt's own tag: each way that models fail
 * has its reason, and for any document and any change of it, what stands in the fence comes out with the original's line breaks.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseAnswer, type AnswerReason } from '../../src/refine/answer.js';
import { fenced, fenceTag } from '../../src/refine/fence.js';
import { answerTo, type AnswerKind } from '../../src/refine/mock/answers.js';

const TAG = 'document-0000000042';
const ORIGINAL = 'First line.\nSecond line.\n';

function parse(text: string, original = ORIGINAL): string {
  const parsed = parseAnswer({ text, finish: 'stop' }, TAG, original);
  return parsed.kind === 'document' ? parsed.text : parsed.reason;
}

describe('parseAnswer', () => {
  it.each<[string, string, AnswerReason]>([
    ['nothing', ' \n', 'empty'],
    ['an empty fence', fenced('\n \n', TAG), 'empty'],
    ['the document without a fence', 'First line. Second line, better.', 'unfenced'],
    ['a remark and the document without a fence', 'Sure! Here it is:\n\nFirst line.', 'unfenced'],
    ['another fence', fenced('First line.', 'document-1'), 'unfenced'],
    ['no opening tag', `First line.\n</${TAG}>`, 'unfenced'],
    ['a refusal', 'I’m sorry, but I cannot help with that.', 'refused'],
    ['another refusal', "I can't assist with this request.", 'refused'],
    ['no closing tag', `<${TAG}>\nFirst line.`, 'truncated'],
    ['two documents', `${fenced('One.', TAG)}\n${fenced('Two.', TAG)}`, 'ambiguous'],
    ['a fence in a fence', fenced(fenced('One.', TAG), TAG), 'ambiguous'],
    ['tags the wrong way round', `</${TAG}>\nOne.\n<${TAG}>`, 'ambiguous'],
    ['the name of the tag in the document', fenced(`See ${TAG}.`, TAG), 'ambiguous'],
    ['half of the document outside', `${'A long paragraph. '.repeat(50)}\n${fenced('Rest.', TAG)}`, 'chatter'],
    ['a broken character', fenced('First l\uFFFDne.', TAG), 'malformed'],
    ['half a surrogate pair', fenced('First line \ud83d.', TAG), 'malformed'],
  ])('refuses %s', (_, text, reason) => {
    expect(parse(text)).toBe(reason);
  });

  it('leaves out remarks around the fence', () => {
    expect(parse(`Here it is:\n\`\`\`\n${fenced('Better.', TAG)}\n\`\`\`\nDone!`)).toBe('Better.\n');
  });

  it('takes broken characters where the original has them', () => {
    expect(parse(fenced('Bad \uFFFD.', TAG), 'bad \uFFFD')).toBe('Bad \uFFFD.');
  });

  it.each([
    ['LF', 'a\nb\n', 'A\nB\n'],
    ['no final line break', 'a\nb', 'A\nB'],
    ['CRLF', 'a\r\nb\r\n', 'A\r\nB\r\n'],
    ['mostly LF', 'a\nb\nc\r\n', 'A\nB\r\n'],
    ['a byte order mark', '\uFEFFa\nb', '\uFEFFA\nB'],
    ['line breaks at both ends', '\n\na\n\n\n', '\n\nA\nB\n\n\n'],
  ])('keeps %s', (_, original, expected) => {
    for (const inner of ['A\nB', 'A\r\nB', '\nA\nB\n\n']) expect(parse(fenced(inner, TAG), original)).toBe(expected);
  });

  it('believes the provider that says an answer is no whole one', () => {
    const text = fenced('Better.', TAG);
    expect(parseAnswer({ text, finish: 'length' }, TAG, ORIGINAL)).toEqual({ kind: 'rejected', reason: 'truncated' });
    expect(parseAnswer({ text, finish: 'other' }, TAG, ORIGINAL)).toEqual({ kind: 'rejected', reason: 'truncated' });
    expect(parseAnswer({ text, finish: 'refusal' }, TAG, ORIGINAL)).toEqual({ kind: 'rejected', reason: 'refused' });
  });

  it('gives back any document that is answered as it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', ' ', '<', '/', '>', '\t', 'é', '\n') }), (text) => {
        fc.pre(text.trim() !== '');
        for (const original of [text, text.replaceAll('\n', '\r\n')]) {
          const tag = fenceTag(original, 0);
          const parsed = parseAnswer({ text: fenced(original, tag), finish: 'stop' }, tag, original);
          expect(parsed).toEqual({ kind: 'document', text: original });
        }
      }),
      { numRuns: 500 },
    );
  });

  it.each<[AnswerKind, AnswerReason | 'document']>([
    ['improve', 'document'],
    ['worsen', 'document'],
    ['ignore', 'document'],
    ['language', 'document'],
    ['long', 'document'],
    ['truncate', 'truncated'],
    ['empty', 'empty'],
    ['refuse', 'refused'],
    ['echo', 'ambiguous'],
    ['unfenced', 'unfenced'],
  ])('makes of the mock’s answer "%s": %s', (kind, expected) => {
    const parsed = parseAnswer(answerTo(`Findings:\n\n${fenced(ORIGINAL, TAG)}`, kind), TAG, ORIGINAL);
    expect(parsed.kind === 'document' ? 'document' : parsed.reason).toBe(expected);
  });
});
