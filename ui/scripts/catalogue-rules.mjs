/** What makes a catalogue whole. Pure, so that a test can feed it broken ones. */

/** The languages of the product. */
export const LANGUAGES = ['en', 'ro', 'sv', 'nl', 'fr', 'ru', 'de'];

/** Names between braces, over all plural forms. */
export function placeholdersOf(message) {
  const texts = typeof message === 'string' ? [message] : Object.values(message);
  return new Set(texts.flatMap((text) => [...text.matchAll(/\{([a-z_]+)\}/g)].map((match) => match[1])));
}

/** What is wrong with `catalogue` when `english` is the measure; a sentence each. */
export function findFaults(language, catalogue, english) {
  const missing = Object.keys(english).filter((key) => !(key in catalogue));
  const surplus = Object.keys(catalogue).filter((key) => !(key in english));
  const common = Object.keys(catalogue).filter((key) => key in english);
  return [
    ...missing.map((key) => `${language}: ${key} is missing`),
    ...surplus.map((key) => `${language}: ${key} is not in English`),
    ...common.flatMap((key) => messageFaults(language, key, catalogue[key], english[key])),
  ];
}

function messageFaults(language, key, message, english) {
  const faults = [];
  const texts = typeof message === 'string' ? [message] : Object.values(message);
  if (texts.some((text) => typeof text !== 'string' || text.trim() === ''))
    faults.push(`${language}: ${key} has an empty text`);
  const [here, there] = [placeholdersOf(message), placeholdersOf(english)];
  const differ = [...here].some((name) => !there.has(name)) || [...there].some((name) => !here.has(name));
  if (differ) faults.push(`${language}: ${key} has placeholders {${[...here]}} instead of {${[...there]}}`);
  if ((typeof message === 'string') !== (typeof english === 'string')) {
    faults.push(`${language}: ${key} must ${typeof english === 'string' ? 'not ' : ''}have plural forms`);
  }
  if (typeof message === 'object') {
    const categories = new Intl.PluralRules(language).resolvedOptions().pluralCategories;
    const lacking = categories.filter((category) => !(category in message));
    const needless = Object.keys(message).filter((category) => !categories.includes(category));
    if (lacking.length > 0) faults.push(`${language}: ${key} lacks plural ${lacking.join(', ')}`);
    if (needless.length > 0) faults.push(`${language}: ${key} has needless plural ${needless.join(', ')}`);
  }
  return faults;
}
