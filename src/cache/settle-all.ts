/** Waits for all, and only then rejects with the first reason there was. */
export async function settleAll<T>(works: readonly Promise<T>[]): Promise<T[]> {
  const [only] = works;
  if (works.length === 1 && only !== undefined) return [await only];
  const results = await Promise.allSettled(works);
  return results.map((result) => {
    if (result.status === 'rejected') throw result.reason;
    return result.value;
  });
}
