/** What is there at once where it can be: a hit in memory costs no turn of the event loop. */
export type MaybePromise<T> = T | Promise<T>;
