/** Sets the theme on the document: what the system wants, or one that was chosen. */
import type { Theme } from './app.svelte';

export function applyTheme(theme: Theme): void {
  const root = document.documentElement;
  if (theme === 'system') root.removeAttribute('data-theme');
  else root.dataset['theme'] = theme;
}
