/**
 * The on-screen keyboard as a model: which field it types into, which keys it shows, what a key does. For tablets whose system
 * brings up none. Leaves the look to `OnScreenKeyboard.svelte`.
 */
import type { Language } from '$lib/backend/generated/Language';
import { keysOf, upper, type Layer } from './layouts';
import { deleteBack, enter, textFieldOf, typeText, type TextField } from './typing';

/** `once` is for the next letter only. */
export type Shift = 'off' | 'once' | 'lock';

/** One keyboard; it types into the text field that has the focus. */
export class Keyboard {
  /** The field that has the focus, if it takes text. */
  field: TextField | null = $state.raw(null);
  /** Language of the letters. */
  language: Language = $state('en');
  /** Keys shown now. */
  layer: Layer = $state('letters');
  /** Whether letters are upper case. */
  shift: Shift = $state('off');

  /** Rows of keys as they read now. */
  readonly rows = $derived(
    keysOf(this.language, this.layer).map((row) => (this.shift === 'off' ? row : row.map(upper))),
  );

  constructor(language: Language) {
    this.language = language;
  }

  /** Follows the focus within `root` until the returned function is called. */
  watch(root: Document | HTMLElement): () => void {
    const take = (event: Event) => this.focus(textFieldOf(event.target));
    const leave = () => this.focus(null);
    root.addEventListener('focusin', take);
    root.addEventListener('focusout', leave);
    const active = root.ownerDocument?.activeElement ?? document.activeElement;
    if (active && root.contains(active)) this.focus(textFieldOf(active));
    return () => {
      root.removeEventListener('focusin', take);
      root.removeEventListener('focusout', leave);
    };
  }

  /** Types into this field from now on; digits first where the field wants digits, a capital where a sentence begins. */
  focus(field: TextField | null): void {
    this.field = field;
    if (!field) return;
    this.layer = wantsDigits(field) ? 'symbols' : 'letters';
    this.shift = beginsWithCapital(field) ? 'once' : 'off';
  }

  /** Types the key's text. */
  press(text: string): void {
    if (!this.field) return;
    typeText(this.field, text);
    if (this.shift === 'once' && this.layer === 'letters') this.shift = 'off';
  }

  /** Deletes backwards. */
  backspace(): void {
    if (this.field) deleteBack(this.field);
  }

  /** The Enter key. */
  enter(): void {
    if (this.field) enter(this.field);
  }

  /** Off, then for one letter, then locked. */
  nextShift(): void {
    this.shift = this.shift === 'off' ? 'once' : this.shift === 'once' ? 'lock' : 'off';
  }

  /** Letters or symbols. */
  otherLayer(): void {
    this.layer = this.layer === 'letters' ? 'symbols' : 'letters';
    this.shift = 'off';
  }

  /** The next of the given languages. */
  nextLanguage(languages: readonly Language[]): void {
    this.language = languages[(languages.indexOf(this.language) + 1) % languages.length] ?? this.language;
    this.layer = 'letters';
  }

  /** Puts the keyboard away: the field loses the focus and keeps its text. */
  hide(): void {
    this.field?.blur();
    this.field = null;
  }
}

function wantsDigits(field: TextField): boolean {
  return ['number', 'tel'].includes(field.type) || ['numeric', 'decimal', 'tel'].includes(field.inputMode);
}

function beginsWithCapital(field: TextField): boolean {
  const plain = field.type === 'text' || field.type === 'textarea';
  const wanted = !['none', 'off'].includes(field.getAttribute('autocapitalize') ?? '');
  return plain && wanted && field.value === '' && field.inputMode !== 'email' && field.inputMode !== 'url';
}
