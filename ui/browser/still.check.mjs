/**
 * Nothing under the finger moves: while what was wrong is mended, while the list of it shrinks, and while something above grows.
 */
export const name = 'the form of a draft stands still under the finger';

export async function check({ browser, app, say }) {
  for (const viewport of [
    { width: 1280, height: 800 },
    { width: 800, height: 1280 },
  ]) {
    const page = await browser.newPage({ viewport, hasTouch: true, reducedMotion: 'reduce' });
    const at = (id) => page.getByTestId(id).first();
    await page.goto(`${app}/index.html?phase=open`);
    await at('start-J02').click();
    await at('start-J02-intake_protocol').click();
    await at('hand-over').click();
    await at('problems').waitFor();
    const asked = await page.getByTestId('problems').locator('li').count();
    await page.getByTestId('problems').locator('li button').first().click();
    if (await at('problems').isVisible()) throw new Error('the list stays over the form it leads to');

    await mending(page, at, asked);
    await growing(page, at);
    await page.close();
  }
  say('two sizes');
}

/** One wrong entry after the other is mended; the entry itself, the next row and the form's foot stay where they are. */
async function mending(page, at, asked) {
  const places = async (entry) => [await topOf(entry), await topOf(at('new-accessory')), await topOf(at('lacking'))];
  for (const [field, mend] of [
    ['field-condition', (entry) => entry.pressSequentially('Zgârietură')],
    ['field-warranty_claim', () => at('field-warranty_claim-no').check({ force: true })],
  ]) {
    const entry = at(field);
    const place = `[id="at-${field.replace('field-', 'fields.')}"]`;
    const mark = page.locator(`${place} :is(p[id$=wrong], [id$=more] p)`).first();
    await mark.waitFor();
    await entry.scrollIntoViewIfNeeded();
    const before = await places(entry);
    await mend(entry);
    await mark.waitFor({ state: 'hidden' });
    await settled(page);
    const after = await places(entry);
    if (after.some((top, index) => Math.abs(top - before[index]) > 0.5)) {
      throw new Error(`${field}: what stood at ${before.join(', ')} px stands at ${after.join(', ')} px`);
    }
  }
  await at('lacking').click();
  const left = await page.getByTestId('problems').locator('li').count();
  if (left !== asked - 2) throw new Error(`${left} of ${asked} problems are left, two were mended`);
  await at('lacking').click();
}

/** Something far above grows and shrinks again; the entry with the caret stays. */
async function growing(page, at) {
  const entry = at('new-accessory');
  await entry.scrollIntoViewIfNeeded();
  await entry.focus();
  await settled(page);
  const before = await topOf(entry);
  for (const height of ['900px', '']) {
    await page.evaluate((height) => (document.querySelector('main section').style.minBlockSize = height), height);
    await settled(page);
    const after = await topOf(entry);
    if (Math.abs(after - before) > 0.5) throw new Error(`the entry went from ${before} to ${after} px`);
  }
}

const topOf = async (element) => element.evaluate((node) => node.getBoundingClientRect().top);

/** Two frames: what is measured in the first is put right before the second. */
const settled = (page) =>
  page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
