/**
 * Coherence: how much of their vocabulary neighbouring parts of a text share.
 */
import { countEach } from './entropy.js';
import { prose, sections } from './structure.js';
import { paragraphs, tokens } from './text-units.js';

/** Mean cosine similarity of neighbours; `null` for fewer than two parts. */
export function referenceCoherence(text: string): number | null {
  const vectors = parts(text).map((part) => countEach(tokens(part)));
  if (vectors.length < 2) return null;
  let sum = 0;
  for (const [index, vector] of vectors.entries()) {
    const next = vectors[index + 1];
    if (next !== undefined) sum += cosine(vector, next);
  }
  return sum / (vectors.length - 1);
}

/** Sections, or paragraphs of the prose where there are fewer than two sections; only those that hold a token. */
function parts(text: string): string[] {
  const found = sections(text);
  if (found.length >= 2) return found;
  return paragraphs(prose(text)).filter((paragraph) => tokens(paragraph).length > 0);
}

function cosine(left: ReadonlyMap<string, number>, right: ReadonlyMap<string, number>): number {
  let product = 0;
  for (const [token, count] of left) product += count * (right.get(token) ?? 0);
  return product / (norm(left) * norm(right));
}

function norm(vector: ReadonlyMap<string, number>): number {
  let squares = 0;
  for (const count of vector.values()) squares += count * count;
  return Math.sqrt(squares);
}
