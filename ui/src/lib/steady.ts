/**
 * Keeps what a person is at still while what stands around it grows or shrinks: the scrolled place follows, so that the next tap
 * meets what was seen. Webviews differ in doing this by themselves, so theirs is off (`overflow-anchor: none`) and this is on.
 */

/** To be attached to an element that scrolls and has one child with all that is in it. */
export function steady(scroller: HTMLElement): () => void {
  const content = scroller.firstElementChild ?? scroller;
  /** What was touched or has the caret, and what it is in: the innermost that is still there counts. */
  let path: Element[] = [];
  let was = 0;

  const anchor = () => path.find((element) => element.isConnected);
  const topOf = (element: Element) => element.getBoundingClientRect().top;
  const inSight = (element: Element) => {
    const [inner, outer] = [element.getBoundingClientRect(), scroller.getBoundingClientRect()];
    return inner.bottom > outer.top && inner.top < outer.bottom;
  };

  function hold(element: Element | null) {
    path = [];
    for (let up = element; up && up !== content && content.contains(up); up = up.parentElement) path.push(up);
    remember();
  }
  function remember() {
    const held = anchor();
    if (held) was = topOf(held);
  }
  /** Whoever scrolls on is at what is in the middle now. */
  function scrolled() {
    const held = anchor();
    if (held && inSight(held)) return remember();
    const box = scroller.getBoundingClientRect();
    hold(document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2));
  }
  function changed() {
    const held = anchor();
    if (!held) return;
    // One that went with its row leaves its place to the next around it, whose top nobody knows yet.
    if (held !== path[0]) return hold(held);
    const moved = topOf(held) - was;
    if (Math.abs(moved) >= 1) scroller.scrollTop += moved;
    remember();
  }

  const touched = (event: Event) => hold(event.target instanceof Element ? event.target : null);
  scroller.addEventListener('pointerdown', touched, { capture: true, passive: true });
  scroller.addEventListener('focusin', touched);
  scroller.addEventListener('scroll', scrolled, { passive: true });
  const observer = new ResizeObserver(changed);
  observer.observe(content);
  return () => {
    observer.disconnect();
    scroller.removeEventListener('pointerdown', touched, { capture: true });
    scroller.removeEventListener('focusin', touched);
    scroller.removeEventListener('scroll', scrolled);
  };
}
