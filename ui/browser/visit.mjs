/** Moves the checks of the screens have in common. */

/** Types a PIN on the keys of the screen. */
export async function typePin(page, pin) {
  for (const digit of pin) await page.getByTestId(`pin-${digit}`).click();
  await page.getByTestId('pin-ok').click();
}

/** Draws a wave on the pad, slowly enough to be a signature. */
export async function drawSignature(page) {
  const pad = page.getByTestId('ink-pad').locator('[role=img]');
  await pad.scrollIntoViewIfNeeded();
  const box = await pad.boundingBox();
  if (!box) throw new Error('there is no drawing area');
  const from = { x: box.x + box.width * 0.2, y: box.y + box.height * 0.5 };
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  for (let step = 1; step <= 60; step += 1) {
    await page.mouse.move(from.x + step * 5, from.y - 40 * Math.sin(step / 5));
    await page.waitForTimeout(5);
  }
  await page.mouse.up();
}
