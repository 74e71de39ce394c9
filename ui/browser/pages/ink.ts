/** A page with one drawing area, for browser checks and measurements. Counts apart what the browser delivers. */
import { flushSync, mount } from 'svelte';
import { InkPad, InkPadView, type InkDraft } from '../../src/lib/ink';

const pad = new InkPad();
const delivered = { events: 0, samples: 0 };
const saved: InkDraft[] = [];

window.addEventListener(
  'pointermove',
  (event) => {
    if ((event.buttons & 1) === 0) return;
    delivered.events += 1;
    delivered.samples += event.getCoalescedEvents().length || 1;
  },
  { capture: true },
);

mount(InkPadView, {
  target: document.getElementById('app')!,
  props: {
    pad,
    label: 'Signature of Ana Pop',
    caption: 'Ana Pop',
    texts: {
      undo: 'Undo',
      clear: 'Clear',
      undoClear: 'Undo clear',
      strokes: (count: number) => (count === 1 ? '1 stroke drawn' : `${count} strokes drawn`),
      refused: (reason: string) => reason,
    },
    onstroke: (_stroke: number[], draft: InkDraft) => saved.push(draft),
  },
});

/** Time in ms that one pointermove with `count` coalesced samples takes, for each of `rounds`. */
function timeHandler(count: number, rounds: number): number[] {
  const surface = document.querySelector<HTMLElement>('[role=img]')!;
  const { left, top } = surface.getBoundingClientRect();
  const event = (type: string, at: number, buttons: number) => {
    const turn = at / 40;
    return new PointerEvent(type, {
      pointerId: 99,
      pointerType: 'pen',
      bubbles: true,
      cancelable: true,
      buttons,
      clientX: left + 60 + ((at * 0.35) % 480) + 30 * Math.sin(turn),
      clientY: top + 110 + 50 * Math.cos(turn),
    });
  };
  const times: number[] = [];
  let at = 0;
  surface.dispatchEvent(event('pointerdown', at, 1));
  for (let round = 0; round < rounds; round += 1) {
    const move = event('pointermove', at + count, 1);
    const parts = Array.from({ length: count }, (_, i) => event('pointermove', at + i + 1, 1));
    at += count;
    Object.defineProperty(move, 'getCoalescedEvents', { value: () => parts });
    const before = performance.now();
    surface.dispatchEvent(move);
    times.push(performance.now() - before);
  }
  surface.dispatchEvent(event('pointerup', at, 0));
  flushSync();
  return times;
}

const inkPage = { pad, delivered, saved, timeHandler };
/** What checks may reach of this page. */
export type InkPage = typeof inkPage;
Object.assign(window, { inkPage });
