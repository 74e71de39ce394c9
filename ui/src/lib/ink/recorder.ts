/**
 * Turns what the browser reports into strokes: which contact writes, which is a palm or a second finger, and every sample of it.
 * Sources are Pointer Events with their coalesced samples, and Touch Events where the web view gives no pointer events for a
 * finger (WebKitGTK before its change 54407). Leaves shape, storage and drawing to the `InkSink`, so that another source (a
 * signature pad, a native pen channel) can feed the same sink.
 */
import type { Box, InkDevice, Point } from './format';

/** One sample of the writing point in CSS px of the drawing area; `t` in ms on the clock of the events. */
export interface Sample extends Point {
  readonly t: number;
}

/** Whether a stroke may begin. */
export type Admission = 'drawing' | 'refused';

/** Takes strokes. Calls come as begin, any number of extend, then end or drop. */
export interface InkSink {
  /** Pen down. A refused contact is ignored until it is lifted. */
  begin(device: InkDevice, sample: Sample): Admission;
  /** More samples. `predicted` is a guess for the eye only and never part of the stroke. */
  extend(samples: readonly Sample[], predicted: readonly Sample[]): void;
  /** Pen up, or the system took the contact away: what was drawn stays. */
  end(): void;
  /** The contact turned out to be a palm: it leaves nothing. */
  drop(): void;
}

/** What the recorder listens on. */
export interface InkSurface {
  /** The drawing area, without border or padding. */
  readonly element: HTMLElement;
  /** Its present size in CSS px. */
  box(): Box;
}

/** Touch stays ignored this long after a pen was last near, in ms. */
const PEN_LOCK = 500;
/** A hovering pen that reports nothing for this long has gone without saying so, in ms. */
const HOVER_LIMIT = 5000;
/** A touch no older (ms) or no longer (px) than this when the pen comes down was the writing hand. */
const PALM = { ms: 500, px: 12 };
/** A mouse event this near (px, ms) to a touch was made up from it by the system. */
const EMULATED = { px: 12, ms: 700 };

interface Contact {
  readonly source: 'pointer' | 'touch';
  readonly id: number;
  readonly device: InkDevice;
  readonly start: Sample;
  reach: number;
}

/** A place on the page in CSS px. */
interface Place {
  readonly clientX: number;
  readonly clientY: number;
}

type Listener = [target: EventTarget, type: string, handle: (event: never) => void];

/** Listens on a drawing area until `stop` is called. */
export class Recorder {
  #contact: Contact | null = null;
  #penNear = false;
  #penSeen = -Infinity;
  #touchPointers = false;
  #lastTouch: Sample | null = null;
  readonly #surface: InkSurface;
  readonly #sink: InkSink;
  readonly #listeners: Listener[];

