import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { MAX_POINTS, MAX_STROKES, type InkDevice, type InkDraft, type Point, type StoredStroke } from './format';
import { InkPad, UNDO_CLEAR_MS } from './pad.svelte';
import { lengthOf } from './shape';
import { distanceToPath, loops, randomFrom, randomStroke } from './testing';

const BOX = { w: 600, h: 220 };
const SIGNATURE = Array.from({ length: 60 }, (_, i) => loops(i / 59));

function padIn(box = BOX): InkPad {
  const pad = new InkPad();
  pad.resize(box);
  return pad;
}

function draw(pad: InkPad, points: readonly Point[], device: InkDevice = 'pen', msPerPoint = 8): void {
  const samples = points.map((point, i) => ({ ...point, t: i * msPerPoint }));
  pad.begin(device, samples[0]!);
  pad.extend(samples.slice(1));
  pad.end();
}

const line = (y: number, from = 50, to = 150) => [
  { x: from, y },
  { x: (from + to) / 2, y: y + 3 },
  { x: to, y },
];

describe('strokes', () => {
  test('the draft is the stored form: whole units of the box', () => {
    const pad = padIn();
    draw(pad, [{ x: 10.004, y: 20.006 }], 'touch');
    expect(pad.draft).toEqual({ ink: { v: 1, w: 60_000, h: 22_000, strokes: [[1000, 2001]] }, device: 'touch' });
  });

  test('each finished stroke is told once, with the whole draft, before the change', () => {
    const told: string[] = [];
    const pad = padIn();
    pad.hear = {
      stroke: (stroke, draft) => told.push(`stroke ${stroke[1]} of ${draft.ink.strokes.length}`),
      change: (draft) => told.push(`change ${draft.ink.strokes.length}`),
    };
    draw(pad, line(40));
    draw(pad, line(80));
    expect(told).toEqual(['stroke 4000 of 1', 'change 1', 'stroke 8000 of 2', 'change 2']);
  });

  test('the device is the one that drew most', () => {
    const pad = padIn();
    draw(pad, line(40), 'touch');
    draw(pad, SIGNATURE, 'pen');
    expect(pad.draft.device).toBe('pen');
    expect(padIn().draft.device).toBeNull();
  });

  test('a stroke over the edge is two pieces, one for the signer, and undo takes both', () => {
    const pad = padIn();
    const stored: StoredStroke[] = [];
    pad.hear = { stroke: (stroke) => stored.push(stroke) };
    draw(
      pad,
      [40, 20, -20, -40, -20, 20, 40].map((y, i) => ({ x: 60 + 10 * i, y })),
    );
    expect(stored).toHaveLength(2);
    expect(pad.count).toBe(1);
    pad.undo();
    expect(pad.draft.ink.strokes).toEqual([]);
  });

  test('a dropped contact leaves nothing', () => {
    const pad = padIn();
    pad.begin('touch', { x: 5, y: 5, t: 0 });
    pad.drop();
    pad.extend([{ x: 50, y: 5, t: 9 }]);
    pad.end();
    expect(pad.count).toBe(0);
  });

  test('a restored draft is the draft that was stored', () => {
    const first = padIn();
    draw(first, SIGNATURE);
    draw(first, line(30));
    const stored = JSON.parse(JSON.stringify(first.draft)) as InkDraft;
    const second = padIn();
    second.restore(stored);
    expect(second.draft).toEqual(stored);
    const beforeItsSizeIsKnown = new InkPad();
    beforeItsSizeIsKnown.restore(stored);
    beforeItsSizeIsKnown.resize(BOX);
    expect(beforeItsSizeIsKnown.draft).toEqual(stored);
  });

  test('a stroke before the area has a size is refused, not lost in a box of nothing', () => {
    expect(new InkPad().begin('pen', { x: 1, y: 1, t: 0 })).toBe('refused');
  });
});

