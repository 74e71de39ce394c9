/**
 * From what the pen touched to the shape that is kept. Pure geometry: nothing here knows a time, a speed or a pressure, so the
 * result cannot tell how fast somebody wrote.
 *
 * The drawn line is the polyline through the kept points. Each input point lies within 0.1 px of it: 0.04 px are lost in
 * `simplify`, at most 0.05 px between two evenly spaced points, and 0.007 px when `format.ts` rounds to 1/100 px.
 */
import type { Box, Point } from './format';

/** Distance between kept points along the stroke, in CSS px. */
export const SPACING = 1;
/** Bends of the curve below this are not shape but noise: a resting pen must not leave a cluster that tells how long it rested. */
const NOISE = 0.04;
/** A skipped bend above this gets a point of its own. */
const CORNER = 0.05;
/** A stroke that never left this radius around its first point is a dot. */
const DOT_RADIUS = 0.09;
/** Length of the chords that stand for the curve while it is worked on, in CSS px. */
const FINE_STEP = 0.25;

/** Line width in CSS px away from the ends of a stroke. */
export const FULL_WIDTH = 2.2;
/** Line width in CSS px at the very ends of a stroke. */
export const END_WIDTH = 1.2;
/** Length in CSS px over which the ends taper. */
export const TAPER = 6;
/** Diameter in CSS px of the disc that a stroke of one point is drawn as. */
export const DOT_DIAMETER = 2.6;

/** Line width in CSS px at `travelled` px along a stroke of `total` px. Depends on nothing else. */
export function widthAt(travelled: number, total: number): number {
  const nearest = Math.max(0, Math.min(travelled, total - travelled));
  return END_WIDTH + (FULL_WIDTH - END_WIDTH) * Math.min(1, nearest / TAPER);
}

/** The shape of a stroke, from its input points in the order they came. Empty only for no input. */
export function shapeOf(input: readonly Point[]): Point[] {
  const start = input[0];
  if (!start) return [];
  if (input.every((point) => distance(start, point) <= DOT_RADIUS)) return [start];
  return respace(simplify(curveThrough(input, FINE_STEP), NOISE));
}

/** A centripetal Catmull-Rom curve through every input point, as a polyline with chords of about `step` px. */
export function curveThrough(input: readonly Point[], step: number): Point[] {
  const knots = input.filter((point, i) => i === 0 || distance(input[i - 1]!, point) > 0);
  const curve = knots.slice(0, 1);
  for (let i = 0; i + 1 < knots.length; i += 1) {
    addSpan(curve, knots[i - 1], knots[i]!, knots[i + 1]!, knots[i + 2], step);
  }
  return curve;
}

/**
 * Adds the span of a centripetal Catmull-Rom curve from `a` (which `curve` already ends with) to `b`, ending exactly on `b`.
 * `before` and `after` are the neighbours; where the stroke begins or ends there is none and the curve runs out straight.
 */
export function addSpan(
  curve: Point[],
  before: Point | undefined,
  a: Point,
  b: Point,
  after: Point | undefined,
  step: number,
): void {
  const c1 = control(before ?? mirror(b, a), a, b);
  const c2 = control(after ?? mirror(a, b), b, a);
  const reach = distance(a, c1) + distance(c1, c2) + distance(c2, b);
  const chords = Math.max(1, Math.ceil(reach / step));
  for (let i = 1; i < chords; i += 1) curve.push(bezier(a, c1, c2, b, i / chords));
  curve.push(b);
}

/** Bezier control point beside `a` of the span `a`-`b`, in closed form for the centripetal exponent 1/2. */
function control(before: Point, a: Point, b: Point): Point {
  const d1 = distance(before, a);
  if (d1 === 0) return a;
  const d2 = distance(a, b);
  const r1 = Math.sqrt(d1);
  const r2 = Math.sqrt(d2);
  const own = 2 * d1 + 3 * r1 * r2 + d2;
  const divisor = 3 * r1 * (r1 + r2);
  return {
    x: (d1 * b.x - d2 * before.x + own * a.x) / divisor,
    y: (d1 * b.y - d2 * before.y + own * a.y) / divisor,
  };
}

function bezier(a: Point, c1: Point, c2: Point, b: Point, t: number): Point {
  const u = 1 - t;
  const [p, q, r, s] = [u * u * u, 3 * u * u * t, 3 * u * t * t, t * t * t];
  return { x: p * a.x + q * c1.x + r * c2.x + s * b.x, y: p * a.y + q * c1.y + r * c2.y + s * b.y };
}

