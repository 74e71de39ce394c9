/** The keys of the on-screen keyboard, by language. Data only: what a key does is in `keyboard.svelte.ts`. */
import type { Language } from '$lib/backend/generated/Language';

/** Letters as rows of lower-case keys, from the top. A language whose accents have no place on its typewriter has them on top. */
const LETTERS: Record<Language, readonly string[]> = {
  en: ['qwertyuiop', 'asdfghjkl', 'zxcvbnm'],
  ro: ['qwertyuiopăî', 'asdfghjklșț', 'zxcvbnmâ'],
  sv: ['qwertyuiopå', 'asdfghjklöä', 'zxcvbnmé'],
  nl: ['éèëïóöü', 'qwertyuiop', 'asdfghjkl', 'zxcvbnm'],
  fr: ['éèêëàâçùûîïô', 'azertyuiop', 'qsdfghjklm', "wxcvbn'œ"],
  ru: ['йцукенгшщзхъ', 'фывапролджэ', 'ёячсмитьбю'],
  de: ['qwertzuiopü', 'asdfghjklöä', 'yxcvbnmß'],
};

const SYMBOLS = ['1234567890', '@#€&_-()/%', '"\'!?:;+*=°'] as const;

/** What the language key shows. */
export const LANGUAGE_MARKS: Record<Language, string> = {
  en: 'EN',
  ro: 'RO',
  sv: 'SV',
  nl: 'NL',
  fr: 'FR',
  ru: 'РУ',
  de: 'DE',
};

/** Which set of keys is shown. */
export type Layer = 'letters' | 'symbols';

/** Rows of keys, each key as the text it types in lower case. */
export function keysOf(language: Language, layer: Layer): string[][] {
  const rows = layer === 'letters' ? LETTERS[language] : SYMBOLS;
  return rows.map((row) => [...row]);
}

/** The upper-case form of a key: one letter for one letter, so ß gives ẞ and not SS. */
export function upper(key: string): string {
  return key === 'ß' ? 'ẞ' : key.toUpperCase();
}
