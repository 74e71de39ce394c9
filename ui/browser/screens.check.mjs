/**
 * Every screen, light and dark, as a tablet lying, standing and a desk screen: no fault that axe can find (WCAG 2.2 AA), nothing
 * wider than the window. Pictures go to var/screens.
 */
import { readFile, mkdir } from 'node:fs/promises';
import { createRequire } from 'node:module';

export const name = 'no screen has an accessibility fault that a machine can find';

const pictures = new URL('../../var/screens/', import.meta.url).pathname;
const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
const SIZES = [
  { width: 1280, height: 800 },
  { width: 800, height: 1280 },
  { width: 1440, height: 900 },
];

const open = (id) => async (at) => at(id).click();
/** Name, address, test id of its root, and how to get there from the first screen. */
const SCREENS = [
  ['first-run', 'phase=first_run', 'screen-first-run'],
  ['sign-in', 'phase=sign_in', 'screen-sign-in'],
  ['pin', 'phase=sign_in', 'pin-ok', open('person-p1')],
  ['locked', 'phase=locked', 'screen-locked'],
  ['broken', 'phase=broken', 'screen-broken'],
  ['jobs', 'phase=open', 'job-J01'],
  ['search', 'phase=open', 'customer-c1', async (at) => at('search').fill('Brutaria')],
  ['new', 'phase=open', 'choose-c1', open('new-document')],
  ['settings', 'phase=open', 'settings-dialog', open('settings')],
  [
    'editor',
    'phase=open',
    'field-work_done',
    async (at) => (await at('start-J01').click(), at('start-J01-service_sheet').click()),
  ],
  [
    'editor-problems',
    'phase=open',
    'problems',
    async (at) => (
      await at('start-J02').click(),
      await at('start-J02-intake_protocol').click(),
      at('hand-over').click()
    ),
  ],
  ['signing', 'phase=open', 'turn-card', open('document-d1')],
  [
    'not-signed',
    'phase=open',
    'not-signed-dialog',
    async (at) => (await at('document-d1').click(), at('cannot-sign').click()),
  ],
  ['hand-over', 'phase=hand_over&language=ro', 'page-1'],
  ['hand-over-text', 'phase=hand_over&language=de', 'text', open('as-text')],
  ['hand-over-sign', 'phase=hand_over&language=ru', 'ink-pad', open('to-sign')],
  ['decline', 'phase=hand_over&language=fr', 'decline-dialog', open('decline')],
  ['hand-back', 'phase=hand_over&step=done&language=sv', 'screen-hand-back'],
  [
    'close',
    'phase=open',
    'screen-close',
    async (at) => {
      await at('document-d1').click();
      await at('cannot-sign').click();
      await at('reason-absent').check({ force: true });
      await at('not-signed-ok').click();
    },
  ],
  ['detail', 'phase=open', 'verdict-good', open('document-d2')],
  ['register', 'phase=open&role=manager&rows=100000&imports=1', 'register-row'],
  [
    'register-chosen',
    'phase=open&role=manager&language=ru',
    'register-bulk',
    async (at) => (await at('filter-status').selectOption('signed'), at('choose-all').check()),
  ],
  [
    'register-empty',
    'phase=open&role=auditor&language=de',
    'register-empty',
    async (at) => at('register-search').fill('zzz'),
  ],
  ['register-failed', 'phase=open&role=manager&fail=register', 'register-bulk'],
  ['register-export', 'phase=open&role=manager&language=ro', 'export-dialog', open('export')],
  ['office-staff', 'phase=open&role=admin', 'device-reconcile', open('to-office')],
  [
    'office-person',
    'phase=open&role=admin&language=nl',
    'staff-dialog',
    async (at) => (await at('to-office').click(), at('staff-add').click()),
  ],
  [
    'office-code',
    'phase=open&role=admin&language=ro',
    'code-dialog',
    async (at) => (await at('to-office').click(), at('staff-code-p3').click()),
  ],
  [
    'office-aside',
    'phase=open&role=manager&language=fr',
    'aside-group',
    async (at) => (await at('to-office').click(), at('office-aside').click()),
  ],
  [
    'office-aside-empty',
    'phase=open&role=office&staff=none&language=sv',
    'aside-empty',
    async (at) => (await at('to-office').click(), at('office-aside').click()),
  ],
  [
    'office-mail',
    'phase=open&role=admin&language=ru',
    'copies',
    async (at) => (await at('to-office').click(), at('office-mail').click()),
  ],
  [
    'office-mail-log',
    'phase=open&role=auditor&language=de',
    'copies',
    async (at) => (await at('to-office').click(), at('office-mail').click()),
  ],
  [
    'office-retention',
    'phase=open&role=manager&language=de',
    'retention-rows',
    async (at) => (await at('to-office').click(), at('office-retention').click()),
  ],
  ['office-away', 'phase=open&role=admin&fail=staff&code=office_unreachable', 'office-failed', open('to-office')],
  ['office-alone', 'phase=open&role=admin&fail=staff&code=no_office&language=de', 'office-alone', open('to-office')],
  ['detail-bad', 'phase=open', 'verdict-bad', open('document-d4')],
];

export async function check({ browser, app, say }) {
  await mkdir(pictures, { recursive: true });
  const faults = [];
  for (const colorScheme of ['light', 'dark']) {
    for (const viewport of SIZES) {
      const context = await browser.newContext({ viewport, colorScheme, reducedMotion: 'reduce' });
      for (const screen of SCREENS)
        faults.push(...(await look(context, app, screen, `${colorScheme}-${viewport.width}`)));
      await context.close();
    }
  }
  say(`${SCREENS.length} screens, ${SIZES.length} sizes, light and dark`);
  if (faults.length > 0) throw new Error([...new Set(faults)].join('\n'));
}

async function look(context, url, [title, query, root, steps], look) {
  const page = await context.newPage();
  const faults = [];
  page.on('pageerror', (error) => faults.push(`${title}: ${error}`));
  await page.goto(`${url}/index.html?${query}`);
  if (steps) await steps((id) => page.getByTestId(id).first());
  await page.getByTestId(root).first().waitFor();
  await page.evaluate(() => document.fonts.ready);
  await page.screenshot({ path: `${pictures}${title}-${look}.png` });
  await page.evaluate(axe);
  const { violations } = await page.evaluate((tags) => globalThis.axe.run(document, { runOnly: tags }), TAGS);
  for (const { id, nodes } of violations) {
    faults.push(
      ...nodes.map((node) => `${title} (${look}): ${id}: ${node.target.join(' ')} ${node.any[0]?.message ?? ''}`),
    );
  }
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  if (wide > 0) faults.push(`${title} (${look}): ${wide} px wider than the window`);
  await page.close();
  return faults;
}
