import { expect, test } from 'vitest';
import type { Language } from '$lib/backend/generated/Language';
import { keysOf, LANGUAGE_MARKS, upper } from './layouts';

const ALPHABETS: Record<Language, string> = {
  en: 'abcdefghijklmnopqrstuvwxyz',
  ro: 'abcdefghijklmnopqrstuvwxyzăâîșț',
  sv: 'abcdefghijklmnopqrstuvwxyzåäöé',
  nl: 'abcdefghijklmnopqrstuvwxyzéëï',
  fr: "abcdefghijklmnopqrstuvwxyzéèêëàâçîïôœùû'",
  ru: 'абвгдеёжзийклмнопрстуфхцчшщъыьэюя',
  de: 'abcdefghijklmnopqrstuvwxyzäöüß',
};

test.each(Object.entries(ALPHABETS) as [Language, string][])(
  '%s can write its whole alphabet',
  (language, alphabet) => {
    const keys = keysOf(language, 'letters').flat();
    expect([...alphabet].filter((letter) => !keys.includes(letter))).toEqual([]);
    expect(new Set(keys).size, 'no key twice').toBe(keys.length);
  },
);

test('Romanian has comma below, never cedilla', () => {
  expect(keysOf('ro', 'letters').flat().join('')).not.toMatch(/[şţ]/);
});

test.each(Object.keys(LANGUAGE_MARKS) as Language[])(
  '%s fits a tablet: rows of at most 12 keys, one letter per key',
  (language) => {
    for (const row of keysOf(language, 'letters')) {
      expect(row.length).toBeLessThanOrEqual(12);
      for (const key of row) expect([...key, ...upper(key)]).toHaveLength(2);
    }
  },
);

test('upper case: ß gives ẞ', () => {
  expect(['ß', 'ș', 'ё', 'œ', "'"].map(upper)).toEqual(['ẞ', 'Ș', 'Ё', 'Œ', "'"]);
});
