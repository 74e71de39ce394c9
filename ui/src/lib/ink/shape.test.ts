import { describe, expect, test } from 'vitest';
import { fromStored, toStored, type Point } from './format';
import { clip, curveThrough, distance, FULL_WIDTH, lengthOf, shapeOf, simplify, widthAt } from './shape';
import { distanceToPath, loops, randomFrom, randomStroke } from './testing';

const BOX = { w: 600, h: 220 };

/** What is drawn for an input: the shape after rounding to stored units. */
function drawn(input: readonly Point[]): Point[] {
  return fromStored(toStored(shapeOf(input), BOX));
}

function worstGap(input: readonly Point[], path: readonly Point[]): number {
  return Math.max(...input.map((point) => distanceToPath(point, path)));
}

describe('fidelity', () => {
  test('every input point lies within 0.1 px of the drawn line, whatever the hand does', () => {
    const random = randomFrom(20261122);
    for (let i = 0; i < 300; i += 1) {
      const input = randomStroke(random);
      expect(worstGap(input, drawn(input)), `stroke ${i}`).toBeLessThanOrEqual(0.1);
    }
  });

  test('pen-down and pen-up are the ends of the line, to the rounding', () => {
    const random = randomFrom(7);
    for (let i = 0; i < 100; i += 1) {
      const input = randomStroke(random);
      const path = drawn(input);
      expect(distance(path[0]!, input[0]!)).toBeLessThan(0.0072);
      expect(distance(path.at(-1)!, input.at(-1)!)).toBeLessThan(0.0072);
    }
  });

  test('a reversal keeps its tip although no even step falls on it', () => {
    const there = [10, 14, 18, 22.43].map((x) => ({ x, y: 50 }));
    const back = [19, 15, 11].map((x) => ({ x, y: 50.2 }));
    expect(distanceToPath({ x: 22.43, y: 50 }, drawn([...there, ...back]))).toBeLessThan(0.06);
    expect(Math.max(...drawn([...there, ...back]).map((point) => point.x))).toBeGreaterThan(22.37);
  });

  test('the curve between sparse samples stays near the hand, with no loops or overshoot', () => {
    const corner = [
      { x: 0, y: 100 },
      { x: 60, y: 100 },
      { x: 62, y: 100 },
      { x: 62, y: 40 },
    ];
    for (const { x, y } of shapeOf(corner)) {
      expect(x).toBeLessThan(67);
      expect(y).toBeLessThan(103);
    }
  });

  test('no input gives no shape; two equal points and a tremor below 0.1 px give a dot', () => {
    expect(shapeOf([])).toEqual([]);
    const point = { x: 3, y: 4 };
    expect(shapeOf([point, { ...point }])).toEqual([point]);
    expect(shapeOf([point, { x: 3.05, y: 4.05 }])).toEqual([point]);
  });

  test('never a coordinate that is not a number', () => {
    const random = randomFrom(99);
    for (let i = 0; i < 200; i += 1) {
      const repeated = randomStroke(random, 30).flatMap((point) =>
        Array<Point>(1 + Math.floor(random() * 3)).fill(point),
      );
      expect(shapeOf(repeated).every(({ x, y }) => Number.isFinite(x) && Number.isFinite(y))).toBe(true);
    }
  });
});

describe('nothing of time', () => {
  const slowStart = (i: number, n: number) => (i / n) ** 2;
  const slowEnd = (i: number, n: number) => 1 - (1 - i / n) ** 2;
  const sampled = (pace: (i: number, n: number) => number, n: number) =>
    Array.from({ length: n + 1 }, (_, i) => loops(pace(i, n)));

  test('the same path sampled at other times gives the same line', () => {
    const one = drawn(sampled(slowStart, 900));
    const other = drawn(sampled(slowEnd, 700));
    expect(worstGap(one, other)).toBeLessThan(0.12);
    expect(worstGap(other, one)).toBeLessThan(0.12);
    expect(Math.abs(one.length - other.length)).toBeLessThan(one.length * 0.02);
  });

  test('points are as dense where the hand was slow as where it was fast', () => {
    const path = drawn(sampled(slowStart, 1500));
    const density = (part: Point[]) => part.length / lengthOf(part);
    const third = Math.floor(path.length / 3);
    expect(density(path.slice(0, third)) / density(path.slice(-third))).toBeCloseTo(1, 1);
  });

  test('a pause leaves no trace, even with the tremor of a resting pen', () => {
    const random = randomFrom(3);
    const half = sampled((i, n) => i / n / 2, 200);
    const rest = half.at(-1)!;
    const tremor = Array.from({ length: 400 }, () => ({
      x: rest.x + (random() - 0.5) * 0.05,
      y: rest.y + (random() - 0.5) * 0.05,
    }));
    const rested = [...half, ...tremor, ...sampled((i, n) => 0.5 + i / n / 2, 200)];
    const moving = sampled((i, n) => i / n, 400);
    expect(Math.abs(drawn(rested).length - drawn(moving).length)).toBeLessThan(6);
  });

  test('even steps are about 1 px, and never more', () => {
    const path = drawn(sampled(slowStart, 300));
    const steps = path.slice(1).map((point, i) => distance(path[i]!, point));
    expect(Math.max(...steps)).toBeLessThan(1.03);
    expect(lengthOf(path) / path.length).toBeGreaterThan(0.8);
  });
});

