/** One visit from first run to the closed document, with a mouse: every screen leads on to the next. */
import { typePin, drawSignature } from './visit.mjs';

export const name = 'a visit goes from first run to the closed document';

export async function check({ page, app }) {
  const errors = [];
  page.on('pageerror', (error) => errors.push(String(error)));
  const at = (id) => page.getByTestId(id);

  await page.goto(`${app}/index.html?phase=first_run`);
  await at('firm-name').fill('Demo');
  await at('firm-legal-name').fill('Demo SRL');
  await at('firm-street').fill('Strada 1');
  await at('firm-city').fill('Cluj');
  await at('next').click();
  await at('person-name').fill('Radu');
  await at('new-pin').fill('2468');
  await at('new-pin-again').fill('2468');
  await at('next').click();
  await at('store-system').check();
  await at('next').click();
  await at('recovery-1').fill('bbbbb');
  await at('recovery-3').fill('DDDDD');
  await at('next').click();
  await at('next').click();

  await at('screen-sign-in').waitFor();
  await at('person-p1').click();
  await typePin(page, '2468');

  await at('screen-jobs').waitFor();
  await at('start-J03').click();
  await at('start-J03-service_sheet').click();
  await at('screen-editor').waitFor();
  await at('hand-over').click();
  await at('problems').getByRole('listitem').getByRole('button').first().click();
  await at('field-work_done').fill('Curățat, reglat');
  await at('field-completion-full').check({ force: true });
  await at('add-time').click();
  await page.waitForFunction(() => document.querySelector('[data-testid=saved]')?.textContent?.includes('14:02'));
  await at('hand-over').click();

  await at('screen-signing').waitFor();
  await at('turn').click();
  await at('screen-hand-over').waitFor();
  await at('lang-fr').click();
  await page.locator('html[lang=fr]').waitFor();
  await at('page-2').scrollIntoViewIfNeeded();
  await at('customer-name').fill('Алёна');
  await drawSignature(page);
  await at('consent').check();
  await at('sign').click();

  await at('screen-hand-back').waitFor();
  await typePin(page, '2468');
  await at('screen-close').waitFor();
  await typePin(page, '2468');
  await at('screen-detail').waitFor();
  await at('verdict-bad').waitFor();
  if (errors.length > 0) throw new Error(errors.join('\n'));
}
