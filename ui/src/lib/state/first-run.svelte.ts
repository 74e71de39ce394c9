/** The first run: firm, person, keys, recovery code, a try with the pen. Nothing is stored before the keys step is done. */
import { backend } from '$lib/backend';
import { toFailure } from '$lib/backend/failure';
import type { Branch, Failure, FirstRunDone, KeyStoreKind } from '$lib/backend/types';
import { i18n } from '$lib/i18n/i18n.svelte';

export const STEPS = ['firm', 'person', 'keys', 'recovery', 'pad'] as const;
export type Step = (typeof STEPS)[number];

/** Shortest passphrase for the file, in characters. */
export const SHORTEST_PASSPHRASE = 10;

function emptyBranch(): Branch {
  return { country: 'RO', legal_name: '', street: '', city: '', tax_id: '', email: '', phone: '' };
}

export class FirstRunState {
  step: Step = $state('firm');
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

  readonly index = $derived(STEPS.indexOf(this.step));
  readonly groups = $derived(this.done?.recovery_code.split(/[\s-]+/).filter(Boolean) ?? []);
  readonly ready = $derived(this.#ready());

  #ready(): boolean {
    switch (this.step) {
      case 'firm':
        return [this.name, this.branch.legal_name, this.branch.street, this.branch.city].every((text) => text.trim());
      case 'person':
        return this.person.trim() !== '' && this.pin !== null;
      case 'keys':
        return this.store === 'system' || this.passphrase.length >= SHORTEST_PASSPHRASE;
      case 'recovery':
        return this.done?.ask_groups.every((_, index) => (this.typed[index] ?? '').trim() !== '') ?? false;
      case 'pad':
        return true;
    }
  }

  back(): void {
    const before = STEPS[this.index - 1];
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
      const after = STEPS[this.index + 1];
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
    this.done = await backend.firstRun({
      firm: { name: this.name.trim(), color: this.color, logo: null, branches: [$state.snapshot(this.branch)] },
      person: this.person.trim(),
      language: i18n.language,
      pin: this.pin ?? '',
      key_store: this.store,
      passphrase: this.store === 'passphrase_file' ? this.passphrase : '',
    });
  }
}
