import { claimsOf, Figures } from './figures.js';
import { structureOf, type Structure } from './structure.js';
import { wordsOf, type Words } from './words.js';

/** What guards compare of a text, each part computed when first asked for. */
export class TextFacts {
  readonly text: string;
  #structure: Structure | undefined;
  #words: Words | undefined;
  #figures: Figures | undefined;
  #claims: ReadonlySet<string> | undefined;

  constructor(text: string) {
    this.text = text;
  }

  get structure(): Structure {
    return (this.#structure ??= structureOf(this.text));
  }

  get words(): Words {
    return (this.#words ??= wordsOf(this.text));
  }

  get figures(): Figures {
    return (this.#figures ??= new Figures(this.words.figures));
  }

  get claims(): ReadonlySet<string> {
    return (this.#claims ??= claimsOf(this.text));
  }
}