describe('width', () => {
  test('tapers from 1.2 px over 6 px at both ends, 2.2 px between', () => {
    expect(widthAt(0, 100)).toBeCloseTo(1.2);
    expect(widthAt(3, 100)).toBeCloseTo(1.7);
    expect(widthAt(6, 100)).toBeCloseTo(FULL_WIDTH);
    expect(widthAt(50, 100)).toBeCloseTo(2.2);
    expect(widthAt(97, 100)).toBeCloseTo(1.7);
    expect(widthAt(100.0001, 100)).toBeCloseTo(1.2);
  });

  test('a short stroke never reaches the full width', () => {
    expect(widthAt(3, 6)).toBeCloseTo(1.7);
  });
});

describe('simplify', () => {
  test('keeps every given point within the tolerance, and both ends', () => {
    const random = randomFrom(42);
    for (let i = 0; i < 100; i += 1) {
      const path = curveThrough(randomStroke(random), 0.25);
      const fewer = simplify(path, 0.5);
      expect(worstGap(path, fewer)).toBeLessThanOrEqual(0.5 + 1e-9);
      expect([fewer[0], fewer.at(-1)]).toEqual([path[0], path.at(-1)]);
      expect(fewer.length).toBeLessThan(path.length);
    }
  });

  test('a closed loop does not collapse', () => {
    const circle = Array.from({ length: 101 }, (_, i) => ({
      x: 50 + 20 * Math.cos((i * Math.PI) / 50),
      y: 50 + 20 * Math.sin((i * Math.PI) / 50),
    }));
    expect(lengthOf(simplify(circle, 0.05))).toBeGreaterThan(125);
  });
});

describe('the edge of the paper', () => {
  test('a stroke that leaves and comes back becomes two, each ending on the edge', () => {
    const input = [100, 60, 20, -20, -60, -20, 20, 60].map((y, i) => ({ x: 50 + i * 10, y }));
    const pieces = clip(shapeOf(input), BOX);
    expect(pieces).toHaveLength(2);
    expect(pieces[0]!.at(-1)!.y).toBeCloseTo(0, 6);
    expect(pieces[1]![0]!.y).toBeCloseTo(0, 6);
  });

  test('what is inside stays untouched, what is outside vanishes', () => {
    const inside = shapeOf([loops(0), loops(0.02), loops(0.05)]);
    expect(clip(inside, BOX)).toEqual([inside]);
    expect(clip([{ x: -5, y: 10 }], BOX)).toEqual([]);
    expect(
      clip(
        [
          { x: -5, y: 10 },
          { x: -1, y: 90 },
        ],
        BOX,
      ),
    ).toEqual([]);
    expect(clip([{ x: 5, y: 10 }], BOX)).toHaveLength(1);
  });

  test('random strokes across the edge: all in the box, no inner length lost', () => {
    const random = randomFrom(5);
    const box = { w: 300, h: 110 };
    for (let i = 0; i < 100; i += 1) {
      const path = shapeOf(randomStroke(random));
      const pieces = clip(path, box);
      for (const { x, y } of pieces.flat()) {
        expect(Math.min(x, y, box.w - x, box.h - y)).toBeGreaterThan(-1e-9);
      }
      for (const point of path) {
        const inside = point.x > 0 && point.y > 0 && point.x < box.w && point.y < box.h;
        if (inside) expect(Math.min(...pieces.map((piece) => distanceToPath(point, piece)))).toBeLessThan(1e-9);
      }
    }
  });
});
