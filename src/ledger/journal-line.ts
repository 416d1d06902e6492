import { crc32 } from 'node:zlib';

/**
 * A line of a journal: `<checksum> <JSON>\n`, where the checksum is the CRC-32 of the JSON's bytes in 8 hexadecimal
 * digits. JSON escapes line feeds, so an LF always ends a line.
 */
export function encodeLine(value: unknown): Uint8Array {
  const json = Buffer.from(JSON.stringify(value));
  const checksum = crc32(json).toString(16).padStart(CHECKSUM_DIGITS, '0');
  return Buffer.concat([Buffer.from(`${checksum} `), json, LF]);
}

/** The value of a line, given without its LF; `undefined` for a torn or damaged one. */
export function decodeLine(line: Uint8Array): { readonly value: unknown } | undefined {
  const text = Buffer.from(line.buffer, line.byteOffset, line.byteLength);
  const json = text.subarray(CHECKSUM_DIGITS + 1);
  const expected = `${crc32(json).toString(16).padStart(CHECKSUM_DIGITS, '0')} `;
  if (text.toString('latin1', 0, CHECKSUM_DIGITS + 1) !== expected) return undefined;
  try {
    const value: unknown = JSON.parse(json.toString('utf8'));
    return { value };
  } catch {
    return undefined;
  }
}

const CHECKSUM_DIGITS = 8;
const LF = Buffer.from('\n');