/** Douglas-Peucker: the fewest of the given points that keep every other within `tolerance` px of the polyline. */
export function simplify(path: readonly Point[], tolerance: number): Point[] {
  const last = path.length - 1;
  const keep = new Set([0, last]);
  const open: [number, number][] = [[0, last]];
  for (let range = open.pop(); range; range = open.pop()) {
    const [from, to] = range;
    let farthest = 0;
    let gap = tolerance;
    for (let i = from + 1; i < to; i += 1) {
      const away = distanceToChord(path[i]!, path[from]!, path[to]!);
      if (away > gap) [farthest, gap] = [i, away];
    }
    if (farthest) {
      keep.add(farthest);
      open.push([from, farthest], [farthest, to]);
    }
  }
  return path.filter((_, i) => keep.has(i));
}

/** Points evenly along the path, about `SPACING` apart, and one more wherever a corner would be cut off. */
function respace(path: readonly Point[]): Point[] {
  const total = lengthOf(path);
  const count = Math.max(1, Math.round(total / SPACING));
  const spaced = path.slice(0, 1);
  let skipped = path.slice(0, 1);
  let travelled = 0;
  let next = 1;
  const take = (point: Point) => {
    spaced.push(...simplify([...skipped, point], CORNER).slice(1));
    skipped = [point];
  };
  for (let i = 1; i < path.length; i += 1) {
    const [a, b] = [path[i - 1]!, path[i]!];
    const chord = distance(a, b);
    for (; next < count && (next * total) / count < travelled + chord; next += 1) {
      take(between(a, b, ((next * total) / count - travelled) / chord));
    }
    travelled += chord;
    if (i === path.length - 1) take(b);
    else skipped.push(b);
  }
  return spaced;
}

/** The parts of a path that lie in the box: where the pen runs over the edge the ink stops, as on a sheet of paper. */
export function clip(path: readonly Point[], box: Box): Point[][] {
  const only = path[0];
  if (only && path.length === 1) return visible(only, only, box) ? [[only]] : [];
  const pieces: Point[][] = [];
  let piece: Point[] | undefined;
  for (let i = 1; i < path.length; i += 1) {
    const [a, b] = [path[i - 1]!, path[i]!];
    const part = visible(a, b, box);
    if (!part || part.from > 0) piece = undefined;
    if (!part) continue;
    if (!piece) pieces.push((piece = [between(a, b, part.from)]));
    piece.push(between(a, b, part.to));
    if (part.to < 1) piece = undefined;
  }
  return pieces;
}

/** Which part of the segment is in the box (Liang-Barsky), as fractions of its length; undefined if none. */
function visible(a: Point, b: Point, box: Box): { from: number; to: number } | undefined {
  let [from, to] = [0, 1];
  for (const [start, end, limit] of [
    [a.x, b.x, box.w],
    [a.y, b.y, box.h],
  ] as const) {
    const move = end - start;
    if (move === 0 && (start < 0 || start > limit)) return undefined;
    if (move === 0) continue;
    const [low, high] = [-start / move, (limit - start) / move];
    from = Math.max(from, Math.min(low, high));
    to = Math.min(to, Math.max(low, high));
  }
  return from < to ? { from, to } : undefined;
}

/** Length of a polyline in CSS px. */
export function lengthOf(path: readonly Point[]): number {
  return path.reduce((sum, point, i) => (i === 0 ? 0 : sum + distance(path[i - 1]!, point)), 0);
}

/** Distance between two points in CSS px. */
export function distance(a: Point, b: Point): number {
  return Math.hypot(b.x - a.x, b.y - a.y);
}

/** Distance in CSS px from a point to the straight line between `a` and `b`, its ends included. */
export function distanceToChord(point: Point, a: Point, b: Point): number {
  const [dx, dy] = [b.x - a.x, b.y - a.y];
  const square = dx * dx + dy * dy;
  const along = square === 0 ? 0 : ((point.x - a.x) * dx + (point.y - a.y) * dy) / square;
  return distance(point, between(a, b, Math.min(1, Math.max(0, along))));
}

function between(a: Point, b: Point, part: number): Point {
  return { x: a.x + (b.x - a.x) * part, y: a.y + (b.y - a.y) * part };
}

function mirror(point: Point, centre: Point): Point {
  return { x: 2 * centre.x - point.x, y: 2 * centre.y - point.y };
}
