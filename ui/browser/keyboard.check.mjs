/**
 * The on-screen keyboard under real fingers: taps type without taking the focus, keys are large enough on a tablet either way up, the
 * field is not hidden behind the keys, contrast holds in light and dark. Pictures go to FIELDSEAL_SHOTS if that is set.
 */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';

export const name = 'keyboard: fingers type, keys are large enough, the field stays in view';

const axeSource = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

export async function check({ browser, url }) {
  for (const colorScheme of ['light', 'dark']) {
    for (const viewport of [
      { width: 1280, height: 800 },
      { width: 800, height: 1280 },
    ]) {
      const page = await browser.newPage({ viewport, colorScheme, hasTouch: true });
      await types(page, url, `${colorScheme}-${viewport.width}x${viewport.height}`);
      await page.close();
    }
  }
}

async function types(page, url, label) {
  await page.goto(`${url}/browser/pages/keyboard.html`);
  await page.locator('#remarks').tap();
  const keyboard = page.getByRole('group', { name: 'Keyboard' });
  await keyboard.waitFor();
  for (const key of ['É', 't', 'é', 'Space', 'q', 'Delete', 'a', 'Enter', 'b']) {
    await keyboard.getByRole('button', { name: key, exact: true }).tap();
  }
  const text = await page.locator('#remarks').inputValue();
  expect(text === 'Été a\nb', `typed ${JSON.stringify(text)}`);
  expect(await page.locator('#remarks').evaluate((field) => field === document.activeElement), 'the focus was taken');

  const field = await page.locator('#remarks').boundingBox();
  const keys = await keyboard.boundingBox();
  expect(field.y + field.height <= keys.y, 'the field is behind the keyboard');
  for (const button of await keyboard.getByRole('button').all()) {
    const { width, height } = await button.boundingBox();
    expect(height >= 56 && width >= 48, `a key of ${width} x ${height} px`);
  }
  await shoot(page, label);
  await page.evaluate(await readFile(axeSource, 'utf8'));
  const faults = await page.evaluate(async () => {
    const { violations } = await window.axe.run('[role=group]');
    return violations.map((fault) => `${fault.id}: ${fault.nodes.map((node) => node.html).join(' ')}`);
  });
  expect(faults.length === 0, faults.join('\n'));
}

async function shoot(page, label) {
  const folder = process.env.FIELDSEAL_SHOTS;
  if (folder) await page.screenshot({ path: `${folder}/keyboard-${label}.png` });
}

function expect(holds, otherwise) {
  if (!holds) throw new Error(otherwise);
}