describe('limits', () => {
  const full = (strokes: number[][]): InkDraft => ({ ink: { v: 1, w: 60_000, h: 22_000, strokes }, device: 'pen' });

  test(`stroke ${MAX_STROKES} is taken, the next is refused with its reason until there is room`, () => {
    const pad = padIn();
    pad.restore(full(Array.from({ length: MAX_STROKES - 1 }, (_, i) => [i, i])));
    draw(pad, line(40));
    expect(pad.count).toBe(MAX_STROKES);
    expect(pad.begin('pen', { x: 1, y: 1, t: 0 })).toBe('refused');
    expect(pad.refusal).toBe('too_many_strokes');
    pad.undo();
    draw(pad, line(60));
    expect([pad.count, pad.refusal]).toEqual([MAX_STROKES, null]);
  });

  test('a stroke that would pass the limit of points is refused and those before it stay', () => {
    const pad = padIn();
    pad.restore(full([Array.from({ length: 2 * (MAX_POINTS - 50) }, (_, i) => i % 20_000)]));
    draw(pad, line(40));
    expect([pad.count, pad.refusal]).toEqual([1, 'too_many_points']);
    draw(pad, line(40, 50, 80));
    expect([pad.count, pad.refusal]).toEqual([2, null]);
  });
});

describe('undo and clear', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  test('undo takes the last stroke, and nothing when there is none', () => {
    const pad = padIn();
    draw(pad, line(40));
    const one = pad.draft;
    draw(pad, line(80));
    pad.undo();
    expect(pad.draft).toEqual(one);
    pad.undo();
    pad.undo();
    expect(pad.count).toBe(0);
  });

  test('clear can be undone for five seconds, and not after', () => {
    const pad = padIn();
    draw(pad, SIGNATURE);
    const drawn = pad.draft;
    pad.clear();
    expect([pad.count, pad.canUndoClear]).toEqual([0, true]);
    vi.advanceTimersByTime(UNDO_CLEAR_MS - 1);
    pad.undoClear();
    expect(pad.draft).toEqual(drawn);
    pad.clear();
    vi.advanceTimersByTime(UNDO_CLEAR_MS);
    expect(pad.canUndoClear).toBe(false);
    pad.undoClear();
    expect(pad.count).toBe(0);
  });

  test('a new stroke ends the offer; a palm that is dropped does not', () => {
    const pad = padIn();
    draw(pad, line(40));
    pad.clear();
    pad.begin('touch', { x: 1, y: 1, t: 0 });
    pad.drop();
    expect(pad.canUndoClear).toBe(true);
    draw(pad, line(60));
    expect(pad.canUndoClear).toBe(false);
    expect(pad.count).toBe(1);
  });

  test('clear while the pen is down loses not even that stroke', () => {
    const pad = padIn();
    pad.begin('pen', { x: 10, y: 10, t: 0 });
    pad.extend([{ x: 90, y: 40, t: 9 }]);
    pad.clear();
    pad.extend([{ x: 99, y: 44, t: 12 }]);
    pad.undoClear();
    expect(pad.count).toBe(1);
    expect(pad.draft.ink.strokes[0]!.slice(-2)).toEqual([9000, 4000]);
  });

  test('undo clear after a turn shows the ink in the new box', () => {
    const pad = padIn();
    draw(pad, SIGNATURE);
    pad.clear();
    pad.resize({ w: 300, h: 400 });
    pad.undoClear();
    expect(Math.max(...pad.paths.flat().map((point) => point.x))).toBeLessThan(300);
  });
});

