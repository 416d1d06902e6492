/** Of a string, an array or an object beside its content, and of an entry in the tables that find it. */
const OBJECT_BYTES = 24;
const SLOT_BYTES = 8;

/**
 * About what a value takes in memory, in bytes: 2 for each UTF-16 unit of a string, 8 for a number, the content of buffers and
 * typed arrays, and 24 for each object, in which shared and cyclic parts count once. Properties of class instances count, what
 * only their methods can reach does not.
 */
export function weigh(value: unknown): number {
  if (typeof value !== 'object' || value === null) return weighPrimitive(value);
  const seen = new Set<object>();
  const open: object[] = [value];
  let bytes = 0;
  const add = (part: unknown): void => {
    if (typeof part === 'object' && part !== null) open.push(part);
    else bytes += weighPrimitive(part);
  };
  for (let object = open.pop(); object !== undefined; object = open.pop()) {
    if (seen.has(object)) continue;
    seen.add(object);
    bytes += OBJECT_BYTES;
    if (ArrayBuffer.isView(object) || object instanceof ArrayBuffer) bytes += object.byteLength;
    else if (object instanceof Map) for (const parts of object) parts.forEach(add);
    else if (object instanceof Set || Array.isArray(object)) for (const part of object) add(part);
    else for (const part of Object.values(object)) add(part);
  }
  return bytes;
}

function weighPrimitive(value: unknown): number {
  return typeof value === 'string' ? OBJECT_BYTES + 2 * value.length : SLOT_BYTES;
}
