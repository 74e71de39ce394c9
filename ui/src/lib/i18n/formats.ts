/** Dates, times, numbers and money as a language writes them; numbers as people type them. No texts. */
import type { Language } from '$lib/backend/types';

/** Decimals of an amount: the core counts every currency in hundredths. */
export const MINOR_DIGITS = 2;

const LOCALES: Record<Language, string> = {
  en: 'en-GB',
  ro: 'ro-RO',
  sv: 'sv-SE',
  nl: 'nl-NL',
  fr: 'fr-FR',
  ru: 'ru-RU',
  de: 'de-DE',
};

/** Formats of one language. */
export class Formats {
  readonly locale: string;
  readonly #plural: Intl.PluralRules;

  constructor(language: Language) {
    this.locale = LOCALES[language];
    this.#plural = new Intl.PluralRules(language);
  }

  /** CLDR plural category of a count. */
  plural(n: number): Intl.LDMLPluralRule {
    return this.#plural.select(n);
  }

  number(value: number): string {
    return value.toLocaleString(this.locale);
  }

  /** `14:02`, in the wall clock that stands in the time stamp. */
  time(rfc3339: string): string {
    return (
      wall(rfc3339)?.toLocaleTimeString(this.locale, { hour: '2-digit', minute: '2-digit', timeZone: 'UTC' }) ?? ''
    );
  }

  /** `1 September 2026`. */
  date(rfc3339: string): string {
    const options = { day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' } as const;
    return wall(rfc3339)?.toLocaleDateString(this.locale, options) ?? '';
  }

  /** `Tue, 1 Sept`. */
  day(rfc3339: string): string {
    const options = { weekday: 'short', day: 'numeric', month: 'short', timeZone: 'UTC' } as const;
    return wall(rfc3339)?.toLocaleDateString(this.locale, options) ?? '';
  }

  /** `01/09/2026, 14:02`: for tables. */
  short(rfc3339: string): string {
    const options = { day: '2-digit', month: '2-digit', year: 'numeric', timeZone: 'UTC' } as const;
    const date = wall(rfc3339)?.toLocaleDateString(this.locale, options) ?? '';
    const time = this.time(rfc3339);
    return date && time ? `${date} ${time}` : date;
  }

  /** `1 September 2026, 14:02`. */
  dateTime(rfc3339: string): string {
    const [date, time] = [this.date(rfc3339), this.time(rfc3339)];
    return date && time ? `${date}, ${time}` : date;
  }

  /** An amount in minor units with its currency's code behind it, as on the printed page. */
  money(minor: number, currency: string): string {
    const amount = (minor / 10 ** MINOR_DIGITS).toLocaleString(this.locale, {
      minimumFractionDigits: MINOR_DIGITS,
      maximumFractionDigits: MINOR_DIGITS,
    });
    return currency ? `${amount}\u00a0${currency}` : amount;
  }

  /** A decimal written with a point, with the decimal mark of the language. */
  decimal(plain: string): string {
    const comma = (1.5).toLocaleString(this.locale).includes(',');
    return comma ? plain.replace('.', ',') : plain;
  }
}

/** The wall clock of a time stamp (its zone left aside, because the document's own time is meant) as a UTC date. */
function wall(rfc3339: string): Date | null {
  const match = /^(\d{4})-(\d{2})-(\d{2})(?:T(\d{2}):(\d{2}))?/.exec(rfc3339);
  if (!match) return null;
  const [year, month, day, hour, minute] = match.slice(1).map((part) => Number(part ?? 0));
  return new Date(Date.UTC(year ?? 0, (month ?? 1) - 1, day ?? 1, hour ?? 0, minute ?? 0));
}

/**
 * Reads a number typed by a person ("1,5", "1.5", "1 250,00", "-3") into one written with a point and without needless zeros;
 * null when it is none or has more than `decimals` decimals. The same rules as in the core.
 */
export function readDecimal(typed: string, decimals: number): string | null {
  const compact = typed.replace(/[\s\u00a0\u202f']/g, '').replace('\u2212', '-');
  const match = /^(-?)([\d.,]*)$/.exec(compact);
  const body = match?.[2] ?? '';
  if (!/\d/.test(body)) return null;
  const mark = Math.max(body.lastIndexOf(','), body.lastIndexOf('.'));
  const [whole, fraction] = mark < 0 ? [body, ''] : [body.slice(0, mark), body.slice(mark + 1)];
  if (mark >= 0 && whole.includes(body.charAt(mark))) return null;
  if (fraction.length > decimals || whole.length > 15) return null;
  const digits = whole.replace(/[.,]/g, '').replace(/^0+(?=\d)/, '') || '0';
  const rest = fraction.replace(/0+$/, '');
  const number = rest ? `${digits}.${rest}` : digits;
  return match?.[1] && number !== '0' ? `-${number}` : number;
}

/** Reads an amount typed by a person as minor units, or null. */
export function readAmount(typed: string): number | null {
  const plain = readDecimal(typed, MINOR_DIGITS);
  if (plain === null) return null;
  const [whole, fraction = ''] = plain.replace('-', '').split('.');
  const minor = Number(`${whole}${fraction.padEnd(MINOR_DIGITS, '0')}`);
  return plain.startsWith('-') ? -minor : minor;
}
