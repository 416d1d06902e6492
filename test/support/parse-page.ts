/** An element of a page. */
export interface PageElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
}

export interface ParsedPage {
  readonly elements: readonly PageElement[];
  /** All text between tags but for that of the style sheet, unescaped. */
  readonly text: string;
  readonly style: string;
}

const VOID_ELEMENTS = new Set(['meta']);

/**
 * Reads a page more strictly than browsers do: every tag is closed where it has to be, attributes stand in double quotes, and
 * nothing that is text contains `<`, `>` or a bare `&`. Throws at the first thing that is not so.
 */
export function parsePage(page: string): ParsedPage {
  const token =
    /<!doctype html>|<style>([^]*?)<\/style>|<(\/?)([a-zA-Z][a-zA-Z0-9]*)((?:\s+[a-zA-Z0-9:-]+="[^"<>]*")*)\s*(\/?)>|[^<]+/y;
  const open: string[] = [];
  const elements: PageElement[] = [];
  const texts: string[] = [];
  let style = '';
  while (token.lastIndex < page.length) {
    const from = token.lastIndex;
    const match = token.exec(page);
    if (match === null) throw new Error(`no markup: ${page.slice(from, from + 80)}`);
    const [whole, css, closing, name, attributes = '', selfClosing] = match;
    if (css !== undefined) style += css;
    else if (name === undefined) texts.push(whole.startsWith('<!') ? '' : unescapeText(whole));
    else if (closing === '/') {
      if (open.pop() !== name) throw new Error(`</${name}> closes nothing`);
    } else {
      elements.push({ name, attributes: attributesOf(attributes) });
      if (selfClosing === '' && !VOID_ELEMENTS.has(name)) open.push(name);
    }
  }
  if (open.length > 0) throw new Error(`left open: ${open.join(', ')}`);
  return { elements, text: texts.join(''), style };
}

function attributesOf(text: string): Record<string, string> {
  const pairs = [...text.matchAll(/([a-zA-Z0-9:-]+)="([^"]*)"/g)];
  return Object.fromEntries(pairs.map(([, name = '', value = '']) => [name, unescapeText(value)]));
}

const CHARACTERS: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };

function unescapeText(text: string): string {
  if (text.includes('>')) throw new Error(`a bare > in ${text.slice(0, 80)}`);
  return text.replace(/&([^;]*);?/g, (whole, name: string) => {
    const character = CHARACTERS[name];
    if (character === undefined || !whole.endsWith(';')) throw new Error(`a bare & before ${name.slice(0, 20)}`);
    return character;
  });
}
