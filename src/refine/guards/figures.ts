/** Runs of digits, joined by what stands between the digits of one number, version, date or time. */
const FIGURE = /\p{Nd}+(?:[.,:'’\u00a0\u202f]\p{Nd}+)*/gu;
const JOINTS: ReadonlySet<number> = new Set(Array.from(".,:'’\u00a0\u202f", (joint) => joint.charCodeAt(0)));
const RUN = /\p{Nd}+/gu;
/** A number in groups of three digits: `1,000`, `12.000.000`. */
const GROUPED = /^\p{Nd}{1,3}(?:[.,'’\u00a0\u202f]\p{Nd}{3})+$/u;

/** The number that a line has in a list or an outline, with what stands before it: `3. `, `2) `, `1.2. `. */
const LINE_NUMBER = /^[ \t>]*(?:\p{Nd}{1,3}[.)])+(?=[ \t])/gmu;
const HEADING_LINE = /^ {0,3}#{1,6}(?:[ \t].*)?$/gm;

/** A whole number up to here may be a word of the original: "three steps", "zwölf Monate". */
const SPELLED_MAX = 12;

/** The figures of a text, however they are written. */
export class Figures {
  /** As they are written. */
  readonly written: ReadonlySet<string>;
  readonly #forms = new Set<string>();

  /** @param written - as `figuresIn` finds them. */
  constructor(written: Iterable<string>) {
    this.written = new Set(written);
  }

  /** Whether the text has a figure, be it with other separators (`1,000` for `1000`) or in parts (`2024` and `5` for `5.2024`). */
  has(figure: string): boolean {
    if (this.written.has(figure)) return true;
    if (this.#forms.size === 0) this.#readForms();
    if (GROUPED.test(figure) && this.#forms.has(ungrouped(figure))) return true;
    return runsOf(figure).every((run) => this.#forms.has(run));
  }

  #readForms(): void {
    for (const figure of this.written) {
      for (const run of runsOf(figure)) this.#forms.add(run);
      if (GROUPED.test(figure)) this.#forms.add(ungrouped(figure));
    }
  }
}

/** All figures of a text, however often each is there. */
export function figuresIn(text: string): readonly string[] {
  return text.match(FIGURE) ?? [];
}

/** Whether a UTF-16 unit between two runs of digits makes one figure of them. */
export function isJoint(unit: number): boolean {
  return JOINTS.has(unit);
}

/** The different figures of a text that claim something: not those that number lines, stand in headings or may have been words. */
export function claimsOf(text: string): ReadonlySet<string> {
  const prose = text.replace(HEADING_LINE, '').replace(LINE_NUMBER, '');
  const claims = new Set<string>();
  for (const [figure] of prose.matchAll(FIGURE)) if (!mayBeSpelled(figure)) claims.add(figure);
  return claims;
}

function mayBeSpelled(figure: string): boolean {
  return /^\d\d?$/.test(figure) && Number(figure) <= SPELLED_MAX;
}

/** Without the zeros at their front. */
function runsOf(figure: string): string[] {
  return (figure.match(RUN) ?? []).map((run) => run.replace(/^0+(?=.)/, ''));
}

function ungrouped(figure: string): string {
  return (figure.match(RUN) ?? []).join('');
}
