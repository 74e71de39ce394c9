/** Values of a timeline entry in words: names of slots, reasons, methods and languages instead of their codes. */
import { LANGUAGES, word } from '$lib/i18n/i18n.svelte';

const PREFIXES: Readonly<Record<string, string>> = {
  slot: 'slot',
  reason: 'reason',
  method: 'method',
  outcome: 'outcome',
  kind: 'kind',
};

/** What the sentence of an event is filled with. A value that is absent leaves no brace in the sentence. */
export function eventWords(data: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const names = ['slot', 'reason', 'method', 'outcome', 'kind', 'language', 'number', 'revision', 'name', 'pages', 'text', 'tries', 'fields', 'note'];
  return Object.fromEntries(names.map((name) => [name, wordOf(name, data[name] ?? '')]));
}

function wordOf(name: string, value: string): string {
  if (name === 'language') return LANGUAGES.find(({ code }) => code === value)?.name ?? value;
  const prefix = PREFIXES[name];
  return prefix && value ? word(prefix, value) : value;
}
