import { expect, test } from 'vitest';
import { tooSmall } from './measure';

const line = (length: number, slope = 0) =>
  Array.from({ length: 11 }, (_, i) => ({ x: 10 + (i * length) / 10, y: 50 + (i * length * slope) / 10 }));
const effort = { samples: 40, ms: 900 };

test.each([
  ['a signature', { strokes: [line(120)], effort }, null],
  ['a tick of 59 px', { strokes: [line(59)], effort }, 'short_ink'],
  ['two dots', { strokes: [[{ x: 1, y: 1 }], [{ x: 200, y: 90 }]], effort }, 'short_ink'],
  ['a scribble on the spot', { strokes: Array(5).fill(line(20)), effort }, 'small_box'],
  ['tall and thin is enough', { strokes: Array(5).fill(line(16, 1.7)), effort }, null],
  ['a jump with 7 samples', { strokes: [line(120)], effort: { samples: 7, ms: 900 } }, 'few_samples'],
  ['a flick of 149 ms', { strokes: [line(120)], effort: { samples: 40, ms: 149 } }, 'too_quick'],
  ['restored ink has no effort to judge', { strokes: [line(120)], effort: null }, null],
  ['the limits themselves are enough', { strokes: [line(60)], effort: { samples: 8, ms: 150 } }, null],
] as const)('%s', (_, measured, expected) => {
  expect(tooSmall(measured)).toBe(expected);
});
