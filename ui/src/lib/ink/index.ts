/** The ink module: everything other parts of the interface may use of it. */
export { default as InkPadView } from './InkPad.svelte';
export { InkPad, UNDO_CLEAR_MS, type InkEars, type Verdict } from './pad.svelte';
export { INK_COLOUR } from './draw';
export {
  MAX_POINTS,
  MAX_STROKES,
  type Ink,
  type InkDevice,
  type InkDraft,
  type Refusal,
  type StoredStroke,
} from './format';
export type { TooSmall } from './measure';
export { Recorder, type InkSink, type InkSurface, type Sample } from './recorder';
