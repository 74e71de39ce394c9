/** What the playing core knows of rules and sums: enough for the screens, no more. The real ones are in the core. */
import type { Comparison, Content, Kind, Problem, Totals } from '../types';
import { applies } from '$lib/state/sections';
import { netOf } from '$lib/state/lines';

export function problemsOf(kind: Kind, content: Content, intake: Content | null): Problem[] {
  const blocking = (place: string, code: Problem['code'], about = ''): Problem => ({
    place,
    code,
    severity: 'blocking',
    about,
  });
  const found: Problem[] = [];
  for (const field of kind.sections.flatMap((section) => section.fields)) {
    if (applies(field, content) && field.need === 'required' && !content.fields[field.key]?.trim()) {
      found.push(blocking(`fields.${field.key}`, 'missing'));
    }
  }
  const rules = new Set(kind.rules);
  if (
    rules.has('times_or_package') &&
    content.times.length === 0 &&
    !content.lines.some((row) => row.type === 'travel')
  ) {
    found.push(blocking('times', 'times_or_package'));
  }
  if (rules.has('photo_or_reason') && content.photos.length === 0 && !content.fields['no_photo_reason']) {
    found.push(blocking('photos', 'photo_or_reason'));
  }
  if (
    rules.has('accessories_or_none') &&
    content.accessories.length === 0 &&
    content.fields['no_accessories'] !== 'yes'
  ) {
    found.push(blocking('accessories', 'accessories_or_none'));
  }
  content.checklist.forEach(
    (row, index) => row.answer === null && found.push(blocking(`checklist.${index}`, 'missing', row.text)),
  );
  for (const item of intake?.accessories ?? []) {
    const now = content.accessories.find((other) => other.name === item.name);
    if (!now) found.push(blocking('accessories', 'accessory_not_compared', item.name));
    else if (now.presence === 'missing')
      found.push({ place: 'accessories', code: 'accessory_missing', severity: 'warning', about: item.name });
  }
  return found;
}

export function totalsOf(content: Content): Totals {
  const rates = new Map<number, number>();
  for (const line of content.lines) {
    const net = netOf(line);
    if (net !== null) rates.set(line.vat_bp, (rates.get(line.vat_bp) ?? 0) + net);
  }
  const by_rate = [...rates]
    .sort(([a], [b]) => a - b)
    .map(([vat_bp, net]) => ({ vat_bp, net, vat: Math.floor((net * vat_bp * 2 + 10000) / 20000) }));
  const sum = (pick: (row: (typeof by_rate)[number]) => number) => by_rate.reduce((total, row) => total + pick(row), 0);
  const [net, vat] = [sum((row) => row.net), sum((row) => row.vat)];
  return { by_rate, net, vat, gross: net + vat };
}

export function compare(content: Content, intake: Content | null): Comparison | null {
  if (!intake) return null;
  return {
    accessories: intake.accessories.map((item) => {
      const now = content.accessories.find((other) => other.name === item.name);
      return { name: item.name, fate: !now ? 'open' : now.presence === 'missing' ? 'missing' : 'returned' };
    }),
    condition_before: intake.fields['condition'] ?? '',
    condition_after: content.fields['condition'] ?? '',
  };
}
