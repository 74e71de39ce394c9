/** The on-screen keyboard, for systems that bring up none of their own. */
export { default as OnScreenKeyboard } from './OnScreenKeyboard.svelte';
export { Keyboard } from './keyboard.svelte';
