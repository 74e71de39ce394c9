/** A hand for browser checks: feeds the browser's input queue by its debugging protocol, without waiting for each event. */

/** Places of a made-up signature in a box, as many as `points`. */
export function signature({ x, y, width, height }, points) {
  return Array.from({ length: points }, (_, i) => {
    const at = i / (points - 1);
    const turn = at * Math.PI * 9;
    return {
      x: x + width * (0.12 + 0.72 * at) + 24 * Math.sin(turn),
      y: y + height * (0.55 - 0.1 * at) + height * 0.2 * Math.cos(turn * 0.7 + at * 3),
    };
  });
}

/** Draws one stroke with the mouse at about `hz` samples a second. */
export async function mouseStroke(session, places, hz) {
  const send = (type, { x, y }, buttons) =>
    session.send('Input.dispatchMouseEvent', {
      type,
      x,
      y,
      buttons,
      button: 'left',
      clickCount: 1,
      pointerType: 'mouse',
    });
  await stroke(places, hz, {
    down: (place) => send('mousePressed', place, 1),
    move: (place) => send('mouseMoved', place, 1),
    up: (place) => send('mouseReleased', place, 0),
  });
}

/** Draws one stroke with a finger at about `hz` samples a second. */
export async function fingerStroke(session, places, hz) {
  const send = (type, points) => session.send('Input.dispatchTouchEvent', { type, touchPoints: points });
  await stroke(places, hz, {
    down: (place) => send('touchStart', [place]),
    move: (place) => send('touchMove', [place]),
    up: () => send('touchEnd', []),
  });
}

async function stroke(places, hz, { down, move, up }) {
  const [first, ...rest] = places;
  await down(first);
  const began = performance.now();
  const sent = [];
  for (const [i, place] of rest.entries()) {
    while (performance.now() - began < ((i + 1) * 1000) / hz) await new Promise((next) => setImmediate(next));
    sent.push(move(place));
  }
  await Promise.all(sent);
  await up(places.at(-1));
}
