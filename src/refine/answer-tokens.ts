/** UTF-8 bytes a token, in prose of a language that tokenizers are poor at. Code and rare scripts may have fewer. */
const TOKEN_BYTES_MIN = 3;

/** UTF-8 bytes that a token has at most on average, in any text that is no mere repetition. */
const TOKEN_BYTES_MAX = 6;

/** Headings, an introduction and the fence, around a document of a line. */
const EXTRA_TOKENS = 256;

/** So many times the document an answer may be. */
const GROWTH = 2;

/**
 * Tokens to allow an answer: room for twice the document, since all that is allowed is taken from the budget and from the limits
 * of the provider until the answer is there.
 *
 * @returns `undefined` when the document alone could not fit into `max` tokens: an answer would be cut off, and paid for.
 */
export function answerTokensFor(bytes: number, max: number): number | undefined {
  if (bytes > max * TOKEN_BYTES_MAX) return undefined;
  return Math.min(max, EXTRA_TOKENS + Math.ceil((GROWTH * bytes) / TOKEN_BYTES_MIN));
}
