import { checkOptions, checkString } from '../core/options.js';
import type { KeyOptions } from './call-options.js';
import { fingerprintOf } from './fingerprint.js';
import type { Content, Hasher } from './hasher.js';
import { KeyMaker, type KeyCheck } from './key.js';
import type { Key } from './tier.js';

/** Key makers kept by stage and options; a program has few, and making one takes about 20 µs. */
const MAKERS_MAX = 256;
const STAGE_DEFAULT = 'content';

/** The keys of one namespace. */
export class NamespaceKeys {
  readonly #hasher: Hasher;
  readonly #namespace: string;
  readonly #check: KeyCheck;
  readonly #plain: KeyMaker;
  readonly #makers = new Map<string, KeyMaker>();

  constructor(hasher: Hasher, namespace: string, check: KeyCheck) {
    this.#hasher = hasher;
    this.#namespace = namespace;
    this.#check = check;
    this.#plain = this.#make(STAGE_DEFAULT, '');
  }

  of(content: Content, identity?: KeyOptions): Key {
    return (identity === undefined ? this.#plain : this.maker(identity)).of(content);
  }

  named(name: string): Key {
    return new NamedKey(checkString('name', name), this.#plain);
  }

  /** What makes the keys of one stage with the same options; `key` with those does the same and looks them up each time. */
  maker(identity: KeyOptions): KeyMaker {
    const given = checkOptions('key', identity, ['stage', 'options']);
    const stage = given['stage'] === undefined ? STAGE_DEFAULT : checkString('key.stage', given['stage']);
    const fingerprint = given['options'] === undefined ? '' : fingerprintOf(given['options'], 'key.options');
    const id = JSON.stringify([stage, fingerprint]);
    const known = this.#makers.get(id);
    if (known !== undefined) return known;
    const maker = this.#make(stage, fingerprint);
    if (this.#makers.size >= MAKERS_MAX) this.#makers.clear();
    this.#makers.set(id, maker);
    return maker;
  }

  #make(stage: string, fingerprint: string): KeyMaker {
    return new KeyMaker(this.#hasher, this.#namespace, stage, fingerprint, { check: this.#check });
  }
}

/** A key that remembers what it was made of, for invalidation by pattern. */
class NamedKey implements Key {
  readonly digest: string;
  readonly name: string;
  readonly #key: Key;

  constructor(name: string, maker: KeyMaker) {
    this.#key = maker.named(name);
    this.digest = this.#key.digest;
    this.name = name;
  }

  check(): string {
    return this.#key.check();
  }
}
