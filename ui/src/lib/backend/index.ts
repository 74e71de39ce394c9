/** Picks the core: the program itself, or in a plain browser (mode `browser`, tests only) one that plays its part. */
import type { Backend } from './backend';

/** The core, once `connect` is done. */
export let backend: Backend;

/** Loads the core. The playing one is never part of a build of the program. */
export async function connect(): Promise<void> {
  if (import.meta.env.MODE === 'browser') {
    const { demo } = await import('./demo');
    backend = demo();
  } else {
    backend = (await import('./tauri')).tauri;
  }
}

/** Puts another core in place (tests). */
export function connectTo(other: Backend): void {
  backend = other;
}
