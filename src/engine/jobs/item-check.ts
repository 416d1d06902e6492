/**
 * A number that tells an item from others: FNV-1a over the UTF-16 units of its JSON, uint32; 0 for what has no JSON.
 * It finds a source that has changed by mistake; it is no proof against one that was changed on purpose.
 */
export function checkOfItem(item: unknown): number {
  const json = jsonOf(item);
  if (json === undefined) return 0;
  let hash = FNV_OFFSET;
  for (let index = 0; index < json.length; index++) hash = Math.imul(hash ^ json.charCodeAt(index), FNV_PRIME);
  return hash >>> 0;
}

/** Also undefined for what has no JSON, which the type of `JSON.stringify` does not tell. */
function jsonOf(item: unknown): string | undefined {
  try {
    const json: unknown = JSON.stringify(item);
    return typeof json === 'string' ? json : undefined;
  } catch {
    return undefined;
  }
}

const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;
