/**
 * Makes the typed texts of the screens from `locales/<language>.json` (shared with the PDF) and `locales/ui/<language>.json`.
 * English names the keys. A missing or surplus key, another set of placeholders or a missing plural category ends the build.
 */
import { mkdirSync, readFileSync, writeFileSync, existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { LANGUAGES, findFaults, placeholdersOf } from './catalogue-rules.mjs';

const locales = new URL('../../locales/', import.meta.url);
const target = new URL('../src/lib/i18n/generated/', import.meta.url);
const HEAD = '// Made by scripts/catalogues.mjs from locales/*.json and locales/ui/*.json. Not to be edited.\n';

function read(url) {
  if (!existsSync(url)) return {};
  try {
    return JSON.parse(readFileSync(url, 'utf8'));
  } catch (error) {
    throw new Error(`${fileURLToPath(url)}: ${error.message}`);
  }
}

function catalogue(language) {
  const shared = read(new URL(`${language}.json`, locales));
  const screens = read(new URL(`ui/${language}.json`, locales));
  const twice = Object.keys(screens).filter((key) => key in shared);
  if (twice.length > 0) throw new Error(`${language}: in both catalogues: ${twice.join(', ')}`);
  // The text of the pages of the PDF alone is of no use on a screen.
  const wanted = Object.entries(shared).filter(([key]) => !key.startsWith('pdf.') && !key.startsWith('terms.'));
  return Object.fromEntries([...wanted, ...Object.entries(screens)].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function keysFile(english) {
  const keys = Object.keys(english);
  const args = keys.flatMap((key) => {
    const names = [...placeholdersOf(english[key])].sort();
    if (names.length === 0) return [];
    return [`  ${JSON.stringify(key)}: { ${names.map((name) => `${name}: Value`).join('; ')} };`];
  });
  return [
    HEAD,
    '/** What a placeholder may be filled with. */\nexport type Value = string | number;\n',
    '/** A text: one sentence, or one per plural category of `n`. */\nexport type Message = string | Readonly<Record<string, string>>;\n',
    `/** Every text there is. */\nexport type Key =\n${keys.map((key) => `  | ${JSON.stringify(key)}`).join('\n')};\n`,
    `/** Placeholders of the texts that have any. */\nexport interface Args {\n${args.join('\n')}\n}\n`,
    '/** All texts in one language. */\nexport type Catalogue = Readonly<Record<Key, Message>>;\n',
  ].join('\n');
}

const all = Object.fromEntries(LANGUAGES.map((language) => [language, catalogue(language)]));
const faults = LANGUAGES.flatMap((language) => findFaults(language, all[language], all.en));
if (faults.length > 0) {
  console.error(`Texts are not complete:\n${faults.slice(0, 60).join('\n')}\n(${faults.length} in all)`);
  process.exit(1);
}
mkdirSync(target, { recursive: true });
writeIfChanged('keys.ts', keysFile(all.en));
for (const language of LANGUAGES) {
  const body = JSON.stringify(all[language], null, 1);
  writeIfChanged(
    `${language}.ts`,
    `${HEAD}import type { Catalogue } from './keys';\n\nexport const messages: Catalogue = ${body};\n`,
  );
}

/** Leaves an equal file alone, so that a running dev server does not reload. */
function writeIfChanged(name, text) {
  const url = new URL(name, target);
  if (existsSync(url) && readFileSync(url, 'utf8') === text) return;
  writeFileSync(url, text);
}
