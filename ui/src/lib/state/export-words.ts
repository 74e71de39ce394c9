/** The words an export is written in: those of the screen, because its reader is the person in front of it. */
import type { Kind, RegisterQuery } from '$lib/backend/types';
import { i18n, t, word } from '$lib/i18n/i18n.svelte';

const COLUMNS = [
  'number',
  'kind',
  'status',
  'customer',
  'site',
  'technician',
  'signer',
  'method',
  'signed_at',
  'at',
  'serial',
  'device',
  'revision',
  'sync',
  'verification',
  'conflict',
  'id',
] as const;
const WORDS: Record<string, readonly string[]> = {
  status: [
    'draft',
    'ready',
    'partially_signed',
    'signed',
    'signed_unavailable',
    'declined',
    'cancelled',
    'expired',
    'voided',
  ],
  method: ['drawn', 'typed', 'stored'],
  sync: ['only_here', 'queued', 'synced', 'held'],
  verification: ['none', 'good', 'bad'],
  paper: ['title', 'rows', 'series', 'from_to', 'count', 'missing', 'complete'],
};

/** Words by key, and the period of the query in words. */
export function exportWords(kinds: readonly Kind[], query: RegisterQuery): Record<string, string> {
  const words: Record<string, string> = { 'paper.period': period(query) };
  for (const column of COLUMNS) words[`column.${column}`] = t(`column.${column}`);
  for (const kind of kinds) words[`kind.${kind.id}`] = word('kind', kind.id);
  for (const [axis, names] of Object.entries(WORDS)) {
    for (const name of names) words[`${axis}.${name}`] = word(axis, name);
  }
  return words;
}

function period(query: RegisterQuery): string {
  const day = (text: string) => (text ? i18n.formats.date(`${text}T00:00:00Z`) : '…');
  if (query.from || query.to) return `${day(query.from)} – ${day(query.to)}`;
  return word('period', query.period);
}
