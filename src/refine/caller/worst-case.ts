import type { CompletionRequest } from '../providers/provider.js';

/**
 * Tokens that a provider adds to a prompt: roles, turns, the beginning of the answer. Chat templates in use have up to about 20
 * for two messages.
 */
const FRAMING_TOKENS = 64;

/**
 * The most input tokens that a prompt can have. Vocabularies of bytes or of characters have no token without a byte, so
 * tokens are at most as many as UTF-8 bytes.
 */
export class InputBounds {
  /** The same in every call of a strategy, so its bytes are counted once. */
  #system = '';
  #systemBytes = 0;

  of({ system, user }: CompletionRequest): number {
    if (system !== this.#system) {
      this.#system = system;
      this.#systemBytes = Buffer.byteLength(system);
    }
    return this.#systemBytes + Buffer.byteLength(user) + FRAMING_TOKENS;
  }
}
