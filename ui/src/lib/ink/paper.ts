/**
 * Where the sheet of paper lies in the drawing area. Strokes are kept on the paper; a resize, rotation or zoom only moves the
 * paper, so the strokes themselves never change and nothing drifts. Knows nothing of canvases or events.
 */
import type { Box, Point } from './format';

/** Height of the baseline as a part of the drawing area's height. */
export const BASELINE = 0.7;

/** The part of the paper that must stay in view, in paper units (CSS px of the box of the first stroke). */
export interface Paper {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
  /** Where the baseline was when the paper was laid down. */
  readonly baseline: number;
}

/** Places the paper in a box: box = paper * scale + offset. */
export interface View {
  readonly scale: number;
  readonly dx: number;
  readonly dy: number;
}

/** The view of a paper that was laid down in the present box. */
export const AS_DRAWN: View = { scale: 1, dx: 0, dy: 0 };

/** A paper as large as the box. */
export function paperOf(box: Box): Paper {
  return { left: 0, top: 0, right: box.w, bottom: box.h, baseline: box.h * BASELINE };
}

/** The paper with room for a stroke drawn beside it, as happens after turning to a wider box. */
export function extended(paper: Paper, stroke: readonly Point[]): Paper {
  return stroke.reduce<Paper>(
    (grown, { x, y }) => ({
      left: Math.min(grown.left, x),
      top: Math.min(grown.top, y),
      right: Math.max(grown.right, x),
      bottom: Math.max(grown.bottom, y),
      baseline: grown.baseline,
    }),
    paper,
  );
}

/** The largest view in which the whole paper is in the box: centred, and on the box's baseline as far as nothing is cut off. */
export function fit(paper: Paper, box: Box): View {
  const width = paper.right - paper.left;
  const height = paper.bottom - paper.top;
  const scale = Math.min(box.w / width, box.h / height);
  const onBaseline = box.h * BASELINE - scale * paper.baseline;
  return {
    scale,
    dx: (box.w - width * scale) / 2 - paper.left * scale,
    dy: Math.min(Math.max(onBaseline, -paper.top * scale), box.h - paper.bottom * scale),
  };
}

/** From paper to box. */
export function toBox(path: readonly Point[], view: View): Point[] {
  return path.map(({ x, y }) => ({ x: x * view.scale + view.dx, y: y * view.scale + view.dy }));
}

/** From box to paper. */
export function toPaper(path: readonly Point[], view: View): Point[] {
  return path.map(({ x, y }) => ({ x: (x - view.dx) / view.scale, y: (y - view.dy) / view.scale }));
}
