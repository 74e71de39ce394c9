/**
 * The drawing area as a model: strokes, undo, clear, what the signer must be told. Any resize, rotation or zoom leaves it as it
 * is and only changes the view of it. Leaves events to `recorder.ts`, pixels to `draw.ts`, saving to whoever sets `hear`.
 */
import {
  fromStored,
  MAX_POINTS,
  MAX_STROKES,
  toStored,
  toUnits,
  UNITS,
  type Box,
  type InkDevice,
  type InkDraft,
  type Point,
  type Refusal,
  type StoredStroke,
} from './format';
import { tooSmall, type Effort, type TooSmall } from './measure';
import { AS_DRAWN, extended, fit, paperOf, toBox, toPaper, type Paper, type View } from './paper';
import type { Admission, InkSink, Sample } from './recorder';
import { clip, shapeOf } from './shape';

/** How long "Undo clear" is offered, in ms. */
export const UNDO_CLEAR_MS = 5000;

/** May this be taken as a signature? `small` may be confirmed from the second try on. */
export type Verdict =
  | { kind: 'signature' }
  | { kind: 'confirmed_small'; reason: TooSmall }
  | { kind: 'empty' }
  | { kind: 'small'; reason: TooSmall; confirmable: 'not_yet' | 'yes' };

/** Whom the pad tells of changes. */
export interface InkEars {
  /** A finished stroke, to be saved at once, and the whole draft with it. */
  stroke?: (stroke: StoredStroke, draft: InkDraft) => void;
  /** Strokes were added, taken back, cleared or brought back. */
  change?: (draft: InkDraft) => void;
}

/** What one contact drew; more than one piece where it left the box or the box changed meanwhile. Pieces lie on the paper. */
interface Gesture {
  readonly device: InkDevice | null;
  readonly effort: Effort | null;
  readonly pieces: readonly (readonly Point[])[];
}

/** The contact that is down. */
interface Live {
  readonly device: InkDevice;
  /** Input since the last change of the box, in box units. */
  input: Sample[];
  pieces: Point[][];
  samples: number;
  readonly began: number;
  ended: number;
}

interface Cleared {
  readonly gestures: readonly Gesture[];
  readonly paper: Paper | null;
}

/** The state of one drawing area. */
export class InkPad implements InkSink {
  /** Set by whoever saves the ink. */
  hear: InkEars = {};
  #box: Box = $state.raw({ w: 0, h: 0 });
  #view: View = $state.raw(AS_DRAWN);
  #gestures: readonly Gesture[] = $state.raw([]);
  #cleared: Cleared | null = $state.raw(null);
  #refusal: Refusal | null = $state(null);
  #tries = $state(0);
  #confirmed = $state(false);
  readonly #paths = $derived(pathsOf(this.#gestures, this.#view));
  #paper: Paper | null = null;
  #live: Live | null = null;
  #forget: ReturnType<typeof setTimeout> | undefined;

  /** Size of the drawing area in CSS px. */
  get box(): Box {
    return this.#box;
  }

  /** Finished strokes, as the signer counts them. */
  get count(): number {
    return this.#gestures.length;
  }

  /** Input samples received for the finished strokes, as far as known. */
  get samples(): number {
    return this.#gestures.reduce((sum, { effort }) => sum + (effort?.samples ?? 0), 0);
  }

  /** Why the last stroke was not taken, until the next one is. */
  get refusal(): Refusal | null {
    return this.#refusal;
  }

  /** Whether "Undo clear" can be offered now. */
  get canUndoClear(): boolean {
    return this.#cleared !== null;
  }

  /** Finished strokes in CSS px of the present box, for drawing. The same array until something changes. */
  get paths(): readonly Point[][] {
    return this.#paths;
  }

  /** Input of the stroke under way in CSS px of the present box. */
  get live(): readonly Point[] {
    return this.#live?.input ?? [];
  }

  /** Parts of the stroke under way that are final, because the box changed meanwhile. */
  get livePaths(): Point[][] {
    return this.#live?.pieces.map((piece) => toBox(piece, this.#view)) ?? [];
  }

