import { expect, test } from 'vitest';
import type { Ink as SealedInk } from '$lib/backend/generated/Ink';
import type { PointerKind } from '$lib/backend/generated/PointerKind';
import { fromStored, toStored, type Ink, type InkDevice } from './format';
import { randomFrom, randomStroke } from './testing';

test('the stored form is the one the device core reads', () => {
  const ink: Ink = { v: 1, w: 60_000, h: 22_000, strokes: [[100, 200]] };
  const device: InkDevice = 'pen';
  // Fails to compile when the two sides part.
  const sealed: SealedInk & { device: PointerKind } = { ...ink, device };
  expect(Object.keys(sealed).sort()).toEqual(['device', 'h', 'strokes', 'v', 'w']);
});

test('storing rounds to 1/100 px, holds the path in the box and drops repeats', () => {
  const box = { w: 10, h: 10 };
  expect(
    toStored(
      [
        { x: 1.004, y: 1.006 },
        { x: 1.001, y: 1.009 },
        { x: 12, y: -3 },
      ],
      box,
    ),
  ).toEqual([100, 101, 1000, 0]);
});

test('what was stored comes back to within half a unit, and storing it again changes nothing', () => {
  const box = { w: 600, h: 220 };
  const random = randomFrom(8);
  for (let i = 0; i < 100; i += 1) {
    const stroke = randomStroke(random);
    const stored = toStored(stroke, box);
    expect(toStored(fromStored(stored), box)).toEqual(stored);
  }
});
