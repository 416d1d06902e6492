import { createHash, createHmac } from 'node:crypto';

/** 128 bits as four words of 32, lowest first: arguments for WebAssembly without a BigInt or a place in memory. */
export type Words = readonly [number, number, number, number];

/** What content is hashed for. The same content in another context has another digest and another check. */
export interface HashContext {
  /** Mixed into the digest of the content. */
  readonly digestWords: Words;
  /** The key of the keyed check, made of the secret. */
  readonly checkKey: Words;
  /** What a cryptographic check hashes in front of the content, 32 bytes. */
  readonly prefix: Buffer;
}

/**
 * The context of a few strings in this order. Each is framed by its length, so that no other strings give the same bytes.
 *
 * @param secret - sixteen bytes or more that whoever writes documents does not know.
 */
export function hashContext(secret: Uint8Array, parts: readonly string[]): HashContext {
  const framed = Buffer.concat(parts.flatMap(frame));
  const prefix = createHash('sha256').update(framed).digest();
  return Object.freeze({
    digestWords: wordsOf(prefix),
    checkKey: wordsOf(createHmac('sha256', secret).update(framed).digest()),
    prefix,
  });
}

/** As UTF-16, which tells all strings apart: UTF-8 has no lone surrogates. */
function frame(part: string): [Buffer, Buffer] {
  const bytes = Buffer.from(part, 'utf16le');
  const length = Buffer.alloc(4);
  length.writeUInt32LE(bytes.length);
  return [length, bytes];
}

/** The first sixteen bytes. */
function wordsOf(bytes: Buffer): Words {
  return [bytes.readUInt32LE(0), bytes.readUInt32LE(4), bytes.readUInt32LE(8), bytes.readUInt32LE(12)];
}
