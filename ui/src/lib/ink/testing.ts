/** What the tests of the ink module share: repeatable randomness, distances, made-up hands. Not part of the application. */
import type { Point } from './format';
import { distanceToChord } from './shape';

/** A repeatable source of numbers in [0, 1). */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Distance in CSS px from a point to the nearest place of a polyline. */
export function distanceToPath(point: Point, path: readonly Point[]): number {
  if (path.length === 1) return Math.hypot(point.x - path[0]!.x, point.y - path[0]!.y);
  let nearest = Infinity;
  for (let i = 1; i < path.length; i += 1) {
    nearest = Math.min(nearest, distanceToChord(point, path[i - 1]!, path[i]!));
  }
  return nearest;
}

/** A stroke like a hand makes: loops, sharp turns, rests with a tremor, fast flights. Inside a box of 600 x 220. */
export function randomStroke(random: () => number, points = 20 + Math.floor(random() * 120)): Point[] {
  const stroke: Point[] = [];
  let [x, y, heading, speed] = [300 * random() + 100, 100 * random() + 60, random() * 7, 4];
  for (let i = 0; i < points; i += 1) {
    const mood = random();
    if (mood < 0.06) heading += Math.PI * (0.6 + random() * 0.8);
    else heading += (random() - 0.5) * 1.1;
    if (mood > 0.9) speed = 0.05 + random() * 18;
    x = Math.min(595, Math.max(5, x + Math.cos(heading) * speed));
    y = Math.min(215, Math.max(5, y + Math.sin(heading) * speed));
    stroke.push({ x: x + (random() - 0.5) * 0.04, y: y + (random() - 0.5) * 0.04 });
  }
  return stroke;
}

/** A smooth path by its parameter 0..1: a rising row of loops. */
export function loops(at: number): Point {
  const turn = at * Math.PI * 8;
  return { x: 60 + at * 400 + 26 * Math.sin(turn), y: 120 - 20 * at + 34 * Math.cos(turn) };
}
