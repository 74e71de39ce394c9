/**
 * The first run: the firm, or the office that gave a code; then person, keys, recovery code, a try with the pen. Nothing is
 * stored before the keys step is done.
 */
import { backend } from '$lib/backend';
import { toFailure } from '$lib/backend/failure';
import type { Branch, Failure, FirstRunDone, KeyStoreKind } from '$lib/backend/types';
import { i18n } from '$lib/i18n/i18n.svelte';

/** How a device begins: alone with its own firm, or as one of an office. */
export type Beginning = 'alone' | 'office';
const STEPS = {
  alone: ['firm', 'person', 'keys', 'recovery', 'pad'],
  office: ['office', 'person', 'keys', 'recovery', 'pad'],
} as const;
export type Step = (typeof STEPS)[Beginning][number];

/** Shortest passphrase for the file, in characters. */
export const SHORTEST_PASSPHRASE = 10;

function emptyBranch(): Branch {
  return { country: 'RO', legal_name: '', street: '', city: '', tax_id: '', email: '', phone: '' };
}

export class FirstRunState {
  beginning: Beginning = $state('alone');
  step: Step = $state('firm');
  address = $state('');
  code = $state('');
  name = $state('');
  color = $state('#0b5f63');
  branch: Branch = $state(emptyBranch());
  person = $state('');
  pin: string | null = $state(null);
  store: KeyStoreKind = $state('system');
  passphrase = $state('');
  done: FirstRunDone | null = $state.raw(null);
  typed: string[] = $state([]);
  busy = $state(false);
  failure: Failure | null = $state.raw(null);

  readonly steps: readonly Step[] = $derived(STEPS[this.beginning]);
  readonly index = $derived(this.steps.indexOf(this.step));
  /** A link says everything, the code too. */
  readonly isLink = $derived(this.address.trim().startsWith('fieldseal://'));
  readonly groups = $derived(this.done?.recovery_code.split(/[\s-]+/).filter(Boolean) ?? []);
  readonly ready = $derived(this.#ready());

  #ready(): boolean {
    switch (this.step) {
      case 'firm':
        return [this.name, this.branch.legal_name, this.branch.street, this.branch.city].every((text) => text.trim());
      case 'office':
        return this.address.trim() !== '' && (this.isLink || this.code.trim() !== '');
      case 'person':
        return (this.beginning === 'office' || this.person.trim() !== '') && this.pin !== null;
      case 'keys':
        return this.store === 'system' || this.passphrase.length >= SHORTEST_PASSPHRASE;
      case 'recovery':
        return this.done?.ask_groups.every((_, index) => (this.typed[index] ?? '').trim() !== '') ?? false;
      case 'pad':
        return true;
    }
  }

  /** Chooses how the device begins; only asked at the first step. */
  begin(beginning: Beginning): void {
    this.beginning = beginning;
    this.step = STEPS[beginning][0];
    this.failure = null;
  }

  back(): void {
    const before = this.steps[this.index - 1];
    if (before && this.done === null) this.step = before;
  }

  /** Goes on. Answers true when everything is done. */
  async next(): Promise<boolean> {
    if (!this.ready || this.busy) return false;
    this.busy = true;
    this.failure = null;
    try {
      if (this.step === 'keys') await this.#make();
      if (this.step === 'recovery')
        await backend.confirmRecovery(this.typed.map((group) => group.trim().toUpperCase()));
      const after = this.steps[this.index + 1];
      if (!after) return true;
      this.step = after;
    } catch (thrown) {
      this.failure = toFailure(thrown);
    } finally {
      this.busy = false;
    }
    return false;
  }

  async #make(): Promise<void> {
    const rest = {
      language: i18n.language,
      pin: this.pin ?? '',
      key_store: this.store,
      passphrase: this.store === 'passphrase_file' ? this.passphrase : '',
    };
    if (this.beginning === 'office') {
      this.done = await backend.join({ address: this.address, code: this.code, ...rest });
      return;
    }
    this.done = await backend.firstRun({
      firm: { name: this.name.trim(), color: this.color, logo: null, branches: [$state.snapshot(this.branch)] },
      person: this.person.trim(),
      ...rest,
    });
  }
}
