/**
 * Is this a signature or a slip of the hand? Only warns: what is too small may be confirmed by the signer at the second try
 * (`pad.svelte.ts` keeps count). No strokes at all is never a signature.
 */
import type { Point } from './format';
import { lengthOf } from './shape';

/** Least ink length of a signature in CSS px. */
export const MIN_LENGTH = 60;
/** A signature must be this wide or this high, in CSS px. */
export const MIN_EXTENT = 24;
/** Least number of input samples. */
export const MIN_SAMPLES = 8;
/** Least time with the pen down, in ms. */
export const MIN_TIME = 150;

/** How a stroke came about. Known only until the draft is stored: it is never saved. */
export interface Effort {
  /** Input samples received. */
  readonly samples: number;
  /** Time with the pen down, in ms. */
  readonly ms: number;
}

/** Why ink is hardly a signature. */
export type TooSmall = 'short_ink' | 'small_box' | 'few_samples' | 'too_quick';

/** What is known of some ink: strokes in CSS px of the box; effort null if a stroke was restored from a draft. */
export interface Measured {
  readonly strokes: readonly (readonly Point[])[];
  readonly effort: Effort | null;
}

/** The first reason why the ink is too small, or null. */
export function tooSmall({ strokes, effort }: Measured): TooSmall | null {
  if (strokes.reduce((sum, stroke) => sum + lengthOf(stroke), 0) < MIN_LENGTH) return 'short_ink';
  if (extent(strokes, 'x') < MIN_EXTENT && extent(strokes, 'y') < MIN_EXTENT) return 'small_box';
  if (effort && effort.samples < MIN_SAMPLES) return 'few_samples';
  if (effort && effort.ms < MIN_TIME) return 'too_quick';
  return null;
}

function extent(strokes: readonly (readonly Point[])[], axis: 'x' | 'y'): number {
  let [low, high] = [Infinity, -Infinity];
  for (const stroke of strokes) {
    for (const point of stroke) {
      low = Math.min(low, point[axis]);
      high = Math.max(high, point[axis]);
    }
  }
  return Math.max(0, high - low);
}
