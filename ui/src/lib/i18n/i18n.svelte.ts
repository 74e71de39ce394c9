/**
 * Texts, dates, numbers and money in the language of the screen. One language is loaded at a time, as a chunk of its own.
 * Which language that is, the caller decides (the person at work, or the customer who holds the tablet).
 */
import type { Language } from '$lib/backend/types';
import type { Args, Catalogue, Key, Message, Value } from './generated/keys';
import { Formats } from './formats';
export { LANGUAGES } from './languages';

export type { Key } from './generated/keys';

const LOADERS: Record<Language, () => Promise<{ messages: Catalogue }>> = {
  en: () => import('./generated/en'),
  ro: () => import('./generated/ro'),
  sv: () => import('./generated/sv'),
  nl: () => import('./generated/nl'),
  fr: () => import('./generated/fr'),
  ru: () => import('./generated/ru'),
  de: () => import('./generated/de'),
};

class I18n {
  language: Language = $state('en');
  #messages: Catalogue | null = $state.raw(null);
  readonly formats = $derived(new Formats(this.language));
  #asked: Language | null = null;

  /** Loads a language and shows it; the last call wins. The texts stay as they are until the new ones are there. */
  async use(language: Language): Promise<void> {
    this.#asked = language;
    if (this.#messages && language === this.language) return;
    const { messages } = await LOADERS[language]();
    if (this.#asked !== language) return;
    this.#messages = messages;
    this.language = language;
    document.documentElement.lang = language;
  }

  /** The text of a key, filled; the key itself where there is none. */
  text(key: string, args: Readonly<Record<string, Value>> = {}): string {
    const message = this.#messages?.[key as Key];
    if (message === undefined) return key;
    return fill(this.#pick(message, args['n']), args, this.formats);
  }

  /** Whether there is a text of this key. */
  has(key: string): boolean {
    return this.#messages !== null && key in this.#messages;
  }

  #pick(message: Message, n: Value | undefined): string {
    if (typeof message === 'string') return message;
    return message[this.formats.plural(Number(n ?? 0))] ?? message['other'] ?? '';
  }
}

/** Puts values in the places of `{name}`; numbers in the way of the language. */
export function fill(text: string, args: Readonly<Record<string, Value>>, formats: Formats): string {
  return text.replace(/\{([a-z_]+)\}/g, (place, name: string) => {
    const value = args[name];
    if (value === undefined) return place;
    return typeof value === 'number' ? formats.number(value) : value;
  });
}

/** The texts of the whole program. */
export const i18n = new I18n();

/** The text of a key that is known at compile time: wrong keys and missing placeholders do not compile. */
export function t<K extends Key>(key: K, ...args: K extends keyof Args ? [Args[K]] : []): string {
  return i18n.text(key, args[0]);
}

/**
 * The text of a key made of data (`field.fault`). What has no text yet, such as a field of a kind added later, is shown by its
 * own name: readable, never blank.
 */
export function word(prefix: string, name: string, args: Readonly<Record<string, Value>> = {}): string {
  const key = `${prefix}.${name}`;
  if (i18n.has(key)) return i18n.text(key, args);
  const plain = name.split('.').at(-1)?.replaceAll('_', ' ') ?? name;
  return plain.charAt(0).toUpperCase() + plain.slice(1);
}
