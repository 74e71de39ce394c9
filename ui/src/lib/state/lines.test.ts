import { expect, test } from 'vitest';
import { netOf, stepped } from './lines';
import { partsOf, readTime, stretch } from './times';
import { replaceEverywhere } from './texts';
import { newId } from './defaults';
import type { Content } from '$lib/backend/types';

test.each([
  ['2.25', 18000, 40500],
  ['0.45', 1111, 500],
  ['-1', 2500, -2500],
  ['0.5', 1, 1],
  ['-0.5', 1, -1],
  ['3', -333, -999],
])('net of %s at %i is %i, half up as in the core', (quantity, unit_price, net) =>
  expect(netOf({ quantity, unit_price })).toBe(net),
);
test('without a price there is no net', () => expect(netOf({ quantity: '2', unit_price: null })).toBeNull());

test('stepping never leaves rests of floating point and stops at zero', () => {
  expect(stepped('0.1', 1)).toBe('1.1');
  expect(stepped('2.45', -1)).toBe('1.45');
  expect(stepped('0.5', -1)).toBe('0');
});

test.each([
  ['9', '09:00'],
  ['930', '09:30'],
  ['9.30', '09:30'],
  ['23:59', '23:59'],
  ['24', null],
  ['12:60', null],
  ['noon', null],
])('the time %s is %s', (typed, time) => expect(readTime(typed)).toBe(time));

test('an end before the start is on the next day, also over the end of a month', () => {
  const time = stretch('work', '2026-10-31', '23:30', '01:15', 'Europe/Bucharest');
  expect(time.end).toBe('2026-11-01T01:15');
  expect(partsOf(time)).toEqual({ date: '2026-10-31', start: '23:30', end: '01:15' });
});

test('a character is replaced in every text, however deep, and nowhere else', () => {
  const content = {
    fields: { a: 'x🦄y' },
    lines: [{ description: '🦄', quantity: '1' }],
    show_prices: true,
  } as unknown as Content;
  replaceEverywhere(content, '🦄', '*');
  expect(content).toEqual({ fields: { a: 'x*y' }, lines: [{ description: '*', quantity: '1' }], show_prices: true });
});

test('identities are UUIDs of version 7 that sort by time', () => {
  const [early, late] = [newId(1_700_000_000_000), newId(1_800_000_000_000)];
  expect(early).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(early < late).toBe(true);
});
