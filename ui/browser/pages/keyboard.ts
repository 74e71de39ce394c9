/** A page with two text fields and the on-screen keyboard, for browser checks. */
import { mount } from 'svelte';
import { OnScreenKeyboard } from '../../src/lib/keyboard';

mount(OnScreenKeyboard, {
  target: document.getElementById('app')!,
  props: {
    language: 'fr',
    texts: {
      keyboard: 'Keyboard',
      shift: 'Shift',
      backspace: 'Delete',
      symbols: 'Digits and signs',
      letters: 'Letters',
      space: 'Space',
      enter: 'Enter',
      hide: 'Hide keyboard',
      language: (now: string) => `Language: ${now}`,
    },
  },
});
