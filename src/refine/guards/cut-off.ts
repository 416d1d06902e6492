import type { Guard } from './guard.js';
import type { TextFacts } from './text-facts.js';

/** A list item, heading, table row, quotation or indented line: it may end without a full stop. */
const NO_SENTENCE = /^(?:\s|[-*+#>|=•]|\d+[.)])/;

/** The end of a sentence, with what may close behind it; or of a code block, table or link. */
const COMPLETE_END = /[\p{Sentence_Terminal}…:।؟`~|)\]}>"'”’»*_]$/u;

/** The last line is prose that breaks off, as letters, digits, commas and opening brackets at its end say. */
const BROKEN_END = /[\p{L}\p{M}\p{N},;([{-]$/u;

export const cutOffGuard: Guard = (original, version, { cutOff }) => {
  if (!cutOff) return undefined;
  if (version.structure.isFenceOpen && !original.structure.isFenceOpen) return 'a code block is not closed';
  const last = lastLineOf(version);
  if (NO_SENTENCE.test(last) || !BROKEN_END.test(last)) return undefined;
  return COMPLETE_END.test(lastLineOf(original)) ? 'the last sentence has no end' : undefined;
};

function lastLineOf({ text }: TextFacts): string {
  const trimmed = text.trimEnd();
  return trimmed.slice(trimmed.lastIndexOf('\n') + 1);
}
