import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Recorder, type Admission, type InkSink, type Sample } from './recorder';

/** Writes down what it is told, in one line per stroke. */
class Notes implements InkSink {
  strokes: string[] = [];
  predicted = 0;
  admission: Admission = 'drawing';
  #now = '';

  begin(device: string, { x, y }: Sample): Admission {
    if (this.admission === 'drawing') this.#now = `${device} ${x},${y}`;
    return this.admission;
  }
  extend(samples: readonly Sample[], predicted: readonly Sample[]) {
    for (const { x, y } of samples) this.#now += ` ${x},${y}`;
    this.predicted += predicted.length;
  }
  end() {
    this.strokes.push(this.#now);
    this.#now = '';
  }
  drop() {
    this.strokes.push('dropped');
    this.#now = '';
  }
  get open() {
    return this.#now;
  }
}

interface Hand extends PointerEventInit {
  at?: number;
  coalesced?: [number, number][];
  predicted?: [number, number][];
}

let element: HTMLElement;
let notes: Notes;
let recorder: Recorder;

beforeEach(() => {
  element = document.body.appendChild(document.createElement('div'));
  notes = new Notes();
  recorder = new Recorder({ element, box: () => ({ w: 600, h: 220 }) }, notes);
});

afterEach(() => {
  recorder.stop();
  element.remove();
});

function pointer(type: string, x: number, y: number, { at = 0, coalesced, predicted, ...init }: Hand = {}) {
  const pressed = type !== 'pointerup';
  const event = new PointerEvent(type, {
    pointerId: 1,
    pointerType: 'pen',
    isPrimary: true,
    buttons: pressed ? 1 : 0,
    clientX: x,
    clientY: y,
    bubbles: true,
    cancelable: true,
    ...init,
  });
  const parts = (places: [number, number][] = []) =>
    places.map(([clientX, clientY]) =>
      Object.defineProperty(new PointerEvent('pointermove', { clientX, clientY }), 'timeStamp', { value: at }),
    );
  Object.defineProperties(event, {
    timeStamp: { value: at },
    getCoalescedEvents: { value: () => parts(coalesced) },
    getPredictedEvents: { value: () => parts(predicted) },
  });
  element.dispatchEvent(event);
  return event;
}

function touch(type: string, at: number, ...places: [id: number, x: number, y: number, touchType?: string][]) {
  const list = places.map(([identifier, clientX, clientY, touchType]) => ({ identifier, clientX, clientY, touchType }));
  const event = new Event(type, { bubbles: true, cancelable: true });
  Object.defineProperties(event, {
    timeStamp: { value: at },
    changedTouches: { value: list },
    touches: { value: type === 'touchstart' || type === 'touchmove' ? list : [] },
  });
  element.dispatchEvent(event);
  return event;
}

const finger = (pointerId = 5, isPrimary = true): Hand => ({ pointerId, pointerType: 'touch', isPrimary });

describe('pointer events', () => {
  test('every coalesced sample is kept, and the places of pen-down and pen-up', () => {
    pointer('pointerdown', 1, 1);
    pointer('pointermove', 4, 4, {
      coalesced: [
        [2, 2],
        [3, 3],
        [4, 4],
      ],
    });
    pointer('pointerup', 5, 5);
    expect(notes.strokes).toEqual(['pen 1,1 2,2 3,3 4,4 5,5']);
  });

  test('where the browser has no coalesced events, the event itself counts', () => {
    pointer('pointerdown', 1, 1);
    pointer('pointermove', 4, 4, { coalesced: [] });
    pointer('pointerup', 4, 4);
    expect(notes.strokes).toEqual(['pen 1,1 4,4 4,4']);
  });

  test('predicted places are passed apart and never become part of the stroke', () => {
    pointer('pointerdown', 1, 1);
    pointer('pointermove', 2, 2, {
      coalesced: [[2, 2]],
      predicted: [
        [9, 9],
        [12, 12],
      ],
    });
    pointer('pointerup', 3, 3);
    expect(notes.strokes[0]).not.toContain('9,9');
    expect(notes.predicted).toBe(2);
  });

  test('the place follows the element when the page scrolls or is zoomed', () => {
    element.getBoundingClientRect = () => ({ left: 100, top: 50, width: 1200, height: 440 }) as DOMRect;
    pointer('pointerdown', 100, 50);
    element.getBoundingClientRect = () => ({ left: 100, top: 30, width: 1200, height: 440 }) as DOMRect;
    pointer('pointerup', 300, 250);
    expect(notes.strokes).toEqual(['pen 0,0 100,110']);
  });

  test('a cancelled stroke keeps what was drawn, and the pad lives on', () => {
    pointer('pointerdown', 1, 1, finger());
    pointer('pointermove', 2, 2, finger());
    pointer('pointercancel', 0, 0, finger());
    pointer('pointermove', 90, 90, finger());
    pointer('pointerdown', 7, 7, { ...finger(6), at: 900 });
    pointer('pointerup', 8, 8, { ...finger(6), at: 950 });
    expect(notes.strokes).toEqual(['touch 1,1 2,2', 'touch 7,7 8,8']);
  });

  test('other buttons draw nothing, and a stroke whose end was lost ends with the next move', () => {
    pointer('pointerdown', 1, 1, { button: 2, buttons: 2, pointerType: 'mouse' });
    expect(notes.open).toBe('');
    pointer('pointerdown', 1, 1, { pointerType: 'mouse' });
    pointer('pointermove', 50, 50, { pointerType: 'mouse', buttons: 0 });
    expect(notes.strokes).toEqual(['mouse 1,1']);
  });

  test('a second down of the same pen means that its up was lost: both strokes stay', () => {
    pointer('pointerdown', 1, 1);
    pointer('pointerdown', 9, 9);
    pointer('pointerup', 10, 10);
    expect(notes.strokes).toEqual(['pen 1,1', 'pen 9,9 10,10']);
  });

  test('a live touch is never captured: Android would cancel it', () => {
    const captured: number[] = [];
    element.setPointerCapture = (id) => void captured.push(id);
    pointer('pointerdown', 1, 1, finger());
    pointer('pointerup', 1, 1, finger());
    pointer('pointerdown', 1, 1, { pointerId: 8, at: 5000 });
    expect(captured).toEqual([8]);
  });

  test('context menu, selection and dragging are refused', () => {
    for (const type of ['contextmenu', 'selectstart', 'dragstart']) {
      const event = new Event(type, { cancelable: true, bubbles: true });
      element.dispatchEvent(event);
      expect(event.defaultPrevented, type).toBe(true);
    }
  });

  test('a refused contact is ignored until it is lifted', () => {
    notes.admission = 'refused';
    pointer('pointerdown', 1, 1);
    notes.admission = 'drawing';
    pointer('pointermove', 2, 2);
    pointer('pointerup', 3, 3);
    expect(notes.strokes).toEqual([]);
  });

  test('stop ends the stroke under way and hears nothing more', () => {
    pointer('pointerdown', 1, 1);
    recorder.stop();
    pointer('pointerdown', 2, 2);
    expect(notes.strokes).toEqual(['pen 1,1']);
    expect(notes.open).toBe('');
  });

  test('when the page is hidden the stroke so far is kept', () => {
    pointer('pointerdown', 1, 1);
    Object.defineProperty(document, 'hidden', { value: true, configurable: true });
    document.dispatchEvent(new Event('visibilitychange'));
    Reflect.deleteProperty(document, 'hidden');
    expect(notes.strokes).toEqual(['pen 1,1']);
  });
});

describe('palm and second finger', () => {
  test('a second finger never joins a stroke, nor ends it', () => {
    pointer('pointerdown', 1, 1, finger(5));
    pointer('pointerdown', 200, 90, finger(6, false));
    pointer('pointermove', 210, 90, finger(6, false));
    pointer('pointermove', 2, 2, finger(5));
    pointer('pointerup', 210, 90, finger(6, false));
    pointer('pointerup', 3, 3, finger(5));
    expect(notes.strokes).toEqual(['touch 1,1 2,2 3,3']);
  });

  test('touch is ignored while the pen hovers, and for half a second after', () => {
    pointer('pointermove', 50, 50, { buttons: 0, at: 1000 });
    pointer('pointerdown', 9, 9, { ...finger(), at: 2900 });
    pointer('pointerout', 50, 50, { relatedTarget: null, at: 3000 });
    pointer('pointerdown', 9, 9, { ...finger(), at: 3499 });
    expect(notes.open).toBe('');
    pointer('pointerdown', 9, 9, { ...finger(), at: 3501 });
    expect(notes.open).toBe('touch 9,9');
  });

  test('a pen that vanished while hovering does not lock the finger out for good', () => {
    pointer('pointermove', 50, 50, { buttons: 0, at: 1000 });
    pointer('pointerdown', 9, 9, { ...finger(), at: 6001 });
    expect(notes.open).toBe('touch 9,9');
  });

  test('the palm that landed just before the pen is taken back; the pen writes', () => {
    pointer('pointerdown', 300, 200, { ...finger(), at: 1000 });
    pointer('pointermove', 340, 200, { ...finger(), at: 1100 });
    pointer('pointerdown', 50, 50, { at: 1200 });
    pointer('pointermove', 345, 200, { ...finger(), at: 1250 });
    pointer('pointerup', 60, 60, { at: 1300 });
    expect(notes.strokes).toEqual(['dropped', 'pen 50,50 60,60']);
  });

  test('a long finger stroke is not thrown away because a pen comes down', () => {
    pointer('pointerdown', 1, 1, { ...finger(), at: 1000 });
    pointer('pointermove', 90, 40, { ...finger(), at: 1800 });
    pointer('pointerdown', 50, 50, { at: 1900 });
    expect(notes.strokes).toEqual(['touch 1,1 90,40']);
  });

  test('a palm during a pen stroke draws nothing and does not end it', () => {
    pointer('pointerdown', 1, 1, { at: 1000 });
    pointer('pointerdown', 300, 200, { ...finger(), at: 1010 });
    pointer('pointerup', 300, 200, { ...finger(), at: 1020 });
    pointer('pointerup', 2, 2, { at: 1030 });
    expect(notes.strokes).toEqual(['pen 1,1 2,2']);
  });
});

describe('touch events where a finger gives no pointer events', () => {
  test('a finger writes', () => {
    expect(touch('touchstart', 0, [3, 1, 1]).defaultPrevented).toBe(true);
    touch('touchmove', 10, [3, 2, 2]);
    touch('touchend', 20, [3, 3, 3]);
    expect(notes.strokes).toEqual(['touch 1,1 2,2 3,3']);
  });

  test('where there are pointer events for touch, the same contact is not drawn twice', () => {
    pointer('pointerdown', 1, 1, finger());
    touch('touchstart', 0, [3, 1, 1]);
    pointer('pointermove', 2, 2, finger());
    touch('touchmove', 10, [3, 2, 2]);
    touch('touchend', 20, [3, 2, 2]);
    pointer('pointerup', 2, 2, finger());
    expect(notes.strokes).toEqual(['touch 1,1 2,2 2,2']);
  });

  test('the second finger is ignored, also when both come in one event', () => {
    touch('touchstart', 0, [3, 1, 1], [4, 200, 90]);
    touch('touchmove', 10, [3, 2, 2], [4, 210, 90]);
    touch('touchend', 15, [4, 210, 90]);
    touch('touchend', 20, [3, 3, 3]);
    expect(notes.strokes).toEqual(['touch 1,1 2,2 3,3']);
  });

  test('a cancelled touch keeps what was drawn', () => {
    touch('touchstart', 0, [3, 1, 1]);
    touch('touchmove', 10, [3, 2, 2]);
    touch('touchcancel', 20, [3, 0, 0]);
    expect(notes.strokes).toEqual(['touch 1,1 2,2']);
  });

  test('a touch whose end was lost does not block the next', () => {
    touch('touchstart', 0, [3, 1, 1]);
    touch('touchstart', 900, [4, 7, 7]);
    touch('touchend', 950, [4, 8, 8]);
    expect(notes.strokes).toEqual(['touch 1,1', 'touch 7,7 8,8']);
  });

  test('the mouse press that the system makes up from a tap draws no second dot', () => {
    touch('touchstart', 0, [3, 50, 50]);
    touch('touchend', 60, [3, 52, 50]);
    pointer('pointerdown', 52, 51, { pointerType: 'mouse', at: 70 });
    pointer('pointerup', 52, 51, { pointerType: 'mouse', at: 71 });
    expect(notes.strokes).toEqual(['touch 50,50 52,50']);
  });

  test('a pen that calls itself a mouse takes over from the palm, and keeps it out', () => {
    touch('touchstart', 1000, [3, 300, 200]);
    pointer('pointerdown', 50, 50, { pointerType: 'mouse', at: 1100 });
    touch('touchmove', 1110, [3, 302, 200]);
    pointer('pointerup', 60, 60, { pointerType: 'mouse', at: 1200 });
    touch('touchstart', 1500, [4, 310, 200]);
    expect(notes.strokes).toEqual(['dropped', 'mouse 50,50 60,60']);
    expect(notes.open).toBe('');
  });

  test('a palm on the glass drags no line out of the stroke of a pen that calls itself a mouse', () => {
    touch('touchstart', 1000, [3, 300, 200]);
    pointer('pointerdown', 50, 50, { pointerType: 'mouse', at: 1100 });
    touch('touchmove', 1110, [3, 302, 200]);
    pointer('pointermove', 302, 201, { pointerType: 'mouse', at: 1112 });
    pointer('pointermove', 55, 55, { pointerType: 'mouse', at: 1120 });
    pointer('pointerup', 301, 200, { pointerType: 'mouse', at: 1200 });
    expect(notes.strokes).toEqual(['dropped', 'mouse 50,50 55,55']);
  });

  test('a stylus is reported as a pen', () => {
    touch('touchstart', 0, [3, 1, 1, 'stylus']);
    touch('touchend', 9, [3, 1, 1, 'stylus']);
    expect(notes.strokes).toEqual(['pen 1,1 1,1']);
  });
});
