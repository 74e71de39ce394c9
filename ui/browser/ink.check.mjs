/**
 * The drawing area in a real browser: mouse and finger write, every delivered sample is kept, a resize changes no stroke, the ink
 * is really on the canvas. Pictures go to FIELDSEAL_SHOTS if that is set.
 */
import { fingerStroke, mouseStroke, signature } from './hand.mjs';

export const name = 'ink: mouse and finger draw, all samples are kept, a turn loses nothing';

/** Part of the delivered samples that must arrive in the stroke. */
const KEPT = 0.98;

export async function check({ browser, url, say }) {
  for (const scheme of ['light', 'dark']) {
    for (const viewport of [
      { width: 1280, height: 800 },
      { width: 800, height: 1280 },
    ]) {
      const page = await browser.newPage({ viewport, colorScheme: scheme, hasTouch: true, deviceScaleFactor: 2 });
      await draws(page, url, say, `${scheme}-${viewport.width}x${viewport.height}`);
      await page.close();
    }
  }
}

async function draws(page, url, say, label) {
  await page.goto(`${url}/browser/pages/ink.html`);
  const surface = page.getByRole('img', { name: 'Signature of Ana Pop' });
  const box = await surface.boundingBox();
  const session = await page.context().newCDPSession(page);

  // The finger first: after a mouse, which may be a pen, a touch is taken for a palm for half a second.
  await fingerStroke(session, signature({ ...box, y: box.y + 30 }, 120), 240);
  await page.getByText('1 stroke drawn').waitFor();
  const fingerOnly = await page.evaluate(() => window.inkPage.saved[0].device);
  expect(fingerOnly === 'touch', `a finger is reported as ${fingerOnly}`);
  await mouseStroke(session, signature(box, 240), 500);
  await page.getByText('2 strokes drawn').waitFor();

  const { kept, delivered, events } = await page.evaluate(() => ({
    kept: window.inkPage.pad.samples - 4,
    delivered: window.inkPage.delivered.samples,
    events: window.inkPage.delivered.events,
  }));
  say(`${label}: ${kept} of ${delivered} samples kept, from ${events} events`);
  expect(kept / delivered >= KEPT, `only ${kept} of ${delivered} delivered samples are in the strokes`);
  expect((await inkedPixels(page)) > 1000, 'nothing is painted');
  await shoot(page, label);

  const before = await page.evaluate(() => JSON.stringify(window.inkPage.pad.draft));
  const { width, height } = page.viewportSize();
  await page.setViewportSize({ width: height, height: width });
  await page.waitForFunction((was) => JSON.stringify(window.inkPage.pad.draft) !== was, before);
  expect((await inkedPixels(page)) > 500, 'after a turn nothing is painted');
  await shoot(page, `${label}-turned`);
  await page.setViewportSize({ width, height });
  await page.waitForFunction((was) => JSON.stringify(window.inkPage.pad.draft) === was, before);

  await page.getByRole('button', { name: 'Clear' }).click();
  expect((await inkedPixels(page)) === 0, 'ink is left on the canvas after Clear');
  await page.getByRole('button', { name: 'Undo clear' }).click();
  expect((await inkedPixels(page)) > 1000, 'ink is not painted after Undo clear');
}

function inkedPixels(page) {
  return page.evaluate(() => {
    const { width, height } = document.querySelector('canvas');
    let inked = 0;
    for (const canvas of document.querySelectorAll('canvas')) {
      const { data } = canvas.getContext('2d').getImageData(0, 0, width, height);
      for (let i = 3; i < data.length; i += 4) if (data[i] > 0) inked += 1;
    }
    return inked;
  });
}

async function shoot(page, label) {
  const folder = process.env.FIELDSEAL_SHOTS;
  if (folder) await page.screenshot({ path: `${folder}/ink-${label}.png` });
}

function expect(holds, otherwise) {
  if (!holds) throw new Error(otherwise);
}
