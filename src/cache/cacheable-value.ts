import { MillraceError } from '../core/errors.js';

/**
 * How a value has to be written so that it reads back equal: `plain` is what msgpackr gives back as it was, `structured` is
 * the rest of what structured clone keeps (-0, a lone surrogate, a hole, a Map).
 */
export type ValueForm = 'plain' | 'structured';

/** Deeper nesting is refused, and with it every cycle. */
export const VALUE_DEPTH_MAX = 200;

/**
 * Finds how a value can be written, or that it cannot.
 *
 * Kept are `null`, `undefined`, booleans, numbers, bigints, strings, arrays, plain objects, `Date`, `Map`, `Set`, `ArrayBuffer`,
 * `DataView`, `Buffer` and typed arrays, in each other. An object without a prototype reads back with the usual one, and a
 * value that is in two places as two. Refused is what would not read back equal: functions, symbols as values or keys, cycles,
 * instances of any other class (of `Error` and `RegExp` too: their state is more than what is written of them).
 *
 * @throws MillraceError `ERR_CACHE_VALUE` with the path of what cannot be kept.
 */
export function formOf(value: unknown): ValueForm {
  const search = new Search();
  const form = search.visit(value, 0);
  if (form === REFUSED) {
    throw new MillraceError('ERR_CACHE_VALUE', `cannot cache value${search.path}: it is ${search.found}`);
  }
  return form === PLAIN ? 'plain' : 'structured';
}

/** Forms in the order of what they ask for, so that a container's is the largest of its parts. */
const PLAIN = 0;
const STRUCTURED = 1;
const REFUSED = 2;
type Form = typeof PLAIN | typeof STRUCTURED | typeof REFUSED;

const STRUCTURED_PROTOTYPES = new Set<unknown>([Date.prototype, ArrayBuffer.prototype, Buffer.prototype]);
const VIEW_PROTOTYPES = new Set<unknown>(
  [Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array, Uint32Array]
    .map((view): unknown => view.prototype)
    .concat([Float32Array, Float64Array, BigInt64Array, BigUint64Array, DataView].map((view) => view.prototype)),
);

class Search {
  /** Where the refused value is; put together on the way back, so that what is kept pays nothing for it. */
  path = '';
  found = '';

  visit(value: unknown, depth: number): Form {
    switch (typeof value) {
      case 'string':
        return value.isWellFormed() ? PLAIN : STRUCTURED;
      case 'number':
        return Object.is(value, -0) ? STRUCTURED : PLAIN;
      case 'boolean':
      case 'undefined':
        return PLAIN;
      case 'bigint':
        return STRUCTURED;
      case 'object':
        return value === null ? PLAIN : this.#visitObject(value, depth);
      default:
        return this.#refuse(`a ${typeof value}`);
    }
  }

  #visitObject(value: object, depth: number): Form {
    if (depth === VALUE_DEPTH_MAX) return this.#refuse(`in a cycle, or below ${VALUE_DEPTH_MAX} levels`);
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype === Object.prototype || prototype === null)
      return this.#visitRecord(value as Record<string, unknown>, depth);
    if (Array.isArray(value) && prototype === Array.prototype) return this.#visitArray(value, depth);
    if (VIEW_PROTOTYPES.has(prototype)) return PLAIN;
    const isMap = prototype === Map.prototype && value instanceof Map;
    const isSet = prototype === Set.prototype && value instanceof Set;
    if (!isMap && !isSet && !STRUCTURED_PROTOTYPES.has(prototype)) return this.#refuse(describeInstance(prototype));
    if (prototype !== Buffer.prototype && Reflect.ownKeys(value).length > 0) {
      return this.#refuse(`${describeInstance(prototype)} with properties of its own`);
    }
    if (isMap) return this.#visitMap(value, depth);
    if (isSet) return this.#visitSet(value, depth);
    return STRUCTURED;
  }

  #visitRecord(record: Readonly<Record<string, unknown>>, depth: number): Form {
    if (Object.getOwnPropertySymbols(record).length > 0) return this.#refuse('an object with a symbol as a key');
    let form: Form = PLAIN;
    for (const key of Object.keys(record)) {
      const part = this.visit(record[key], depth + 1);
      if (part === REFUSED) return this.#refuseIn(propertyPath(key));
      // msgpackr reads the one key back as another name, and the other as U+FFFD.
      if (part === STRUCTURED || key === '__proto__' || !key.isWellFormed()) form = STRUCTURED;
    }
    return form;
  }

  #visitArray(array: readonly unknown[], depth: number): Form {
    if (!isDense(array)) return this.#visitRecord({ ...array }, depth) === REFUSED ? REFUSED : STRUCTURED;
    let form: Form = PLAIN;
    for (let index = 0; index < array.length; index++) {
      const part = this.visit(array[index], depth + 1);
      if (part === REFUSED) return this.#refuseIn(`[${index}]`);
      if (part === STRUCTURED) form = STRUCTURED;
    }
    return form;
  }

  #visitMap(map: ReadonlyMap<unknown, unknown>, depth: number): Form {
    let index = 0;
    for (const [key, value] of map) {
      if (this.visit(key, depth + 1) === REFUSED) return this.#refuseIn(`.keys()[${index}]`);
      if (this.visit(value, depth + 1) === REFUSED) return this.#refuseIn(`.values()[${index}]`);
      index++;
    }
    return STRUCTURED;
  }

  #visitSet(set: ReadonlySet<unknown>, depth: number): Form {
    let index = 0;
    for (const value of set) {
      if (this.visit(value, depth + 1) === REFUSED) return this.#refuseIn(`.values()[${index}]`);
      index++;
    }
    return STRUCTURED;
  }

  #refuse(found: string): Form {
    this.found = found;
    return REFUSED;
  }

  #refuseIn(step: string): Form {
    this.path = step + this.path;
    return REFUSED;
  }
}

/** Whether an array has no holes and no named properties, which come last in the order of keys. */
function isDense(array: readonly unknown[]): boolean {
  const keys = Object.keys(array);
  return keys.length === array.length && (keys.length === 0 || keys.at(-1) === String(keys.length - 1));
}

function propertyPath(key: string): string {
  return /^[\p{ID_Start}_$][\p{ID_Continue}$]*$/u.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
}

function describeInstance(prototype: unknown): string {
  const { name } = (prototype as { constructor?: { name?: unknown } }).constructor ?? {};
  return typeof name === 'string' && name !== '' ? `an instance of ${name}` : 'an instance of a class';
}
