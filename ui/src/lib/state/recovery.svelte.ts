/** A recovery code on paper: shown once, two groups typed back. First run and the settings both make one. */
import { backend } from '$lib/backend';
import type { FirstRunDone } from '$lib/backend/types';

/** What the paper shows and what is typed back. */
export interface RecoveryPaper {
  /** Firm, for the heading of the print. */
  readonly name: string;
  readonly groups: readonly string[];
  readonly done: FirstRunDone | null;
  typed: string[];
}

/** A new code in place of the old one. */
export class RecoveryRenewal implements RecoveryPaper {
  pin = $state('');
  done: FirstRunDone | null = $state.raw(null);
  typed: string[] = $state([]);
  readonly groups = $derived(this.done?.recovery_code.split('-') ?? []);
  readonly complete = $derived(this.done?.ask_groups.every((_, at) => (this.typed[at] ?? '').trim() !== '') ?? false);

  constructor(readonly name: string) {}

  /** Asks the core for a new code; the old one stops working. */
  async make(): Promise<void> {
    this.done = await backend.renewRecovery(this.pin);
    this.pin = '';
  }

  /** Two groups, typed back. */
  async confirm(): Promise<void> {
    await backend.confirmRecovery(this.typed.map((group) => group.trim().toUpperCase()));
    this.done = null;
    this.typed = [];
  }
}
