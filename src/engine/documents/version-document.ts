import type { Document, DocumentId } from '../../core/document.js';
import { MillraceError } from '../../core/errors.js';
import { isGuardReason, type Objection } from '../../refine/guards/guard.js';
import type { ResolvedGuardOptions } from '../../refine/guards/options.js';
import type { Difference } from '../../workers/comparison.js';

/** A version of a document that is to be scored, and compared with the original. */
export interface Version {
  readonly id: DocumentId;
  readonly text: string;
  readonly original: string;
  readonly guards: ResolvedGuardOptions;
}

/** A version on its way through a batch, which notes what the guards found before it hands out the report. */
export class VersionDocument implements Document, Version {
  readonly id: DocumentId;
  readonly text: string;
  readonly original: string;
  readonly guards: ResolvedGuardOptions;
  #objection: Objection | undefined;

  constructor({ id, text, original, guards }: Version) {
    this.id = id;
    this.text = text;
    this.original = original;
    this.guards = guards;
  }

  get objection(): Objection | undefined {
    return this.#objection;
  }

  /** Takes what a thread found. */
  differs({ reason, details }: Difference): void {
    if (!isGuardReason(reason)) throw new MillraceError('ERR_INTERNAL', `no guard objects for ${reason}`);
    this.#objection = { reason, details };
  }
}
