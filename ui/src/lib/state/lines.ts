/** Lines of a document: new ones, and what one line comes to. Totals come from the core. */
import type { CatalogueItem, Content, Line } from '$lib/backend/types';

/** Units one can choose. */
export const UNITS = ['h', 'pcs', 'km', 'kg', 'l', 'm2'] as const;

/** An empty line, or one made of a catalogue item; the VAT rate is that of the line before, else the day's standard. */
export function newLine(content: Content, rates: readonly number[], item?: CatalogueItem): Line {
  return {
    type: item?.type ?? 'part',
    code: item?.code ?? '',
    description: item?.name ?? '',
    quantity: '1',
    unit: item?.unit ?? 'pcs',
    unit_price: null,
    vat_bp: content.lines.at(-1)?.vat_bp ?? rates[0] ?? 0,
    vat_note: '',
    serial: '',
  };
}

/** Whether the page should say why this rate: none at all, or not one of the day's. Without known rates only a note shows it. */
export function asksForVatNote(
  line: Pick<Line, 'unit_price' | 'vat_bp' | 'vat_note'>,
  rates: readonly number[],
): boolean {
  const odd = rates.length > 0 && !rates.includes(line.vat_bp);
  return line.vat_note !== '' || (line.unit_price !== null && (odd || line.vat_bp === 0));
}

/** Net of a line in minor units, half up as in the core; null without a price. */
export function netOf(line: Pick<Line, 'quantity' | 'unit_price'>): number | null {
  if (line.unit_price === null) return null;
  const [whole = '0', fraction = ''] = line.quantity.replace('-', '').split('.');
  const thousandths = Number(whole) * 1000 + Number(fraction.padEnd(3, '0').slice(0, 3));
  const sign = line.quantity.startsWith('-') !== line.unit_price < 0 ? -1 : 1;
  return sign * Math.floor((thousandths * Math.abs(line.unit_price) * 2 + 1000) / 2000);
}

/** One more or one less, never below zero. */
export function stepped(quantity: string, step: 1 | -1): string {
  const next = Math.max(0, Math.round((Number(quantity) + step) * 1000) / 1000);
  return String(next);
}
