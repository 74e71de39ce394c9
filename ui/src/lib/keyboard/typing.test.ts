import { beforeEach, describe, expect, test } from 'vitest';
import { deleteBack, enter, textFieldOf, typeText } from './typing';

let heard: string[];

beforeEach(() => {
  document.body.innerHTML = '';
  heard = [];
});

function field<T extends HTMLInputElement | HTMLTextAreaElement>(html: string): T {
  document.body.innerHTML = html;
  const element = document.querySelector<T>('input, textarea')!;
  for (const type of ['beforeinput', 'input']) {
    element.addEventListener(type, (event) => heard.push(`${type} ${(event as InputEvent).inputType}`));
  }
  element.focus();
  return element;
}

describe('typing', () => {
  test('goes in at the caret, in place of the selection, and the caret stays behind it', () => {
    const name = field<HTMLInputElement>('<input value="Ana Pop">');
    name.setSelectionRange(0, 3);
    typeText(name, 'Ș');
    typeText(name, 't');
    expect([name.value, name.selectionStart]).toEqual(['Șt Pop', 2]);
    expect(heard).toEqual(['beforeinput insertText', 'input insertText', 'beforeinput insertText', 'input insertText']);
  });

  test('respects maxlength and a form that refuses the input', () => {
    const code = field<HTMLInputElement>('<input maxlength="3" value="12">');
    code.setSelectionRange(2, 2);
    for (const digit of '345') typeText(code, digit);
    expect(code.value).toBe('123');
    code.setSelectionRange(0, 1);
    typeText(code, '9');
    expect(code.value).toBe('923');
    code.addEventListener('beforeinput', (event) => event.preventDefault());
    code.setSelectionRange(0, 1);
    typeText(code, '7');
    expect(code.value).toBe('923');
  });

  test('an e-mail field, which hides its caret, is typed at its end', () => {
    const mail = field<HTMLInputElement>('<input type="email" value="ana@">');
    typeText(mail, 'x');
    expect(mail.value).toBe('ana@x');
    deleteBack(mail);
    expect(mail.value).toBe('ana@');
  });
});

describe('backspace', () => {
  test('deletes whole characters, also of several code points', () => {
    const text = field<HTMLInputElement>('<input value="a👩‍🔧s\u0326">');
    text.setSelectionRange(text.value.length, text.value.length);
    deleteBack(text);
    expect(text.value).toBe('a👩‍🔧');
    deleteBack(text);
    expect(text.value).toBe('a');
    deleteBack(text);
    deleteBack(text);
    expect(text.value).toBe('');
    expect(heard).toHaveLength(6);
  });

  test('deletes the selection', () => {
    const text = field<HTMLInputElement>('<input value="abcdef">');
    text.setSelectionRange(1, 4);
    deleteBack(text);
    expect([text.value, text.selectionStart]).toEqual(['aef', 1]);
  });
});

test('Enter breaks the line in a text area and submits a form elsewhere', () => {
  const area = field<HTMLTextAreaElement>('<textarea>ab</textarea>');
  area.setSelectionRange(1, 1);
  enter(area);
  expect(area.value).toBe('a\nb');
  const input = field<HTMLInputElement>('<form><input></form>');
  let sent = 0;
  input.form!.addEventListener('submit', (event) => {
    event.preventDefault();
    sent += 1;
  });
  enter(input);
  expect(sent).toBe(1);
});

test('only fields that take text are typed into', () => {
  const take = (html: string) => textFieldOf(field(html)) !== null;
  expect(take('<input>')).toBe(true);
  expect(take('<textarea></textarea>')).toBe(true);
  for (const attributes of ['readonly', 'disabled', 'type="checkbox"', 'type="date"', 'type="file"']) {
    expect(take(`<input ${attributes}>`), attributes).toBe(false);
  }
  expect(textFieldOf(document.body)).toBeNull();
});
