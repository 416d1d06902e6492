/** A disk that is full from some write on, for all that this process writes by position: ledger, outputs and dead letters. */
import fs from 'node:fs';
import { open, rm, type FileHandle } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';

type Write = (fd: number, bytes: Uint8Array, from: number, length: number, at: number | null, done: WriteDone) => void;
type WriteDone = (error: Error | null, count: number) => void;
type HandleWrite = (bytes: Uint8Array, from: number, length: number, at: number | null) => Promise<unknown>;

export class FullDisk {
  /** Writes that found room. */
  writes = 0;
  hasFailed = false;
  #restore: () => void = () => undefined;
  readonly #room: number;

  private constructor(room: number) {
    this.#room = room;
  }

  /** Runs `work` on a disk on which so many writes find room, and half of the next one. @param path - of a file that may be made. */
  static async during<T>(path: string, room: number, work: (disk: FullDisk) => Promise<T>): Promise<T> {
    const disk = new FullDisk(room);
    await disk.#fill(path);
    try {
      return await work(disk);
    } finally {
      disk.#restore();
    }
  }

  async #fill(path: string): Promise<void> {
    const handle = await open(path, 'w');
    const handles = Object.getPrototypeOf(handle) as { write: HandleWrite };
    await handle.close();
    await rm(path);
    const holder = fs as unknown as { write: Write };
    const [write, handleWrite] = [holder.write, handles.write];
    const fits = this.#fits.bind(this);
    holder.write = (fd, bytes, from, length, at, done) => {
      const room = fits(length);
      if (room === 0) setImmediate(done, noSpace(), 0);
      else write(fd, bytes, from, room, at, done);
    };
    handles.write = function (this: FileHandle, bytes, from, length, at) {
      const room = fits(length);
      return room === 0 ? Promise.reject(noSpace()) : handleWrite.call(this, bytes, from, room, at);
    };
    syncBuiltinESMExports();
    this.#restore = () => {
      holder.write = write;
      handles.write = handleWrite;
      syncBuiltinESMExports();
    };
  }

  /** As many of the bytes as there is room for. */
  #fits(length: number): number {
    this.writes++;
    if (this.writes <= this.#room) return length;
    this.hasFailed = true;
    return this.writes === this.#room + 1 ? length >> 1 : 0;
  }
}

function noSpace(): Error {
  return Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC', errno: -28 });
}
