/** What a new thing begins with: an identity, the local time, the usual currency. */

/** A UUID of version 7, so that rows made one after the other sort so. */
export function newId(now = Date.now()): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  for (let index = 0; index < 6; index += 1) bytes[index] = Math.floor(now / 2 ** (8 * (5 - index))) % 256;
  bytes[6] = 0x70 | ((bytes[6] ?? 0) & 0x0f);
  bytes[8] = 0x80 | ((bytes[8] ?? 0) & 0x3f);
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

const two = (value: number) => String(value).padStart(2, '0');

/** Today, `2026-09-01`, by the wall clock. */
export function localDate(now = new Date()): string {
  return `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
}

/** Now, `14:02`, by the wall clock. */
export function localTime(now = new Date()): string {
  return `${two(now.getHours())}:${two(now.getMinutes())}`;
}

/** The zone of this device. */
export function zone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}

const CURRENCIES: Readonly<Record<string, string>> = {
  RO: 'RON',
  SE: 'SEK',
  RU: 'RUB',
  GB: 'GBP',
  CH: 'CHF',
  DK: 'DKK',
  NO: 'NOK',
  PL: 'PLN',
  CZ: 'CZK',
  HU: 'HUF',
  MD: 'MDL',
  RS: 'RSD',
  UA: 'UAH',
};

/** The usual currency of a country. */
export function currencyOf(country: string): string {
  return CURRENCIES[country] ?? 'EUR';
}
