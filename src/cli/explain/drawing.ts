import type { Styles } from '../styles.js';
import type { Glyphs } from './glyphs.js';

/** How it is drawn. */
export interface Drawing {
  readonly styles: Styles;
  readonly glyphs: Glyphs;
}

/** No line is longer. */
export const WIDTH = 80;
