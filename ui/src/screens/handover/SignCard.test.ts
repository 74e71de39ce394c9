import { render, screen } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { connectTo } from '$lib/backend';
import type { Backend } from '$lib/backend/backend';
import { demo } from '$lib/backend/demo';
import type { SignRequest } from '$lib/backend/types';
import { i18n } from '$lib/i18n/i18n.svelte';
import { HandOver } from '$lib/state/handover.svelte';
import SignCard from './SignCard.svelte';

const user = userEvent.setup();
let core: Backend;
let asked: SignRequest[];

beforeEach(async () => {
  // jsdom lays nothing out and paints nothing; the window tests cover both.
  vi.spyOn(HTMLCanvasElement.prototype, 'getContext').mockReturnValue(null);
  vi.spyOn(HTMLElement.prototype, 'clientWidth', 'get').mockReturnValue(600);
  vi.spyOn(HTMLElement.prototype, 'clientHeight', 'get').mockReturnValue(220);
  Element.prototype.scrollIntoView = vi.fn();
  window.history.replaceState(null, '', '/?phase=hand_over&language=en');
  core = demo();
  connectTo(core);
  asked = [];
  const sign = core.sign;
  core.sign = (request) => (asked.push(request), sign(request));
  await i18n.use('en');
});

afterEach(() => void vi.restoreAllMocks());

async function customer(ink: number[][] = []): Promise<HandOver> {
  const view = await core.handOverView();
  const hand = new HandOver({ ...view, ink: ink.length > 0 ? { v: 1, w: 60000, h: 22000, strokes: ink } : null });
  hand.readAsText(true);
  hand.consent = true;
  return hand;
}

/** A wave across the paper: large enough for a signature. */
function draw() {
  const surface = screen.getByRole('img');
  const at = (type: string, x: number, y: number, buttons: number) =>
    surface.dispatchEvent(
      new PointerEvent(type, { pointerId: 1, pointerType: 'pen', clientX: x, clientY: y, buttons, bubbles: true }),
    );
  at('pointerdown', 60, 100, 1);
  for (let x = 70; x < 500; x += 10) at('pointermove', x, 100 + 60 * Math.sin(x / 20), 1);
  at('pointerup', 500, 100, 0);
}

test('what was drawn is still on the paper when the card comes back, and is what is signed', async () => {
  const hand = await customer();
  const first = render(SignCard, { hand });
  draw();
  const drawn = hand.drawn?.ink;
  expect(drawn?.strokes).toHaveLength(1);
  first.unmount();
  render(SignCard, { hand });
  expect(await screen.findByText('1 stroke drawn')).toBeTruthy();
  expect(hand.pad.draft.ink).toEqual(drawn);
  // Strokes made by a program take no time: whether they are large enough is not the question here.
  vi.spyOn(hand.pad, 'judge').mockReturnValue({ kind: 'signature' });
  await user.click(screen.getByTestId('sign'));
  expect(asked.map((request) => request.ink)).toEqual([drawn]);
});

test('a draft from before a restart does not come back over what was drawn since', async () => {
  const hand = await customer([[1000, 1000, 2000, 2000]]);
  render(SignCard, { hand });
  expect(await screen.findByText('1 stroke drawn')).toBeTruthy();
  hand.pad.clear();
  draw();
  const drawn = hand.drawn?.ink;
  await user.click(screen.getByTestId('method-typed'));
  await user.click(screen.getByTestId('method-drawn'));
  expect(await screen.findByText('1 stroke drawn')).toBeTruthy();
  expect(hand.pad.draft.ink).toEqual(drawn);
});

test('an empty paper is never signed', async () => {
  const hand = await customer();
  render(SignCard, { hand });
  hand.drawn = { ink: { v: 1, w: 60000, h: 22000, strokes: [[0, 0, 100, 100]] }, pointer: null };
  await user.click(screen.getByTestId('sign'));
  expect(asked).toEqual([]);
  expect(hand.lacking).toContain('ink');
});
