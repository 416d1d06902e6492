/**
 * The fence around a document: a pair of tags, each on a line of its own, whose name does not occur in the document. Nothing
 * that the document says can close it.
 *
 *   <document-2166136261>
 *   …the text as it is, and one line break…
 *   </document-2166136261>
 */
const TAG = 'document-';

/** Decimal digits: there is no upper and lower case in which a model could take two of them for the same. */
const DIGITS = 10;

/**
 * The name of the tags for a text, the same whenever seed and text are.
 *
 * Digits of a hash make it unlikely that the first try occurs in the text; the search makes it certain that the last does not.
 * Each try doubles the one before, so that a text of n characters written to hit them all costs log2(n) searches.
 *
 * @param seed - integer.
 */
export function fenceTag(text: string, seed: number): string {
  let hash = hashOf(text, seed);
  let digits = digitsOf(hash);
  while (text.includes(digits)) {
    for (let missing = digits.length; missing > 0; missing -= DIGITS) digits += digitsOf((hash = mixed(hash + 1)));
  }
  return TAG + digits;
}

export function fenced(text: string, tag: string): string {
  return `<${tag}>\n${text}\n</${tag}>`;
}

/** A fenced document and its tag. */
export interface FencedDocument {
  readonly tag: string;
  readonly text: string;
}

const OPENING = new RegExp(`<(${TAG}\\d+)>\\n`);

/** The document of a prompt that `promptFor` made; `undefined` for any other text. The inverse of `fenced`. */
export function fencedDocument(prompt: string): FencedDocument | undefined {
  const opening = OPENING.exec(prompt);
  const tag = opening?.[1];
  if (opening === null || tag === undefined) return undefined;
  const begin = opening.index + opening[0].length;
  const end = prompt.lastIndexOf(`\n</${tag}>`);
  return end < begin ? undefined : { tag, text: prompt.slice(begin, end) };
}

/** FNV-1a over UTF-16 units. */
function hashOf(text: string, seed: number): number {
  let hash = mixed(seed ^ 0x811c9dc5);
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return mixed(hash);
}

/** The finaliser of MurmurHash3: every bit of the result depends on every bit of the hash. */
function mixed(hash: number): number {
  let bits = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return bits ^ (bits >>> 16);
}

function digitsOf(hash: number): string {
  return (hash >>> 0).toString().padStart(DIGITS, '0');
}
