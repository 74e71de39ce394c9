/** Which rows of a long list must be in the page. */

/** Rows drawn beyond what is seen, so that a quick wheel shows no gap. */
const BEYOND = 8;

/** First row, and the row after the last. */
export interface Stretch {
  first: number;
  end: number;
}

/** The rows that a box of `height` px shows when `top` px are scrolled away. */
export function stretch(top: number, height: number, row: number, rows: number): Stretch {
  const first = Math.max(0, Math.min(rows, Math.floor(top / row)) - BEYOND);
  const end = Math.min(rows, Math.max(first, Math.ceil((top + height) / row) + BEYOND));
  return { first, end };
}

/** Where to scroll so that a row is wholly seen; where it is, if it is. */
export function reveal(index: number, top: number, height: number, row: number): number {
  if (index * row < top) return index * row;
  if ((index + 1) * row > top + height) return Math.max(0, (index + 1) * row - height);
  return top;
}
