import { fireEvent, render, screen } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import OnScreenKeyboard from './OnScreenKeyboard.svelte';

const texts = {
  keyboard: 'Keyboard',
  shift: 'Shift',
  backspace: 'Delete',
  symbols: 'Digits and signs',
  letters: 'Letters',
  space: 'Space',
  enter: 'Enter',
  hide: 'Hide keyboard',
  language: (now: string) => `Language: ${now}`,
};

let name: HTMLInputElement;

beforeEach(() => {
  document.body.innerHTML = '<input id="name"><input id="pin" inputmode="numeric"><button>Next</button>';
  name = document.querySelector('#name')!;
});

afterEach(() => void vi.useRealTimers());

function show(props: Record<string, unknown> = {}) {
  return render(OnScreenKeyboard, { texts, language: 'ro', ...props });
}

const tap = (label: string) => userEvent.click(screen.getByRole('button', { name: label }));

test('comes with the focus on a text field and goes with it', async () => {
  show();
  expect(screen.queryByRole('group')).toBeNull();
  name.focus();
  expect(await screen.findByRole('group', { name: 'Keyboard' })).toBeTruthy();
  await userEvent.click(screen.getByRole('button', { name: 'Next' }));
  expect(screen.queryByRole('group')).toBeNull();
});

test('types a name without ever taking the focus: a capital first, then small letters', async () => {
  show();
  name.focus();
  await screen.findByRole('group');
  for (const letter of ['Ș', 't', 'e', 'f']) await tap(letter);
  expect(name.value).toBe('Ștef');
  expect(document.activeElement).toBe(name);
});

test('shift twice stays, a third time it is off', async () => {
  show();
  name.value = 'x';
  name.focus();
  await screen.findByRole('group');
  await tap('Shift');
  await tap('Shift');
  await tap('A');
  await tap('B');
  await tap('Shift');
  await tap('c');
  expect(name.value).toBe('xABc');
});

test('a field for digits gets digits, and letters are one tap away', async () => {
  show();
  document.querySelector<HTMLInputElement>('#pin')!.focus();
  await tap((await screen.findByRole('button', { name: '7' })).textContent!);
  await tap('ABC Letters');
  await tap('q');
  expect(document.querySelector<HTMLInputElement>('#pin')!.value).toBe('7q');
});

test('the language key goes through the languages; a new signer language changes the keys', async () => {
  const { rerender } = show({ languages: ['ro', 'ru'] });
  name.focus();
  await tap((await screen.findByRole('button', { name: 'RO Language: ro' })).getAttribute('aria-label')!);
  expect(screen.getByRole('button', { name: 'Ж' })).toBeTruthy();
  await rerender({ language: 'de' });
  expect(screen.getByRole('button', { name: 'ẞ' })).toBeTruthy();
});

test('backspace deletes one character a tap, and goes on while it is held, no more after', async () => {
  show();
  name.value = 'abcdefghij';
  name.focus();
  const key = await screen.findByRole('button', { name: 'Delete' });
  await fireEvent.pointerDown(key);
  await fireEvent.pointerUp(key);
  await fireEvent.click(key);
  expect(name.value).toBe('abcdefghi');
  vi.useFakeTimers();
  await fireEvent.pointerDown(key);
  vi.advanceTimersByTime(450 + 2 * 70);
  await fireEvent.pointerUp(key);
  await fireEvent.click(key);
  vi.advanceTimersByTime(5000);
  expect(name.value).toBe('abcdef');
});

test('a tap without pointer events, as fingers give on WebKitGTK, deletes too', async () => {
  show();
  name.value = 'ab';
  name.focus();
  const key = await screen.findByRole('button', { name: 'Delete' });
  await fireEvent.click(key);
  await fireEvent.click(key);
  expect(name.value).toBe('');
});

test('hide puts it away and keeps the text', async () => {
  show();
  name.value = 'Ana';
  name.focus();
  await screen.findByRole('group');
  await tap('Hide keyboard');
  expect(screen.queryByRole('group')).toBeNull();
  expect([name.value, document.activeElement]).toEqual(['Ana', document.body]);
});
