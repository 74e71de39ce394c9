/**
 * Runs every `browser/*.check.mjs`: each exports `name` and `check({ browser, page, url, app, say })`, and fails by throwing.
 * `url` serves the sources, `app` the built program.
 * Usage: npm run test:browser [-- part-of-a-file-name]
 */
import { readdir } from 'node:fs/promises';
import { launchChromium, serveBuilt, serveSources } from './chromium.mjs';

const here = new URL('.', import.meta.url);
const wanted = process.argv[2] ?? '';
const files = (await readdir(here)).filter((file) => file.endsWith('.check.mjs') && file.includes(wanted)).sort();

const server = await serveSources();
const app = await serveBuilt();
const browser = await launchChromium();
let failed = 0;
try {
  for (const file of files) {
    const { name, check } = await import(new URL(file, here).href);
    const page = await browser.newPage();
    try {
      await check({ browser, page, url: server.url, app: app.url, say: (text) => console.log(`     ${text}`) });
      console.log(`ok   ${name}`);
    } catch (error) {
      failed += 1;
      console.error(`FAIL ${name}\n${error instanceof Error ? error.stack : error}`);
    } finally {
      await page.close();
    }
  }
} finally {
  await browser.close();
  await server.close();
  await app.close();
}
console.log(`${files.length - failed} of ${files.length} browser checks passed`);
process.exit(failed === 0 && files.length > 0 ? 0 : 1);
