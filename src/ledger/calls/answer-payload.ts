import type { CountedAnswer } from './account.js';
import {
  FINISHES,
  PROVIDER_BYTES_MAX,
  type RecordedAnswer,
  type RecordedCompletion,
  type RecordedUsage,
} from './calls.js';
import { UTF8_BYTES_PER_UNIT_MAX, type Payload } from './record.js';

/**
 * What the record of an answer carries:
 *
 * ```
 *  0       1        2                4                                         36
 *  ┌───────┬────────┬────────────────┬─────────────────────────────────────────┬──────────┬──────┐
 *  │ flags │ finish │ provider bytes │ input, cached, cache write, output      │ provider │ text │
 *  │ u8    │ u8     │ u16            │ tokens, f64 each                        │ UTF-8    │      │
 *  └───────┴────────┴────────────────┴─────────────────────────────────────────┴──────────┴──────┘
 * ```
 */
export function answerPayload(provider: string, { text, finish, usage }: RecordedCompletion): Payload {
  // UTF-8 has no lone surrogates, and an answer that is read back is to be the one that was given.
  const encoding = text.isWellFormed() ? 'utf8' : 'utf16le';
  return {
    bytesMax: TOKENS_END + PROVIDER_BYTES_MAX + text.length * UTF8_BYTES_PER_UNIT_MAX,
    write: (target, at) => {
      target[at] = (usage === undefined ? 0 : HAS_USAGE) | (encoding === 'utf8' ? 0 : IS_UTF16);
      target[at + FINISH] = FINISHES.indexOf(finish);
      target.writeDoubleLE(usage?.inputTokens ?? 0, at + TOKENS);
      target.writeDoubleLE(usage?.cachedInputTokens ?? 0, at + TOKENS + 8);
      target.writeDoubleLE(usage?.cacheWriteTokens ?? 0, at + TOKENS + 16);
      target.writeDoubleLE(usage?.outputTokens ?? 0, at + TOKENS + 24);
      const providerBytes = target.write(provider, at + TOKENS_END);
      target.writeUInt16LE(providerBytes, at + PROVIDER_BYTES);
      return TOKENS_END + providerBytes + target.write(text, at + TOKENS_END + providerBytes, encoding);
    },
  };
}

/** The answer; `undefined` when the payload is of no known shape. */
export function readAnswer(payload: Buffer, chargedNanoUsd: number): RecordedAnswer | undefined {
  const counted = readCounted(payload);
  if (counted === undefined) return undefined;
  const textAt = TOKENS_END + payload.readUInt16LE(PROVIDER_BYTES);
  if (textAt > payload.length) return undefined;
  const encoding = (payload[0]! & IS_UTF16) === 0 ? 'utf8' : 'utf16le';
  return {
    provider: payload.toString('utf8', TOKENS_END, textAt),
    completion: { text: payload.toString(encoding, textAt), ...counted },
    chargedNanoUsd,
  };
}

/** Whether the answer cost no call. */
export function isShared(payload: Buffer): boolean {
  return payload.length >= TOKENS_END && payload.readUInt16LE(PROVIDER_BYTES) === 0;
}

/** What is counted of the answer, without its text. */
export function readCounted(payload: Buffer): CountedAnswer | undefined {
  const finish = FINISHES[payload[FINISH] ?? FINISHES.length];
  if (payload.length < TOKENS_END || finish === undefined) return undefined;
  return { finish, usage: (payload[0]! & HAS_USAGE) === 0 ? undefined : readUsage(payload) };
}

function readUsage(payload: Buffer): RecordedUsage {
  return {
    inputTokens: payload.readDoubleLE(TOKENS),
    cachedInputTokens: payload.readDoubleLE(TOKENS + 8),
    cacheWriteTokens: payload.readDoubleLE(TOKENS + 16),
    outputTokens: payload.readDoubleLE(TOKENS + 24),
  };
}

const HAS_USAGE = 1;
const IS_UTF16 = 2;

const FINISH = 1;
const PROVIDER_BYTES = 2;
const TOKENS = 4;
const TOKENS_END = 36;
