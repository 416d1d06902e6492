/** What may stand between the tags of a page: text, which is escaped, markup, which is not, or several of these. */
export type Content = Markup | string | number | false | undefined | readonly Content[];

/** Markup made by {@link html}, so that whatever came from outside has been escaped on its way in. */
export class Markup {
  readonly #text: string;

  private constructor(text: string) {
    this.#text = text;
  }

  toString(): string {
    return this.#text;
  }

  /** @internal Of {@link html}: the literal parts as they are, the values escaped. */
  static of(literals: readonly string[], values: readonly Content[]): Markup {
    const parts = literals.map((literal, index) => literal + (index < values.length ? render(values[index]) : ''));
    return new Markup(parts.join(''));
  }
}

/**
 * Markup with values in it. A value may stand between tags and inside the double quotes of an attribute, nowhere else.
 *
 * @example html`<td title="${id}">${id}</td>`
 */
export function html(literals: TemplateStringsArray, ...values: readonly Content[]): Markup {
  return Markup.of(literals, values);
}

/** Text of this program's own that stands in a page as it is: the style sheet. */
export function trusted(text: string): Markup {
  return Markup.of([text], []);
}

/** Without any markup. */
export const NOTHING = html``;

function render(content: Content): string {
  if (content === undefined || content === false) return '';
  if (typeof content === 'string') return escapeText(content);
  if (typeof content === 'number') return String(content);
  if (content instanceof Markup) return content.toString();
  return content.map(render).join('');
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** What neither HTML nor the SVG in it may hold: control characters but tab and newlines, and what stands for none. */
// eslint-disable-next-line no-control-regex
const FORBIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\ufffe\uffff]/g;

/** Text that means itself wherever a value may stand; what cannot stand in a page becomes U+FFFD. */
export function escapeText(text: string): string {
  return text
    .toWellFormed()
    .replace(FORBIDDEN, '\ufffd')
    .replace(/[&<>"']/g, (character) => ESCAPES[character] ?? '');
}

/** The first characters of a long text, and a sign that there were more. */
export function shorten(text: string, lengthMax: number): string {
  return text.length <= lengthMax ? text : `${text.slice(0, lengthMax - 1).toWellFormed()}…`;
}
