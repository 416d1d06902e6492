import { checkChoice, checkOptions, checkString } from '../core/options.js';
import type { HashContext } from './hash-context.js';
import type { Content, Hasher } from './hasher.js';
import type { Key } from './tier.js';

/**
 * How it is proved that an entry belongs to the content that it was found by: with a keyed hash, which nobody can aim at who does
 * not know the cache's secret, or with SHA-256, which does not depend on a secret.
 */
export const KEY_CHECKS = ['keyed', 'sha256'] as const;
export type KeyCheck = (typeof KEY_CHECKS)[number];

export interface KeyMakerOptions {
  /** `'keyed'`: 64 bits, 0.24 µs for 1 KB; `'sha256'`: 256 bits, about 1.5 µs. @defaultValue 'keyed' */
  readonly check?: KeyCheck;
}
export type ResolvedKeyMakerOptions = Required<KeyMakerOptions>;

export const KEY_MAKER_DEFAULTS: ResolvedKeyMakerOptions = Object.freeze({ check: 'keyed' });

/** @throws MillraceError `ERR_OPTION_TYPE`, `ERR_OPTION_RANGE` or `ERR_OPTION_UNKNOWN` with the option's path. */
export function resolveKeyMakerOptions(options: KeyMakerOptions, path = 'keys'): ResolvedKeyMakerOptions {
  const { check = KEY_MAKER_DEFAULTS.check } = checkOptions(path, options, ['check']);
  return Object.freeze({ check: checkChoice(`${path}.check`, check, KEY_CHECKS) });
}

/** Of the way from content to key; raised when that changes, so that no entry of before is found. */
const KEY_FORMAT = 'millrace-key-1';

/**
 * Makes the keys of one namespace and stage.
 *
 *   digest = MurmurHash3( MurmurHash3(content) │ first 16 bytes of SHA-256(context) )
 *   check  = SipHash-1-3(content) with a key of HMAC-SHA-256(secret, context), or SHA-256( SHA-256(context) │ content )
 *   context = format, kind (content or name), namespace, stage and fingerprint, each framed by its length
 *
 * All that is hashed has a fixed length or is framed, so no two of (content, kind, namespace, stage, fingerprint) are hashed from
 * the same bytes. Content is hashed once for all its stages, if one wants to: the outer hash takes 20 ns.
 */
export class KeyMaker {
  readonly #hasher: Hasher;
  readonly #contents: HashContext;
  readonly #names: HashContext;
  readonly #check: KeyCheck;

  /**
   * @param stage - what is computed of the content, with a version that changes when its results do.
   * @param fingerprint - of the resolved options that change the result: `fingerprintOf`.
   * @throws MillraceError `ERR_OPTION_TYPE`, `ERR_OPTION_RANGE` or `ERR_OPTION_UNKNOWN`.
   */
  constructor(hasher: Hasher, namespace: string, stage: string, fingerprint: string, options: KeyMakerOptions = {}) {
    this.#check = resolveKeyMakerOptions(options).check;
    const parts = [checkString('namespace', namespace), checkString('stage', stage), fingerprint];
    this.#hasher = hasher;
    this.#contents = hasher.contextOf([KEY_FORMAT, 'content', ...parts]);
    this.#names = hasher.contextOf([KEY_FORMAT, 'name', ...parts]);
  }

  /** The key of content. It holds on to the content until its check has been asked for; bytes must not change before. */
  of(content: Content): Key {
    return new ContentKey(this.#hasher, content, this.#contents, this.#check);
  }

  /** The key of something that has a name; never that of content. */
  named(name: string): Key {
    return new ContentKey(this.#hasher, name, this.#names, this.#check);
  }

  /** The key of content at an address of the hasher's place. Its check has to be asked for while the content lies there. */
  at(address: number, bytes: number): Key {
    return new PlacedKey(this.#hasher, address, bytes, this.#contents, this.#check);
  }
}

class ContentKey implements Key {
  readonly digest: string;
  readonly #hasher: Hasher;
  readonly #context: HashContext;
  readonly #kind: KeyCheck;
  #content: Content | undefined;
  #check = '';

  constructor(hasher: Hasher, content: Content, context: HashContext, kind: KeyCheck) {
    this.digest = hasher.digestOf(content, context);
    this.#hasher = hasher;
    this.#content = content;
    this.#context = context;
    this.#kind = kind;
  }

  check(): string {
    if (this.#content === undefined) return this.#check;
    this.#check =
      this.#kind === 'keyed'
        ? this.#hasher.checkOf(this.#content, this.#context)
        : this.#hasher.sha256Of(this.#content, this.#context);
    this.#content = undefined; // A waiter may hold the key for long.
    return this.#check;
  }
}

class PlacedKey implements Key {
  readonly digest: string;
  readonly #hasher: Hasher;
  readonly #address: number;
  readonly #bytes: number;
  readonly #context: HashContext;
  readonly #kind: KeyCheck;
  #check: string | undefined;

  constructor(hasher: Hasher, address: number, bytes: number, context: HashContext, kind: KeyCheck) {
    this.digest = hasher.digestAt(address, bytes, context);
    this.#hasher = hasher;
    this.#address = address;
    this.#bytes = bytes;
    this.#context = context;
    this.#kind = kind;
  }

  check(): string {
    this.#check ??=
      this.#kind === 'keyed'
        ? this.#hasher.checkAt(this.#address, this.#bytes, this.#context)
        : this.#hasher.sha256At(this.#address, this.#bytes, this.#context);
    return this.#check;
  }
}
