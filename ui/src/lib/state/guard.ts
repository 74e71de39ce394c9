/**
 * Keeps a person who holds the tablet on the one document: no context menu, no dragging, no reload, print, history or developer
 * tools by key, and a cover when the window loses the focus or nobody touches it. What the system must forbid (switching programs)
 * it cannot.
 */

export interface GuardOptions {
  /** Cover after this long without a touch or key, in ms. */
  idleMs: number;
  cover: () => void;
}

/** Whether a key would leave the document or show what lies behind it. */
export function leads(
  event: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey' | 'target'>,
): boolean {
  const key = event.key.toLowerCase();
  const command = event.ctrlKey || event.metaKey;
  if (/^f\d{1,2}$/.test(key) || ['browserback', 'browserforward', 'browserrefresh', 'contextmenu'].includes(key))
    return true;
  if (key === 'escape') return !document.querySelector('dialog[open]');
  if (event.altKey && ['arrowleft', 'arrowright', 'home'].includes(key)) return true;
  if (
    command &&
    !['a', 'c', 'v', 'x', 'z', 'y', 'backspace', 'delete', 'arrowleft', 'arrowright', '+', '-', '0', '='].includes(key)
  ) {
    return !['control', 'meta', 'shift', 'alt'].includes(key);
  }
  return key === 'backspace' && !isWritable(event.target);
}

function isWritable(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLTextAreaElement ||
    (target instanceof HTMLInputElement && !['checkbox', 'radio'].includes(target.type))
  );
}

/** Sets all of it up; the answer takes it away again. */
export function guard({ idleMs, cover }: GuardOptions): () => void {
  const stop = new AbortController();
  const { signal } = stop;
  let idle = setTimeout(cover, idleMs);
  const touched = () => {
    clearTimeout(idle);
    idle = setTimeout(cover, idleMs);
  };
  const refuse = (event: Event) => event.preventDefault();
  const refuseKey = (event: KeyboardEvent) => {
    if (!leads(event)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  };
  for (const name of ['contextmenu', 'dragstart', 'dragover', 'drop'] as const) {
    window.addEventListener(name, refuse, { signal, capture: true });
  }
  window.addEventListener('keydown', refuseKey, { signal, capture: true });
  window.addEventListener('auxclick', refuse, { signal, capture: true });
  for (const name of ['pointerdown', 'pointermove', 'keydown', 'wheel', 'touchstart'] as const) {
    window.addEventListener(name, touched, { signal, passive: true });
  }
  window.addEventListener('blur', cover, { signal });
  document.addEventListener('visibilitychange', () => document.hidden && cover(), { signal });
  history.pushState(null, '');
  window.addEventListener('popstate', () => history.pushState(null, ''), { signal });
  return () => {
    clearTimeout(idle);
    stop.abort();
  };
}