  /** The ink as it would be stored now, in units of the present box. */
  get draft(): InkDraft {
    const strokes = this.paths.map((path) => toStored(path, this.#box));
    return { ink: { v: 1, w: toUnits(this.#box.w), h: toUnits(this.#box.h), strokes }, device: this.#device() };
  }

  /** Puts back a stored draft, in place of what is there. Effort is unknown from here on: it was never stored. */
  restore({ ink, device }: InkDraft): void {
    const box = { w: ink.w / UNITS, h: ink.h / UNITS };
    if (ink.strokes.length === 0 || box.w <= 0 || box.h <= 0) return this.#set([], null);
    this.#set(
      ink.strokes.map((stroke) => ({ device, effort: null, pieces: [fromStored(stroke)] })),
      paperOf(box),
    );
  }

  /** The drawing area has this size now. A stroke under way goes on as a new piece; all others keep their shape. */
  resize(box: Box): void {
    if (box.w < 1 || box.h < 1 || (box.w === this.#box.w && box.h === this.#box.h)) return;
    this.#settle();
    this.#box = box;
    this.#view = this.#paper ? fit(this.#paper, box) : AS_DRAWN;
  }

  begin(device: InkDevice, sample: Sample): Admission {
    this.#refusal = this.#full();
    if (this.#refusal || this.#box.w === 0) return 'refused';
    this.#paper ??= paperOf(this.#box);
    this.#live = { device, input: [sample], pieces: [], samples: 1, began: sample.t, ended: sample.t };
    return 'drawing';
  }

  extend(samples: readonly Sample[]): void {
    if (!this.#live) return;
    this.#live.input.push(...samples);
    this.#live.samples += samples.length;
    this.#live.ended = samples.at(-1)?.t ?? this.#live.ended;
  }

  end(): void {
    this.#settle();
    const live = this.#live;
    this.#live = null;
    if (!live || live.pieces.length === 0) return this.#layPaper();
    const effort = { samples: live.samples, ms: live.ended - live.began };
    const gesture: Gesture = { device: live.device, effort, pieces: live.pieces };
    this.#refusal = this.#overfull(gesture);
    if (this.#refusal) return this.#layPaper();
    this.#gestures = [...this.#gestures, gesture];
    this.#confirmed = false;
    this.#dropCleared();
    const draft = this.draft;
    for (const stroke of draft.ink.strokes.slice(-gesture.pieces.length)) this.hear.stroke?.(stroke, draft);
    this.hear.change?.(draft);
  }

  drop(): void {
    this.#live = null;
    this.#layPaper();
  }

  /** Takes back the last stroke. */
  undo(): void {
    this.end();
    if (this.count > 0) this.#set(this.#gestures.slice(0, -1), this.#paper);
  }

  /** Takes back all strokes; `undoClear` brings them back for a while. */
  clear(): void {
    this.end();
    if (this.count === 0) return;
    const cleared = { gestures: this.#gestures, paper: this.#paper };
    this.#set([], null);
    this.#cleared = cleared;
    this.#forget = setTimeout(() => this.#dropCleared(), UNDO_CLEAR_MS);
  }

  /** Brings back what `clear` took, as long as it is offered. */
  undoClear(): void {
    this.end();
    const cleared = this.#cleared;
    if (cleared) this.#set(cleared.gestures, cleared.paper);
  }

  /** The signer says "done". Each call on ink that is too small counts as a try. */
  judge(): Verdict {
    this.end();
    if (this.count === 0) return { kind: 'empty' };
    const reason = tooSmall({ strokes: this.paths, effort: this.#effort() });
    if (!reason) return { kind: 'signature' };
    if (this.#confirmed) return { kind: 'confirmed_small', reason };
    this.#tries += 1;
    return { kind: 'small', reason, confirmable: this.#tries > 1 ? 'yes' : 'not_yet' };
  }

  /** "Yes, this is my signature": possible from the second try on; a later change of the ink takes it back. */
  confirm(): Verdict {
    if (this.#tries > 1) this.#confirmed = true;
    return this.judge();
  }

  /** Forgets the offer to undo a clear; the pad is going away. */
  stop(): void {
    this.#dropCleared();
  }

  #set(gestures: readonly Gesture[], paper: Paper | null): void {
    this.#live = null;
    this.#gestures = gestures;
    this.#paper = gestures.length > 0 ? paper : null;
    this.#view = this.#paper && this.#box.w > 0 ? fit(this.#paper, this.#box) : AS_DRAWN;
    this.#refusal = null;
    this.#confirmed = false;
    this.#dropCleared();
    this.hear.change?.(this.draft);
  }

  /** Makes final pieces of the input so far, in the box it was drawn in. */
  #settle(): void {
    const live = this.#live;
    if (!live || live.input.length === 0) return;
    for (const piece of clip(shapeOf(live.input), this.#box)) {
      const stored = toStored(piece, this.#box);
      const sliver = piece.length > 1 && stored.length === 2;
      if (sliver) continue;
      const onPaper = toPaper(fromStored(stored), this.#view);
      live.pieces.push(onPaper);
      if (this.#paper) this.#paper = extended(this.#paper, onPaper);
    }
    live.input = [];
  }

  /** With nothing on it, the paper is laid down anew in the present box. */
  #layPaper(): void {
    if (this.count > 0) return;
    this.#paper = null;
    this.#view = AS_DRAWN;
  }

  #full(): Refusal | null {
    const { strokes, points } = sizeOf(this.#gestures);
    if (strokes >= MAX_STROKES) return 'too_many_strokes';
    return points >= MAX_POINTS ? 'too_many_points' : null;
  }

  #overfull(gesture: Gesture): Refusal | null {
    const { strokes, points } = sizeOf([...this.#gestures, gesture]);
    if (strokes > MAX_STROKES) return 'too_many_strokes';
    return points > MAX_POINTS ? 'too_many_points' : null;
  }

  #effort(): Effort | null {
    let [samples, ms] = [0, 0];
    for (const { effort } of this.#gestures) {
      if (!effort) return null;
      samples += effort.samples;
      ms += effort.ms;
    }
    return { samples, ms };
  }

  /** What most of the ink was drawn with. */
  #device(): InkDevice | null {
    const points = new Map<InkDevice, number>();
    for (const { device, pieces } of this.#gestures) {
      if (device) points.set(device, (points.get(device) ?? 0) + pieces.reduce((sum, piece) => sum + piece.length, 0));
    }
    return [...points].reduce<[InkDevice | null, number]>(
      (most, next) => (next[1] > most[1] ? next : most),
      [null, 0],
    )[0];
  }

  #dropCleared(): void {
    clearTimeout(this.#forget);
    this.#cleared = null;
  }
}

function pathsOf(gestures: readonly Gesture[], view: View): Point[][] {
  return gestures.flatMap(({ pieces }) => pieces.map((piece) => toBox(piece, view)));
}

function sizeOf(gestures: readonly Gesture[]): { strokes: number; points: number } {
  const pieces = gestures.flatMap((gesture) => gesture.pieces);
  return { strokes: pieces.length, points: pieces.reduce((sum, piece) => sum + piece.length, 0) };
}
