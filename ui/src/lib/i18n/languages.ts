import type { Language } from '$lib/backend/types';

/** The languages, each under its own name. */
export const LANGUAGES: readonly { code: Language; name: string }[] = [
  { code: 'ro', name: 'Română' },
  { code: 'en', name: 'English' },
  { code: 'sv', name: 'Svenska' },
  { code: 'nl', name: 'Nederlands' },
  { code: 'fr', name: 'Français' },
  { code: 'ru', name: 'Русский' },
  { code: 'de', name: 'Deutsch' },
];
