import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { guard, leads } from './guard';

let stop = () => {};
const cover = vi.fn();

beforeEach(() => {
  vi.useFakeTimers();
  cover.mockClear();
  stop = guard({ idleMs: 1000, cover });
  return () => vi.useRealTimers();
});
afterEach(() => stop());

/** Whether the guard kept an event from having its effect. */
function kept(event: Event, target: EventTarget = document.body): boolean {
  return !target.dispatchEvent(event);
}
const key = (init: KeyboardEventInit) => new KeyboardEvent('keydown', { bubbles: true, cancelable: true, ...init });

test.each([
  ['reload', { key: 'F5' }],
  ['reload', { key: 'r', ctrlKey: true }],
  ['reload', { key: 'R', ctrlKey: true, shiftKey: true }],
  ['history back', { key: 'ArrowLeft', altKey: true }],
  ['history back', { key: 'BrowserBack' }],
  ['print', { key: 'p', ctrlKey: true }],
  ['developer tools', { key: 'F12' }],
  ['developer tools', { key: 'I', ctrlKey: true, shiftKey: true }],
  ['find', { key: 'f', ctrlKey: true }],
  ['a new window', { key: 'n', ctrlKey: true }],
  ['the menu key', { key: 'ContextMenu' }],
  ['leaving full screen', { key: 'Escape' }],
  ['back by backspace', { key: 'Backspace' }],
])('refuses %s', (_, init) => expect(kept(key(init))).toBe(true));

test('lets people write: letters, backspace, copy and paste in a field', () => {
  const input = document.body.appendChild(document.createElement('input'));
  expect(kept(key({ key: 'a' }), input)).toBe(false);
  expect(kept(key({ key: 'Backspace' }), input)).toBe(false);
  expect(kept(key({ key: 'v', ctrlKey: true }), input)).toBe(false);
  expect(kept(key({ key: 'Tab' }), input)).toBe(false);
  input.remove();
});

test('refuses the context menu and dragging', () => {
  expect(kept(new MouseEvent('contextmenu', { bubbles: true, cancelable: true }))).toBe(true);
  expect(kept(new Event('dragstart', { bubbles: true, cancelable: true }))).toBe(true);
});

test('covers when nobody touches it, and each touch starts the time anew', () => {
  vi.advanceTimersByTime(900);
  window.dispatchEvent(new Event('pointerdown'));
  vi.advanceTimersByTime(900);
  expect(cover).not.toHaveBeenCalled();
  vi.advanceTimersByTime(200);
  expect(cover).toHaveBeenCalledTimes(1);
});

test('covers when the window loses the focus; a move of the pen while idle is a touch', () => {
  window.dispatchEvent(new Event('blur'));
  expect(cover).toHaveBeenCalledTimes(1);
});

test('takes everything away again', () => {
  stop();
  window.dispatchEvent(new Event('blur'));
  vi.advanceTimersByTime(5000);
  expect(cover).not.toHaveBeenCalled();
  expect(kept(key({ key: 'F5' }))).toBe(false);
});

test('escape closes a dialog and does nothing else', () => {
  const dialog = document.body.appendChild(document.createElement('dialog'));
  dialog.setAttribute('open', '');
  expect(leads(key({ key: 'Escape' }))).toBe(false);
  dialog.remove();
});
