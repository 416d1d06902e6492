/** Reading what another program has written as JSON, without trusting its shape. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** The object that a text holds; `undefined` when it holds anything else. */
export function parseObject(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function firstObject(value: unknown): JsonObject | undefined {
  const first: unknown = Array.isArray(value) ? value[0] : undefined;
  return isObject(first) ? first : undefined;
}

/** A count of tokens; 0 where it is absent, `undefined` where it is something else. */
export function countOf(value: unknown): number | undefined {
  if (value === undefined || value === null) return 0;
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 ? value : undefined;
}

/** The text of a content that is a text or a list of parts, of which some have one. */
export function textOf(content: unknown): string | undefined {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return undefined;
  const texts = content
    .filter(isObject)
    .map((part) => part['text'])
    .filter((text) => typeof text === 'string');
  return texts.join('');
}
