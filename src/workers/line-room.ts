import type { Kernel } from './kernel-host.js';
import type { LinesRequest } from './protocol.js';
import { skipByteOrderMark, type Span } from './range.js';
import { namesBytes, outputRoom, rejectedRoom, writeNames } from './row-settings.js';

/** Lays out room for so many bytes of lines behind the names that the kernel needs; returns where the lines go. */
export function roomForLines(
  kernel: Kernel,
  { settings, source }: Pick<LinesRequest, 'settings' | 'source'>,
  bytes: number,
): number {
  const names = namesBytes(settings, source);
  const rejected = settings.keepsRejected ? rejectedRoom(settings, bytes, names) : 0;
  const address = kernel.layOut(names + bytes, outputRoom(settings, bytes, names), rejected);
  writeNames(kernel, settings, source);
  return address + names;
}

/** Whole lines of a source. */
export interface LinesBlock {
  readonly data: Uint8Array;
  /** Where they begin in it. */
  readonly start: number;
}

/** Copies lines into the kernel's memory. */
export function takeBlock(
  kernel: Kernel,
  request: Pick<LinesRequest, 'settings' | 'source'>,
  { data, start }: LinesBlock,
): Span {
  const address = roomForLines(kernel, request, data.length);
  kernel.bytes.set(data, address);
  const end = address + data.length;
  return { start: start === 0 ? skipByteOrderMark(kernel, address, end) : address, end };
}