  constructor(surface: InkSurface, sink: InkSink) {
    this.#surface = surface;
    this.#sink = sink;
    const { element } = surface;
    const page = element.ownerDocument;
    this.#listeners = [
      [element, 'pointerdown', this.#pointerDown],
      [page, 'pointermove', this.#pointerMove],
      [page, 'pointerup', this.#pointerUp],
      [page, 'pointercancel', this.#pointerLost],
      [element, 'lostpointercapture', this.#pointerLost],
      [page, 'pointerout', this.#pointerOut],
      [element, 'touchstart', this.#touchStart],
      [element, 'touchmove', this.#touchMove],
      [element, 'touchend', this.#touchEnd],
      [element, 'touchcancel', this.#touchCancel],
      [page, 'visibilitychange', this.#hidden],
      [element, 'contextmenu', refuse],
      [element, 'selectstart', refuse],
      [element, 'dragstart', refuse],
    ];
    for (const [target, type, handle] of this.#listeners) {
      target.addEventListener(type, handle as EventListener, { passive: false });
    }
  }

  /** Ends a stroke under way and stops listening. */
  stop(): void {
    this.finish();
    for (const [target, type, handle] of this.#listeners) target.removeEventListener(type, handle as EventListener);
  }

  /** Ends a stroke under way and keeps it. The contact is ignored until it is lifted. */
  finish(): void {
    if (!this.#contact) return;
    this.#contact = null;
    this.#sink.end();
  }

  #pointerDown = (event: PointerEvent) => {
    const device = deviceOf(event);
    const sample = this.#sample(event, event.timeStamp);
    if (device === 'touch') this.#touchPointers = true;
    if (device === 'pen') this.#penSeenAt(event.timeStamp, true);
    if (event.button !== 0 || (device === 'mouse' && this.#isEmulated(sample))) return;
    const fresh = device !== 'touch' || event.isPrimary;
    if (this.#begin({ source: 'pointer', id: event.pointerId, device, start: sample, reach: 0 }, fresh)) {
      event.preventDefault();
      // Capturing a live touch makes Android web views cancel it; a touch is captured by itself.
      if (device !== 'touch') capture(this.#surface.element, event.pointerId);
    }
  };

  #pointerMove = (event: PointerEvent) => {
    if (event.pointerType === 'touch') this.#touchPointers = true;
    if (event.pointerType === 'pen') this.#penSeenAt(event.timeStamp, true);
    if (!this.#isActive('pointer', event.pointerId)) return;
    if (event.pointerType !== 'touch' && (event.buttons & 1) === 0) return this.finish();
    const coalesced = event.getCoalescedEvents?.() ?? [];
    const samples = coalesced.length > 0 ? coalesced : [event];
    this.#extend(this.#samples(samples), this.#samples(event.getPredictedEvents?.() ?? []));
  };

  #pointerUp = (event: PointerEvent) => {
    if (!this.#isActive('pointer', event.pointerId)) return;
    this.#extend(this.#samples([event]), []);
    this.#rest(event.timeStamp);
    this.finish();
  };

  #pointerLost = (event: PointerEvent) => {
    if (event.pointerType === 'pen') this.#penSeenAt(event.timeStamp, false);
    if (!this.#isActive('pointer', event.pointerId)) return;
    this.#rest(event.timeStamp);
    this.finish();
  };

  #pointerOut = (event: PointerEvent) => {
    const leftThePage = event.relatedTarget === null;
    if (event.pointerType === 'pen' && leftThePage) this.#penSeenAt(event.timeStamp, false);
  };

  #touchStart = (event: TouchEvent) => {
    refuse(event);
    if (this.#touchPointers) return;
    if (this.#contact?.source === 'touch' && !has(event.touches, this.#contact.id)) this.finish();
    for (const touch of event.changedTouches) {
      const start = this.#touched(touch, event);
      const device = isStylus(touch) ? 'pen' : 'touch';
      this.#begin({ source: 'touch', id: touch.identifier, device, start, reach: 0 }, false);
    }
  };

  #touchMove = (event: TouchEvent) => {
    refuse(event);
    for (const touch of event.changedTouches) {
      const sample = this.#touched(touch, event);
      if (this.#isActive('touch', touch.identifier)) this.#extend([sample], []);
    }
  };

  #touchEnd = (event: TouchEvent) => {
    this.#touchMove(event);
    this.#touchCancel(event);
  };

  #touchCancel = (event: TouchEvent) => {
    refuse(event);
    const id = this.#contact?.id;
    if (id !== undefined && this.#isActive('touch', id) && has(event.changedTouches, id)) this.finish();
  };

  #hidden = () => {
    if (this.#surface.element.ownerDocument.hidden) this.finish();
  };

  /** `fresh` says that the browser vouches that no other contact of this kind is down: an older one has lost its end. */
  #begin(contact: Contact, fresh: boolean): boolean {
    const { device, start } = contact;
    if (device === 'touch' && this.#penRules(start.t)) return false;
    if (this.#contact && !this.#yields(this.#contact, contact, fresh)) return false;
    if (this.#sink.begin(device, start) === 'refused') return false;
    this.#contact = contact;
    return true;
  }

  /** Ends the present contact if the new one takes its place. */
  #yields(present: Contact, next: Contact, fresh: boolean): boolean {
    const sameKind = present.device === next.device;
    if (sameKind && !fresh) return false;
    if (!sameKind && next.device === 'touch') return false;
    // On WebKitGTK a pen calls itself a mouse, so either takes over from the hand that lies on the glass.
    const palm =
      present.device === 'touch' && !sameKind && (next.start.t - present.start.t < PALM.ms || present.reach < PALM.px);
    if (!palm) this.finish();
    else {
      this.#contact = null;
      this.#sink.drop();
    }
    return true;
  }

  #extend(samples: Sample[], predicted: Sample[]): void {
    const contact = this.#contact;
    if (!contact) return;
    // X11 has one pointer: a palm on the glass drags it there and back while the pen, which calls itself a mouse, writes.
    const own = contact.device === 'mouse' ? samples.filter((sample) => !this.#isEmulated(sample)) : samples;
    for (const { x, y } of own) {
      contact.reach = Math.max(contact.reach, Math.hypot(x - contact.start.x, y - contact.start.y));
    }
    this.#sink.extend(own, predicted);
  }

  #isActive(source: Contact['source'], id: number): boolean {
    return this.#contact?.source === source && this.#contact.id === id;
  }

  #penSeenAt(time: number, near: boolean): void {
    this.#penNear = near;
    this.#penSeen = time;
  }

  /** A mouse that wrote may be a pen (WebKitGTK): the lock runs from its last contact. */
  #rest(time: number): void {
    if (this.#contact?.device !== 'touch') this.#penSeen = Math.max(this.#penSeen, time);
  }

  #penRules(now: number): boolean {
    return now - this.#penSeen < (this.#penNear ? HOVER_LIMIT : PEN_LOCK);
  }

  #isEmulated({ x, y, t }: Sample): boolean {
    const touch = this.#lastTouch;
    return touch !== null && t - touch.t < EMULATED.ms && Math.hypot(x - touch.x, y - touch.y) < EMULATED.px;
  }

  #touched(touch: Touch, event: TouchEvent): Sample {
    return (this.#lastTouch = this.#sample(touch, event.timeStamp));
  }

  #samples(events: readonly PointerEvent[]): Sample[] {
    const toBox = this.#mapping();
    return events.map((event) => toBox(event, event.timeStamp));
  }

  #sample(place: Place, t: number): Sample {
    return this.#mapping()(place, t);
  }

  /** From the page to the box. The rectangle is read for every event: the page may have scrolled, zoomed or turned. */
  #mapping(): (place: Place, t: number) => Sample {
    const rect = this.#surface.element.getBoundingClientRect();
    const scale = rect.width > 0 ? this.#surface.box().w / rect.width : 1;
    return ({ clientX, clientY }, t) => ({ x: (clientX - rect.left) * scale, y: (clientY - rect.top) * scale, t });
  }
}

function deviceOf(event: PointerEvent): InkDevice {
  return event.pointerType === 'pen' || event.pointerType === 'touch' ? event.pointerType : 'mouse';
}

function isStylus(touch: Touch & { touchType?: string }): boolean {
  return touch.touchType === 'stylus';
}

function has(touches: TouchList, id: number): boolean {
  return Array.from(touches).some((touch) => touch.identifier === id);
}

function refuse(event: Event): void {
  if (event.cancelable) event.preventDefault();
}

function capture(element: HTMLElement, id: number): void {
  try {
    element.setPointerCapture?.(id);
  } catch {
    // The pointer has gone already, or was made by a test: the listeners on the document still see it.
  }
}
