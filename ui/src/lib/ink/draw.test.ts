import { describe, expect, test } from 'vitest';
import { InkCanvas } from './draw';
import type { Point } from './format';
import { DOT_DIAMETER, lengthOf, shapeOf } from './shape';
import { distanceToPath, loops, randomFrom } from './testing';

/** A 2D context that remembers the lines drawn since they were last wiped. */
class Page {
  canvas = { width: 0, height: 0 };
  lineWidth = 0;
  lines: { width: number; path: Point[] }[] = [];
  dots: number[] = [];
  scales: number[][] = [];
  #path: Point[] = [];

  scale(...by: number[]) {
    this.scales.push(by);
  }
  clearRect(x: number, y: number, w: number, h: number) {
    const outside = (point: Point) => point.x < x || point.y < y || point.x > x + w || point.y > y + h;
    this.lines = this.lines.filter(({ path }) => path.some(outside));
    this.dots = [];
  }
  beginPath() {
    this.#path = [];
  }
  moveTo(x: number, y: number) {
    this.#path.push({ x, y });
  }
  lineTo(x: number, y: number) {
    this.#path.push({ x, y });
  }
  stroke() {
    this.lines.push({ width: this.lineWidth, path: this.#path });
  }
  arc(_x: number, _y: number, radius: number) {
    this.dots.push(2 * radius);
  }
  fill() {}
}

function canvases() {
  const [dry, wet] = [new Page(), new Page()];
  const give = (page: Page) => ({ getContext: () => page }) as unknown as HTMLCanvasElement;
  const canvas = new InkCanvas(give(dry), give(wet));
  canvas.resize({ w: 600, h: 220 }, 2);
  return { canvas, dry, wet };
}

const STROKE = Array.from({ length: 80 }, (_, i) => loops(i / 79));
const inked = (...pages: Page[]) => pages.flatMap((page) => page.lines);

describe('wet ink', () => {
  test('after each event the line on screen reaches from pen-down to the newest sample without a gap', () => {
    const { canvas, dry, wet } = canvases();
    for (let i = 0; i < STROKE.length; i += 3) {
      canvas.extend(STROKE.slice(i, i + 3));
      const drawn = STROKE.slice(0, i + 3);
      if (i === 0) continue;
      for (const point of drawn) {
        expect(Math.min(...inked(dry, wet).map(({ path }) => distanceToPath(point, path)))).toBeLessThan(0.01);
      }
    }
    const length = inked(dry, wet).reduce((sum, { path }) => sum + lengthOf(path), 0);
    expect(length).toBeCloseTo(lengthOf(shapeOf(STROKE)), -1);
  });

  test('a single sample shows at once, as a dot', () => {
    const { canvas, wet } = canvases();
    canvas.extend([{ x: 5, y: 5 }]);
    expect(wet.dots).toEqual([DOT_DIAMETER]);
  });

  test('what was predicted is wiped by the next event', () => {
    const { canvas, dry, wet } = canvases();
    canvas.extend(STROKE.slice(0, 10), [{ x: 500, y: 10 }]);
    expect(inked(wet).some(({ path }) => path.some((point) => point.x === 500))).toBe(true);
    canvas.extend(STROKE.slice(10, 12));
    expect(inked(dry, wet).some(({ path }) => path.some((point) => point.x === 500))).toBe(false);
  });

  test('a prediction at the pen itself or a repeated sample gives no broken line', () => {
    const { canvas, dry, wet } = canvases();
    const random = randomFrom(1);
    for (const point of STROKE) canvas.extend(random() < 0.5 ? [point, point] : [point], [point]);
    for (const { x, y } of inked(dry, wet).flatMap(({ path }) => path)) expect(Number.isFinite(x + y)).toBe(true);
  });
});

describe('dry ink', () => {
  test('a redraw holds the stroke in full: 1.2 px at the ends, 2.2 px between, nothing wet', () => {
    const { canvas, dry, wet } = canvases();
    canvas.extend(STROKE);
    canvas.redraw([shapeOf(STROKE)]);
    const widths = dry.lines.map((line) => line.width);
    expect(Math.max(...widths)).toBeCloseTo(2.2);
    expect(widths[0]).toBeLessThan(1.4);
    expect(widths.at(-1)).toBeLessThan(1.4);
    expect(wet.lines).toEqual([]);
  });

  test('a redraw in mid-stroke shows the stroke under way too', () => {
    const { canvas, dry, wet } = canvases();
    canvas.extend(STROKE.slice(0, 40));
    canvas.resize({ w: 300, h: 110 }, 3);
    dry.lines = wet.lines = [];
    canvas.redraw([], STROKE.slice(0, 40));
    canvas.extend(STROKE.slice(40));
    for (const point of STROKE) {
      expect(Math.min(...inked(dry, wet).map(({ path }) => distanceToPath(point, path)))).toBeLessThan(0.01);
    }
  });

  test('the canvas has the pixels of the screen, within reason, and never none', () => {
    const { canvas, dry } = canvases();
    expect([dry.canvas.width, dry.canvas.height]).toEqual([1200, 440]);
    canvas.resize({ w: 100.3, h: 50 }, 1.5);
    expect(dry.canvas.width).toBe(150);
    expect(dry.scales.at(-1)![0]! * 100.3).toBeCloseTo(150);
    canvas.resize({ w: 100, h: 50 }, 9);
    expect(dry.canvas.width).toBe(400);
    canvas.resize({ w: 0, h: 0 }, 1);
    expect(dry.canvas.width).toBe(1);
  });
});
