import { expect, test } from 'vitest';
// @ts-expect-error: a script for Node without types
import { findFaults } from '../../../scripts/catalogue-rules.mjs';
import { i18n, LANGUAGES, t, word } from './i18n.svelte';

const EN = { 'a.b': 'Hello {name}', 'a.n': { one: '{n} page', other: '{n} pages' } };
const faults = (catalogue: object, language = 'ro') => findFaults(language, catalogue, EN) as string[];
const RO = { 'a.b': 'Salut {name}', 'a.n': { one: '{n} pagină', few: '{n} pagini', other: '{n} de pagini' } };

test('a whole catalogue has no faults', () => expect(faults(RO)).toEqual([]));

test.each([
  ['a missing text', { 'a.n': RO['a.n'] }, 'a.b is missing'],
  ['a surplus text', { ...RO, 'a.c': 'x' }, 'a.c is not in English'],
  ['another placeholder', { ...RO, 'a.b': 'Salut {nume}' }, 'placeholders'],
  ['a missing plural form', { ...RO, 'a.n': { one: '{n}', other: '{n}' } }, 'lacks plural few'],
  ['a needless plural form', { ...RO, 'a.n': { ...RO['a.n'], many: '{n}' } }, 'needless plural many'],
  ['no plural forms', { ...RO, 'a.n': '{n} pagini' }, 'must have plural forms'],
  ['an empty text', { ...RO, 'a.b': ' ' }, 'empty'],
])('finds %s', (_, catalogue, fault) => expect(faults(catalogue).join()).toContain(fault));

test('every language loads, fills placeholders and picks its plural form', async () => {
  for (const { code } of LANGUAGES) {
    await i18n.use(code);
    for (const n of [0, 1, 2, 5, 21, 100]) expect(t('ink.strokes', { n })).not.toMatch(/[{}]|undefined/);
    expect(document.documentElement.lang).toBe(code);
  }
  await i18n.use('ro');
  expect(t('ink.strokes', { n: 20 })).toBe('20 de linii desenate');
});

test('a field without a text is shown by its own name, never blank', async () => {
  await i18n.use('en');
  expect(word('field', 'chimney_sweep')).toBe('Chimney sweep');
});

test('text with braces in a value is not filled again', async () => {
  await i18n.use('en');
  expect(t('search.nothing', { text: '{n} $& <b>' })).toContain('{n} $& <b>');
});
