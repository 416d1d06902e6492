/** How fast a run was. */
export interface Speed {
  readonly docsPerMinute: number;
  /** Of text; 1 MB is 1,000,000 bytes. */
  readonly megabytesPerSecond: number;
}

/** What a run did. */
export interface Work {
  readonly documents: number;
  /** Of these, documents of the run that it resumed. */
  readonly resumedDocuments: number;
  readonly bytes: number;
  readonly seconds: number;
}

/**
 * Speed of what this run did: documents of the run that it resumed took none of its time. Their bytes are not told apart and
 * are taken to be as many for a document as those of the rest.
 */
export function speedOf({ documents, resumedDocuments, bytes, seconds }: Work): Speed {
  const fresh = documents - resumedDocuments;
  if (seconds <= 0 || fresh === 0) return { docsPerMinute: 0, megabytesPerSecond: 0 };
  return {
    docsPerMinute: (fresh / seconds) * 60,
    megabytesPerSecond: (bytes * (fresh / documents)) / 1e6 / seconds,
  };
}
