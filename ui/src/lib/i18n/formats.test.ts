import { describe, expect, test } from 'vitest';
import { Formats, readAmount, readDecimal } from './formats';

describe('numbers typed by people', () => {
  test.each([
    ['1,5', '1.5'],
    ['1.5', '1.5'],
    ['1 250,00', '1250'],
    ['1\u00a0250,75', '1250.75'],
    ['1.250,75', '1250.75'],
    ['1,250.75', '1250.75'],
    ['-3', '-3'],
    ['−0,450', '-0.45'],
    ['007', '7'],
    ['0,', '0'],
    [',5', '0.5'],
    ['-0', '0'],
  ])('%s is %s', (typed, plain) => expect(readDecimal(typed, 3)).toBe(plain));

  test.each(['', ' ', 'abc', '1,2,3', '1.2.3', '1,2345', '--1', '1e3', '٣', '99999999999999999'])(
    '%s is none',
    (typed) => expect(readDecimal(typed, 3)).toBeNull(),
  );

  test('amounts are whole minor units, never floating', () => {
    expect(readAmount('0,29')).toBe(29);
    expect(readAmount('1234567,89')).toBe(123456789);
    expect(readAmount('-12.5')).toBe(-1250);
    expect(readAmount('12,505')).toBeNull();
  });
});

describe('dates and money', () => {
  test('the wall clock of a time stamp is shown, whatever zone this machine is in', () => {
    expect(new Formats('de').time('2026-10-25T23:59:00+03:00')).toBe('23:59');
    expect(new Formats('en').date('2026-09-01T00:10:00+13:00')).toBe('1 September 2026');
  });
  test('what is no date gives nothing, not "Invalid Date"', () => {
    expect(new Formats('ro').dateTime('')).toBe('');
    expect(new Formats('ro').date('soon')).toBe('');
  });
  test('money is written as on the printed page: two decimals, code behind', () => {
    expect(new Formats('de').money(82764, 'EUR')).toBe('827,64\u00a0EUR');
    expect(new Formats('en').money(-5, 'HUF')).toBe('-0.05\u00a0HUF');
  });
  test('plural categories the catalogues must have', () => {
    expect(new Formats('ro').plural(20)).toBe('other');
    expect(new Formats('ro').plural(2)).toBe('few');
    expect(new Formats('ru').plural(21)).toBe('one');
    expect(new Formats('ru').plural(12)).toBe('many');
  });
});
