/**
 * A number that tells an item from others: FNV-1a over the UTF-16 units of its JSON, uint32; 0 for what has no JSON.
 * It finds a source that has changed by mistake; it is no proof against one that was changed on purpose.
 */
export function checkOfItem(item: unknown): number {
  let json: string | undefined;
  try {
    json = JSON.stringify(item);
  } catch {
    return 0;
  }
  let hash = FNV_OFFSET;
  for (let index = 0; index < (json?.length ?? 0); index++) hash = Math.imul(hash ^ json!.charCodeAt(index), FNV_PRIME);
  return hash >>> 0;
}

const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;
