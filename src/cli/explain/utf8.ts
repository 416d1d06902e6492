/** A text of bytes, as the engine takes it. */
export interface DecodedText {
  readonly text: string;
  /** Ill-formed parts that were replaced by U+FFFD. */
  readonly replaced: number;
}

const REPLACEMENT = '\ufffd';
const REPLACEMENT_BYTES = Buffer.from(REPLACEMENT);
/** Another character of three bytes. */
const STAND_IN = '\ue000';
const STAND_IN_BYTES = Buffer.from(STAND_IN);

/** Takes bytes as UTF-8, a byte order mark included. */
export function decodeUtf8(bytes: Uint8Array): DecodedText {
  const text = decode(bytes);
  if (!text.includes(REPLACEMENT)) return { text, replaced: 0 };
  return { text, replaced: countOf(withStandIns(bytes), REPLACEMENT) };
}

/**
 * The same with a character of the bytes' own that stands where they hold U+FFFD themselves, so that each U+FFFD in it is an
 * ill-formed part. Its three bytes begin a character wherever they stand.
 */
export function withStandIns(bytes: Uint8Array): string {
  const changed = Buffer.from(bytes);
  for (let at = changed.indexOf(REPLACEMENT_BYTES); at !== -1; at = changed.indexOf(REPLACEMENT_BYTES, at + 3)) {
    STAND_IN_BYTES.copy(changed, at);
  }
  return decode(changed);
}

export function countReplacements(text: string): number {
  return countOf(text, REPLACEMENT);
}

function decode(bytes: Uint8Array): string {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
}

function countOf(text: string, part: string): number {
  return text.split(part).length - 1;
}
