/** What a rejected command means. */
import { i18n, t, word } from '$lib/i18n/i18n.svelte';
import type { Failure, Lack } from './types';

/** Makes a failure of whatever was thrown; what is not one of the core's becomes `unexpected` with its text kept. */
export function toFailure(thrown: unknown): Failure {
  if (isFailure(thrown)) return { code: thrown.code, data: thrown.data ?? {} };
  return { code: 'unexpected', data: { detail: thrown instanceof Error ? thrown.message : String(thrown) } };
}

function isFailure(thrown: unknown): thrown is Failure {
  return typeof thrown === 'object' && thrown !== null && 'code' in thrown && typeof thrown.code === 'string';
}

/** What must be filled in, in words: each has a text, or this does not compile. */
const missing = (lack: Lack): string => t(`missing.${lack}`);
const isLack = (what: string | undefined): what is Lack => i18n.has(`missing.${what}`);

/** The sentence of a failure in the language of the screen. */
export function sentenceOf(failure: Failure): string {
  if (failure.code === 'missing' && isLack(failure.data['what']))
    return t('error.missing', { what: missing(failure.data['what']) });
  if (i18n.has(`error.${failure.code}`)) return word('error', failure.code, failure.data);
  return i18n.text('error.unexpected', { detail: failure.data['detail'] ?? failure.code });
}
