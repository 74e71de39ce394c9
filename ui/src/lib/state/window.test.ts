import { expect, test } from 'vitest';
import { reveal, stretch } from './window';

test('only what is seen and a little more is drawn, however long the list', () => {
  for (const rows of [0, 1, 30, 1_000_000]) {
    for (const top of [0, 43, 44_000, 44_000_000]) {
      const { first, end } = stretch(top, 440, 44, rows);
      expect(first).toBeGreaterThanOrEqual(0);
      expect(end).toBeLessThanOrEqual(rows);
      expect(end - first).toBeLessThanOrEqual(10 + 2 * 8 + 1);
    }
  }
  expect(stretch(4_400, 440, 44, 1_000)).toEqual({ first: 92, end: 118 });
});

test('the end of the list is reached, and scrolling past it draws nothing wrong', () => {
  expect(stretch(44 * 990, 440, 44, 1_000).end).toBe(1_000);
  const past = stretch(1e9, 440, 44, 1_000);
  expect(past.first).toBeLessThanOrEqual(past.end);
});

test('a row is brought into sight by the shortest way', () => {
  expect(reveal(5, 0, 440, 44)).toBe(0);
  expect(reveal(10, 0, 440, 44)).toBe(44);
  expect(reveal(2, 440, 440, 44)).toBe(88);
});
