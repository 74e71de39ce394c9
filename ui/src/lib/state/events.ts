/** Values of a timeline entry in words: names of slots, reasons, methods and languages instead of their codes. */
import { i18n, LANGUAGES, word } from '$lib/i18n/i18n.svelte';

/** Names of values that are codes, with the prefix of their texts. A reason may also be in a person's own words. */
const PREFIXES = ['slot', 'reason', 'method', 'outcome', 'how'];
/** Every value a sentence can ask for: one that is absent must leave no brace in it. */
const NAMES = [
  'slot',
  'name',
  'language',
  'number',
  'revision',
  'pages',
  'text',
  'tries',
  'count',
  'note',
  'reason',
  'method',
  'outcome',
  'how',
  'part',
  'device',
  'role',
  'rule',
];

/** What the sentence of an event is filled with. */
export function eventWords(data: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(NAMES.map((name) => [name, wordOf(name, data[name] ?? '')]));
}

function wordOf(name: string, value: string): string {
  if (name === 'language') return LANGUAGES.find(({ code }) => code === value)?.name ?? value;
  if (name === 'role' && value) return word('central', `role_${value}`);
  return PREFIXES.includes(name) && i18n.has(`${name}.${value}`) ? word(name, value) : value;
}
