import type { Guard } from './guard.js';

/** What a link has before an address that a text may name without it. */
const BEFORE_ADDRESS = /^(?:[a-z+]+:\/\/|mailto:)?(?:www\.)?/i;

/** New targets that are looked for in the text of the original; each takes a pass over it. */
const SOUGHT_MAX = 100;

/** Targets within the document, and addresses that the original names in its text, are not made up. */
export const addedLinksGuard: Guard = (original, version, { linksAddedMax }) => {
  if (linksAddedMax === null) return undefined;
  const { links } = version.structure;
  let sought = 0;
  let added = 0;
  for (const target of links) {
    if (target.startsWith('#') || original.structure.links.has(target)) continue;
    if (sought++ >= SOUGHT_MAX || !original.text.includes(addressOf(target))) added++;
  }
  return added > linksAddedMax * links.size ? `${added} of ${links.size} link targets added` : undefined;
};

function addressOf(target: string): string {
  const address = target.replace(BEFORE_ADDRESS, '');
  return address.endsWith('/') ? address.slice(0, -1) : address;
}
