import { expect, test } from 'vitest';
import { BASELINE, extended, fit, paperOf, toBox, toPaper } from './paper';
import { randomFrom, randomStroke } from './testing';

const PORTRAIT = { w: 700, h: 420 };
const LANDSCAPE = { w: 1180, h: 260 };

test('the box it was laid down in shows the paper as it is', () => {
  expect(fit(paperOf(PORTRAIT), PORTRAIT)).toEqual({ scale: 1, dx: 0, dy: 0 });
});

test('whatever the box, nothing is cut off and nothing is stretched', () => {
  const random = randomFrom(11);
  for (let i = 0; i < 200; i += 1) {
    const stroke = randomStroke(random);
    const paper = extended(paperOf({ w: 200 + 600 * random(), h: 100 + 200 * random() }), stroke);
    const box = { w: 50 + 1500 * random(), h: 50 + 900 * random() };
    const shown = toBox(stroke, fit(paper, box));
    for (const { x, y } of shown) expect(Math.min(x, y, box.w - x, box.h - y)).toBeGreaterThan(-1e-6);
  }
});

test('after turning, the signature still stands on the baseline', () => {
  const onBaseline = [{ x: 350, y: PORTRAIT.h * BASELINE }];
  const [shown] = toBox(onBaseline, fit(paperOf(PORTRAIT), LANDSCAPE));
  expect(shown?.y).toBeCloseTo(LANDSCAPE.h * BASELINE);
});

test('to the box and back to the paper is where it was', () => {
  const view = fit(paperOf(PORTRAIT), LANDSCAPE);
  const stroke = randomStroke(randomFrom(2));
  toPaper(toBox(stroke, view), view).forEach((point, i) => {
    expect(point.x).toBeCloseTo(stroke[i]!.x, 9);
    expect(point.y).toBeCloseTo(stroke[i]!.y, 9);
  });
});
