/**
 * The stored form of ink and its limits: the contract with `domain::ink::Ink`.
 * Geometry is in `shape.ts`; saving and sealing are left to the caller.
 */

/** A position in CSS pixels. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** The size of a drawing area in CSS pixels. */
export interface Box {
  readonly w: number;
  readonly h: number;
}

/** What the signer wrote with, as the browser reported it. */
export type InkDevice = 'pen' | 'touch' | 'mouse';

/** One stored stroke: `x0, y0, x1, y1, ...` as whole 1/100 CSS px of the box. One pair is a dot. */
export type StoredStroke = number[];

/** Ink as stored and sealed. Shape only: no time, speed, pressure or tilt. */
export interface Ink {
  /** Version of this form. */
  v: 1;
  /** Width of the box in 1/100 CSS px. */
  w: number;
  /** Height of the box in 1/100 CSS px. */
  h: number;
  /** Strokes in the order they were drawn. */
  strokes: StoredStroke[];
}

/** Ink together with what it was drawn with. `device` is null while there is no stroke. */
export interface InkDraft {
  ink: Ink;
  device: InkDevice | null;
}

/** Stored units per CSS pixel. */
export const UNITS = 100;

/** Most strokes one signature may have. */
export const MAX_STROKES = 400;

/** Most points one signature may have, over all strokes. */
export const MAX_POINTS = 10_000;

/** Why a stroke was not taken. */
export type Refusal = 'too_many_strokes' | 'too_many_points';

/** Rounds a path to stored units, held inside the box; equal neighbours become one point. */
export function toStored(path: readonly Point[], box: Box): StoredStroke {
  const stored: StoredStroke = [];
  for (const point of path) {
    const x = unit(point.x, box.w);
    const y = unit(point.y, box.h);
    if (x !== stored.at(-2) || y !== stored.at(-1)) stored.push(x, y);
  }
  return stored;
}

/** The path of a stored stroke in CSS pixels of its box. */
export function fromStored(stroke: StoredStroke): Point[] {
  const path: Point[] = [];
  for (let i = 0; i + 1 < stroke.length; i += 2) {
    path.push({ x: stroke[i]! / UNITS, y: stroke[i + 1]! / UNITS });
  }
  return path;
}

/** A length in CSS pixels as stored units. */
export function toUnits(length: number): number {
  return Math.round(length * UNITS);
}

function unit(value: number, limit: number): number {
  return Math.min(Math.max(toUnits(value), 0), toUnits(limit));
}
