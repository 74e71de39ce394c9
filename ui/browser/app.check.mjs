/** The page opens in a real browser without an error on its console. */
export const name = 'the application opens in Chromium';

export async function check({ page, url }) {
  const errors = [];
  page.on('pageerror', (error) => errors.push(String(error)));
  page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
  await page.goto(`${url}/index.html`);
  await page.locator('#app > *').first().waitFor();
  if (errors.length > 0) throw new Error(errors.join('\n'));
}
