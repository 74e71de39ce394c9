/**
 * Draws ink: finished strokes on the dry canvas, the end of the stroke under way on the wet one above it, where it can be wiped
 * and redrawn. Draws in the event handler, not in the next frame. Knows neither events nor what is stored.
 */
import type { Box, Point } from './format';
import { addSpan, distance, DOT_DIAMETER, lengthOf, TAPER, widthAt } from './shape';

/** The colour of ink, on screen. */
export const INK_COLOUR = '#14213d';
/** Chords of the wet ink in CSS px: what the eye needs while the hand moves. */
const WET_STEP = 1;
/** More device pixels per CSS pixel than this cost memory and show nothing. */
const MAX_RATIO = 4;

/** Room around ink that must be wiped with it: half a line, and what smoothing of edges adds. */
const MARGIN = DOT_DIAMETER;

/** The stroke under way. */
interface Wet {
  /** The last three input points: the next span needs them. */
  input: Point[];
  /** Final part of the curve that is not on the dry canvas yet. */
  curve: Point[];
  /** Length of the curve before `curve`. */
  dried: number;
}

/** Two canvases of one size, one above the other. */
export class InkCanvas {
  readonly #dry: CanvasRenderingContext2D | null;
  readonly #wetLayer: CanvasRenderingContext2D | null;
  #box: Box = { w: 0, h: 0 };
  #wet: Wet | null = null;
  #end: readonly Point[] = [];

  constructor(dry: HTMLCanvasElement, wet: HTMLCanvasElement) {
    this.#dry = dry.getContext('2d', { desynchronized: true });
    this.#wetLayer = wet.getContext('2d', { desynchronized: true });
  }

  /** Fits the canvases to a box at `ratio` device pixels per CSS pixel. Wipes both: `redraw` must follow. */
  resize(box: Box, ratio: number): void {
    this.#box = box;
    const scale = Math.min(Math.max(ratio, 1), MAX_RATIO);
    for (const layer of [this.#dry, this.#wetLayer]) {
      if (!layer) continue;
      layer.canvas.width = Math.max(1, Math.round(box.w * scale));
      layer.canvas.height = Math.max(1, Math.round(box.h * scale));
      if (box.w > 0 && box.h > 0) layer.scale(layer.canvas.width / box.w, layer.canvas.height / box.h);
      layer.lineCap = layer.lineJoin = 'round';
      layer.strokeStyle = layer.fillStyle = INK_COLOUR;
    }
  }

  /** Draws all strokes anew, and the input so far of the stroke under way. */
  redraw(strokes: readonly (readonly Point[])[], live: readonly Point[] = []): void {
    this.#dry?.clearRect(0, 0, this.#box.w, this.#box.h);
    for (const stroke of strokes) drawStroke(this.#dry, stroke);
    this.#wet = null;
    this.extend(live);
  }

  /** Draws on from the last input point; the first one begins a stroke. */
  extend(input: readonly Point[], predicted: readonly Point[] = []): void {
    const wet = (this.#wet ??= { input: [], curve: [], dried: 0 });
    for (const point of input) addInput(wet, point);
    this.#dryUp(wet);
    this.#drawEnd(wet, predicted);
  }

  /** Moves to the dry canvas what no later point can change: all but the length of the taper. */
  #dryUp(wet: Wet): void {
    const known = lengthOf(wet.curve);
    let length = 0;
    let count = 0;
    for (let i = 1; i < wet.curve.length; i += 1) {
      length += distance(wet.curve[i - 1]!, wet.curve[i]!);
      if (length > known - TAPER) break;
      count = i;
    }
    if (count === 0) return;
    const ready = wet.curve.slice(0, count + 1);
    drawPart(this.#dry, ready, wet.dried, Infinity);
    wet.dried += lengthOf(ready);
    wet.curve = wet.curve.slice(count);
  }

  #drawEnd(wet: Wet, predicted: readonly Point[]): void {
    this.#wipeEnd();
    const [before, last] = [wet.input.at(-2), wet.input.at(-1)];
    if (!last) return;
    const end = wet.curve.slice();
    if (before) addSpan(end, wet.input.at(-3), before, last, predicted[0], WET_STEP);
    end.push(...predicted);
    this.#end = end;
    if (end.length === 1) drawStroke(this.#wetLayer, end);
    else drawPart(this.#wetLayer, end, wet.dried, wet.dried + lengthOf(end));
  }

  /** Wipes just where the wet end was: clearing a whole high-resolution canvas per event is what makes ink lag. */
  #wipeEnd(): void {
    const [xs, ys] = [this.#end.map((point) => point.x), this.#end.map((point) => point.y)];
    const [left, top] = [Math.min(...xs) - MARGIN, Math.min(...ys) - MARGIN];
    const [width, height] = [Math.max(...xs) + MARGIN - left, Math.max(...ys) + MARGIN - top];
    if (this.#end.length > 0) this.#wetLayer?.clearRect(left, top, width, height);
    this.#end = [];
  }
}

function addInput(wet: Wet, point: Point): void {
  const last = wet.input.at(-1);
  if (last && distance(last, point) === 0) return;
  const [before, from] = [wet.input.at(-3), wet.input.at(-2)];
  if (!last) wet.curve.push(point);
  else if (from) addSpan(wet.curve, before, from, last, point, WET_STEP);
  wet.input = [...wet.input.slice(-2), point];
}

function drawStroke(layer: CanvasRenderingContext2D | null, stroke: readonly Point[]): void {
  const only = stroke[0];
  if (!layer || !only) return;
  if (stroke.length > 1) return drawPart(layer, stroke, 0, lengthOf(stroke));
  layer.beginPath();
  layer.arc(only.x, only.y, DOT_DIAMETER / 2, 0, 2 * Math.PI);
  layer.fill();
}

/** Draws a part of a stroke that begins `travelled` px along it, in runs of one width. */
function drawPart(
  layer: CanvasRenderingContext2D | null,
  part: readonly Point[],
  travelled: number,
  total: number,
): void {
  if (!layer) return;
  let width = 0;
  for (let i = 1; i < part.length; i += 1) {
    const [a, b] = [part[i - 1]!, part[i]!];
    const length = distance(a, b);
    const wanted = widthAt(travelled + length / 2, total);
    if (wanted !== width) {
      if (width > 0) layer.stroke();
      layer.beginPath();
      layer.moveTo(a.x, a.y);
      layer.lineWidth = width = wanted;
    }
    layer.lineTo(b.x, b.y);
    travelled += length;
  }
  if (width > 0) layer.stroke();
}
