import { render, screen } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import axe from 'axe-core';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { InkDraft } from './format';
import InkPadView from './InkPad.svelte';
import { InkPad } from './pad.svelte';

const texts = {
  undo: 'Undo',
  clear: 'Clear',
  undoClear: 'Undo clear',
  strokes: (count: number) => (count === 1 ? '1 stroke drawn' : `${count} strokes drawn`),
  refused: () => 'No more strokes fit',
};

beforeEach(() => {
  // jsdom lays nothing out and paints nothing; a browser check covers both.
  vi.spyOn(HTMLCanvasElement.prototype, 'getContext').mockReturnValue(null);
  vi.spyOn(HTMLElement.prototype, 'clientWidth', 'get').mockReturnValue(600);
  vi.spyOn(HTMLElement.prototype, 'clientHeight', 'get').mockReturnValue(220);
});

afterEach(() => void vi.restoreAllMocks());

function show(props: Record<string, unknown> = {}) {
  return render(InkPadView, { label: 'Signature of Ana Pop', texts, ...props });
}

function stroke(y = 50) {
  const surface = screen.getByRole('img');
  const at = (type: string, x: number, buttons: number) =>
    surface.dispatchEvent(
      new PointerEvent(type, { pointerId: 1, pointerType: 'pen', clientX: x, clientY: y, buttons, bubbles: true }),
    );
  at('pointerdown', 40, 1);
  at('pointermove', 90, 1);
  at('pointerup', 140, 0);
}

test('tells of each stroke as it is finished, and says how many there are', async () => {
  const onstroke = vi.fn();
  const onchange = vi.fn();
  show({ onstroke, onchange });
  stroke(50);
  stroke(80);
  expect(await screen.findByText('2 strokes drawn')).toBeTruthy();
  expect(onstroke).toHaveBeenCalledTimes(2);
  expect(onstroke.mock.calls[1]![0].slice(0, 2)).toEqual([4000, 8000]);
  const draft = onchange.mock.lastCall![0] as InkDraft;
  expect([draft.ink.w, draft.ink.h, draft.ink.strokes.length, draft.device]).toEqual([60_000, 22_000, 2, 'pen']);
});

test('undo, clear and undo clear are buttons for keyboard and screen reader', async () => {
  const user = userEvent.setup();
  show();
  expect(screen.getByRole<HTMLButtonElement>('button', { name: 'Undo' }).disabled).toBe(true);
  stroke();
  stroke(90);
  await user.click(await screen.findByRole('button', { name: 'Undo' }));
  expect(await screen.findByText('1 stroke drawn')).toBeTruthy();
  await user.click(screen.getByRole('button', { name: 'Clear' }));
  expect(await screen.findByText('0 strokes drawn')).toBeTruthy();
  await user.click(screen.getByRole('button', { name: 'Undo clear' }));
  expect(await screen.findByText('1 stroke drawn')).toBeTruthy();
});

test('begins with a stored draft, and does not report it as new strokes', async () => {
  const onstroke = vi.fn();
  const initial: InkDraft = {
    ink: { v: 1, w: 60_000, h: 22_000, strokes: [[1000, 1000, 9000, 2000]] },
    device: 'touch',
  };
  const pad = new InkPad();
  show({ initial, onstroke, pad });
  expect(await screen.findByText('1 stroke drawn')).toBeTruthy();
  expect(onstroke).not.toHaveBeenCalled();
  expect(pad.draft).toEqual(initial);
});

test('disabled: no new strokes, no buttons, but what is drawn stays and a stroke under way is kept', async () => {
  const pad = new InkPad();
  const { rerender } = show({ pad });
  stroke();
  screen
    .getByRole('img')
    .dispatchEvent(
      new PointerEvent('pointerdown', { pointerId: 1, clientX: 9, clientY: 9, buttons: 1, bubbles: true }),
    );
  await rerender({ disabled: true });
  expect(pad.count).toBe(2);
  stroke();
  expect(pad.count).toBe(2);
  expect(screen.getByRole<HTMLButtonElement>('button', { name: 'Clear' }).disabled).toBe(true);
});

test('a stroke that is not taken is said aloud with its reason', async () => {
  const strokes = Array.from({ length: 400 }, (_, i) => [i * 10, 100]);
  show({ initial: { ink: { v: 1, w: 60_000, h: 22_000, strokes }, device: 'pen' } });
  stroke();
  const said = await screen.findByText('No more strokes fit');
  expect(said.getAttribute('aria-live')).toBe('polite');
});

test('no accessibility fault that a machine can find', async () => {
  const { container } = show({ caption: 'Ana Pop' });
  const { violations } = await axe.run(container, { rules: { 'color-contrast': { enabled: false } } });
  expect(violations.map((fault) => fault.id)).toEqual([]);
});
