/** Changes over all texts of a document. */
import type { Content } from '$lib/backend/types';

/** Puts `by` in the place of `character` in every text of the content; identities, digests and dates have no such characters. */
export function replaceEverywhere(content: Content, character: string, by: string): void {
  walk(content as unknown as Record<string, unknown>, (text) => text.replaceAll(character, by));
}

function walk(node: Record<string, unknown> | unknown[], change: (text: string) => string): void {
  for (const [key, value] of Object.entries(node)) {
    if (typeof value === 'string') {
      const changed = change(value);
      if (changed !== value) (node as Record<string, unknown>)[key] = changed;
    } else if (typeof value === 'object' && value !== null) {
      walk(value as Record<string, unknown>, change);
    }
  }
}
