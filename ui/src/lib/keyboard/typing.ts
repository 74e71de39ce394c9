/**
 * Types into a text field as a keyboard of the system would: at the caret, in place of the selection, within `maxlength`, with the
 * events that forms and bindings listen for.
 */

/** A field the keyboard can type into. */
export type TextField = HTMLInputElement | HTMLTextAreaElement;

/** Kinds of input that take text. Passwords are among them: a PIN may need letters. */
const TEXT_TYPES = new Set(['text', 'search', 'tel', 'url', 'email', 'password', 'number']);

/** The element as a text field that may be changed, or null. */
export function textFieldOf(element: EventTarget | null): TextField | null {
  if (element instanceof HTMLTextAreaElement) return element.readOnly || element.disabled ? null : element;
  if (!(element instanceof HTMLInputElement) || !TEXT_TYPES.has(element.type)) return null;
  return element.readOnly || element.disabled ? null : element;
}

/** Types text at the caret. What does not fit into `maxlength` is left out, as it is with a real keyboard. */
export function typeText(field: TextField, text: string): void {
  const { start, end } = caret(field);
  const room = field.maxLength < 0 ? Infinity : field.maxLength - field.value.length + (end - start);
  if (text.length > room) return;
  edit(field, 'insertText', text, start, end);
}

/** Deletes the selection, or the character before the caret: all of it, if it is made of several code points. */
export function deleteBack(field: TextField): void {
  const { start, end } = caret(field);
  if (start !== end) return edit(field, 'deleteContentBackward', '', start, end);
  const last = lastCharacter(field.value.slice(0, start));
  if (last) edit(field, 'deleteContentBackward', '', start - last.length, start);
}

/** The Enter key: a new line where there are lines, else what Enter does in a form. */
export function enter(field: TextField): void {
  if (field instanceof HTMLTextAreaElement) {
    const { start, end } = caret(field);
    edit(field, 'insertLineBreak', '\n', start, end);
  } else {
    field.form?.requestSubmit();
  }
}

function edit(field: TextField, inputType: string, text: string, start: number, end: number): void {
  const init: InputEventInit = { inputType, data: text || null, bubbles: true, composed: true };
  if (!field.dispatchEvent(new InputEvent('beforeinput', { ...init, cancelable: true }))) return;
  if (field.selectionStart === null) field.value = field.value.slice(0, start) + text + field.value.slice(end);
  else field.setRangeText(text, start, end, 'end');
  field.dispatchEvent(new InputEvent('input', init));
}

/** E-mail and number fields keep their caret to themselves: there the end of the text has to do. */
function caret(field: TextField): { start: number; end: number } {
  const length = field.value.length;
  return { start: field.selectionStart ?? length, end: field.selectionEnd ?? length };
}

function lastCharacter(text: string): string | undefined {
  return [...new Intl.Segmenter().segment(text)].at(-1)?.segment;
}