describe('resize, rotation, zoom', () => {
  test('turned there and back, the stored ink is the same to the digit', () => {
    const pad = padIn();
    draw(pad, SIGNATURE);
    const before = pad.draft;
    for (const box of [{ w: 220, h: 600 }, { w: 1180, h: 250 }, { w: 333.3, h: 121.7 }, BOX]) pad.resize(box);
    expect(pad.draft).toEqual(before);
  });

  test('after a resize the ink is in units of the new box, of the same proportions', () => {
    const pad = padIn();
    draw(pad, SIGNATURE);
    const length = lengthOf(pad.paths[0]!);
    pad.resize({ w: 300, h: 110 });
    expect([pad.draft.ink.w, pad.draft.ink.h]).toEqual([30_000, 11_000]);
    expect(lengthOf(pad.paths[0]!)).toBeCloseTo(length / 2, 6);
  });

  test('a rotation in mid-stroke keeps every point, before and after, without a line across', () => {
    const pad = padIn();
    const before = SIGNATURE.slice(0, 30);
    const after = SIGNATURE.slice(30).map(({ x, y }) => ({ x: x / 3, y: y + 150 }));
    pad.begin('pen', { ...before[0]!, t: 0 });
    pad.extend(before.slice(1).map((point, i) => ({ ...point, t: i })));
    pad.resize({ w: 220, h: 600 });
    const rotated = before.map(({ x, y }) => ({
      x: (x * 220) / 600,
      y: y * (220 / 600) + 0.7 * (600 - 220 * (220 / 600)),
    }));
    pad.extend(after.map((point, i) => ({ ...point, t: 40 + i })));
    pad.end();
    expect(pad.paths).toHaveLength(2);
    expect(pad.count).toBe(1);
    for (const point of rotated) expect(distanceToPath(point, pad.paths[0]!)).toBeLessThan(0.1);
    for (const point of after) expect(distanceToPath(point, pad.paths[1]!)).toBeLessThan(0.1);
  });

  test('50 random resizes, turns, lost contacts and repeats lose no stroke and cut none off', () => {
    for (let seed = 1; seed <= 8; seed += 1) {
      const random = randomFrom(seed);
      const pad = padIn();
      let saved: InkDraft = pad.draft;
      let pieces = 0;
      pad.hear = { stroke: () => (pieces += 1), change: (draft) => (saved = draft) };
      let strokes = 0;
      for (let i = 0; i < 50; i += 1) {
        const stroke = randomStroke(random, 20).map(({ x, y }, n) => ({
          x: (x * pad.box.w) / 600,
          y: (y * pad.box.h) / 220,
          t: n,
        }));
        pad.begin('touch', stroke[0]!);
        pad.extend(stroke.slice(1, 15));
        if (random() < 0.6) pad.resize({ w: 120 + 1200 * random(), h: 80 + 600 * random() });
        const inside = stroke
          .slice(15)
          .map(({ x, y, t }) => ({ x: Math.min(x, pad.box.w), y: Math.min(y, pad.box.h), t }));
        if (random() < 0.5) pad.extend(inside);
        pad.end();
        strokes += 1;
        expect(pad.count, `seed ${seed}, stroke ${i}`).toBe(strokes);
      }
      expect(saved.ink.strokes).toHaveLength(pieces);
      const shown = pad.paths.flat().flatMap(({ x, y }) => [x, y, pad.box.w - x, pad.box.h - y]);
      const rounding = 0.006;
      expect(Math.min(...shown)).toBeGreaterThan(-rounding);
    }
  });

  test('a hidden area (size 0) changes nothing', () => {
    const pad = padIn();
    draw(pad, SIGNATURE);
    const before = pad.draft;
    pad.resize({ w: 0, h: 0 });
    expect(pad.draft).toEqual(before);
  });
});

describe('is it a signature', () => {
  test('nothing drawn is never one, however often it is confirmed', () => {
    const pad = padIn();
    for (let i = 0; i < 4; i += 1) expect(pad.judge()).toEqual({ kind: 'empty' });
    expect(pad.confirm()).toEqual({ kind: 'empty' });
  });

  test('small ink is warned of, can be confirmed at the second try, and the confirmation is known', () => {
    const pad = padIn();
    draw(pad, line(50, 50, 80));
    expect(pad.judge()).toEqual({ kind: 'small', reason: 'short_ink', confirmable: 'not_yet' });
    expect(pad.judge()).toEqual({ kind: 'small', reason: 'short_ink', confirmable: 'yes' });
    expect(pad.confirm()).toEqual({ kind: 'confirmed_small', reason: 'short_ink' });
    expect(pad.judge()).toEqual({ kind: 'confirmed_small', reason: 'short_ink' });
  });

  test('it cannot be confirmed before it was warned of twice, and not for other ink', () => {
    const pad = padIn();
    draw(pad, line(50, 50, 80));
    expect(pad.confirm().kind).toBe('small');
    pad.judge();
    pad.confirm();
    draw(pad, [{ x: 5, y: 5 }]);
    expect(pad.judge().kind).toBe('small');
  });

  test('a real one passes; one made in a flick does not', () => {
    const slow = padIn();
    draw(slow, SIGNATURE);
    expect(slow.judge()).toEqual({ kind: 'signature' });
    const flick = padIn();
    draw(flick, SIGNATURE, 'pen', 2);
    expect(flick.judge()).toEqual({ kind: 'small', reason: 'too_quick', confirmable: 'not_yet' });
  });
});
