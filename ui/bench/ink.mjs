/**
 * Measures the ink module in a real browser. Prints one JSON object a line: { name, value, unit, aim, how }.
 * Usage: node bench/ink.mjs
 */
import { mouseStroke, signature } from '../browser/hand.mjs';
import { launchChromium, serveSources } from '../browser/chromium.mjs';

const STROKES = 5;
const ROUNDS = 500;

const server = await serveSources();
const browser = await launchChromium();
try {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 }, deviceScaleFactor: 2 });
  await page.goto(`${server.url}/browser/pages/ink.html`);
  await page.getByRole('img').waitFor();
  report(await samplesKept(page));
  report(await handlerTime(page));
} finally {
  await browser.close();
  await server.close();
}

async function samplesKept(page) {
  const box = await page.getByRole('img').boundingBox();
  const session = await page.context().newCDPSession(page);
  for (let i = 1; i <= STROKES; i += 1) {
    await mouseStroke(session, signature(box, 500), 500);
    await page.waitForFunction((count) => window.inkPage.pad.count === count, i);
  }
  const [kept, delivered] = await page.evaluate(() => [window.inkPage.pad.samples, window.inkPage.delivered.samples]);
  const pressAndRelease = 2 * STROKES;
  return {
    name: 'ink samples kept',
    value: round((100 * (kept - pressAndRelease)) / delivered),
    unit: '%',
    aim: '>= 98',
    how: `${STROKES} mouse strokes at 500 Hz into Chromium; samples in the strokes against all coalesced samples delivered (${delivered})`,
  };
}

async function handlerTime(page) {
  const times = await page.evaluate((rounds) => {
    window.inkPage.pad.clear();
    window.inkPage.timeHandler(20, 50);
    return window.inkPage.timeHandler(20, rounds);
  }, ROUNDS);
  times.sort((a, b) => a - b);
  return {
    name: 'ink handler time per 20 points, p95',
    value: round(times[Math.floor(times.length * 0.95)]),
    unit: 'ms',
    aim: '<= 4',
    how: `${ROUNDS} pointermove events with 20 coalesced samples each, recorded and drawn at 2 device px per CSS px; median ${round(times[Math.floor(times.length / 2)])} ms, longest ${round(times.at(-1))} ms`,
  };
}

function round(value) {
  return Math.round(value * 100) / 100;
}

function report(line) {
  console.log(JSON.stringify(line));
}
