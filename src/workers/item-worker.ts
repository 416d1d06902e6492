/**
 * Runs in the threads of a job whose processor is a module: calls its default export with one item at a time.
 */
import { messageOf } from '../core/errors.js';
import { isFinalError } from '../core/flow/final-error.js';

export interface ItemRequest {
  /** `file:` URL of the processor's module. */
  readonly module: string;
  /** Left out to load the module only. */
  readonly call?: { readonly item: unknown; readonly ordinal: number; readonly attempt: number };
}

/** What a thread answers. Errors go as data: structured clone drops their class, `code` and marks. */
export type ItemResponse =
  | { readonly kind: 'value'; readonly value: unknown }
  | { readonly kind: 'thrown'; readonly name: string; readonly message: string; readonly isFinal: boolean }
  | { readonly kind: 'unloadable'; readonly message: string };

type ItemFunction = (item: unknown, context: { readonly ordinal: number; readonly attempt: number }) => unknown;

export default async function processItem({ module, call }: ItemRequest): Promise<ItemResponse> {
  let processor: ItemFunction;
  try {
    processor = await loadProcessor(module);
  } catch (thrown) {
    return { kind: 'unloadable', message: messageOf(thrown) };
  }
  if (call === undefined) return { kind: 'value', value: undefined };
  try {
    const { item, ordinal, attempt } = call;
    const value = await processor(item, { ordinal, attempt });
    // Tried here, since a value that cannot be cloned would end the thread when it is posted.
    structuredClone(value);
    return { kind: 'value', value };
  } catch (thrown) {
    const name = thrown instanceof Error ? thrown.name : 'Error';
    const isFinal = isFinalError(thrown) || name === 'DataCloneError';
    return { kind: 'thrown', name, message: messageOf(thrown), isFinal };
  }
}

/** Node keeps the module after the first time. */
async function loadProcessor(url: string): Promise<ItemFunction> {
  const module: unknown = await import(url);
  const exported = typeof module === 'object' && module !== null && 'default' in module ? module.default : undefined;
  if (!isItemFunction(exported)) throw new TypeError('its default export is no function');
  return exported;
}

function isItemFunction(value: unknown): value is ItemFunction {
  return typeof value === 'function';
}
