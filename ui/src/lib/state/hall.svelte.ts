/** The office's administration: what was asked of its server, and how it stands. */
import { toFailure } from '$lib/backend/failure';
import type { Failure, SetAsideRow, StaffDevice } from '$lib/backend/types';

/** Something the office's server is asked. What was there stays on screen while it is asked again. */
export class Asked<T> {
  value: T | null = $state.raw(null);
  failure: Failure | null = $state.raw(null);
  loading = $state(false);
  readonly #question: () => Promise<T>;
  #asked = 0;

  constructor(question: () => Promise<T>) {
    this.#question = question;
  }

  /** Asks; the answer to the last question counts. */
  async load(): Promise<void> {
    const asked = ++this.#asked;
    this.loading = true;
    try {
      const value = await this.#question();
      if (asked !== this.#asked) return;
      this.value = value;
      this.failure = null;
    } catch (thrown) {
      if (asked !== this.#asked) return;
      this.failure = toFailure(thrown);
    }
    this.loading = false;
  }
}

/** Entries that were set aside for one reason and come from one device: they are answered together. */
export interface Group {
  key: string;
  reason: string;
  person: string;
  device: string;
  journal: string | null;
  rows: SetAsideRow[];
}

/** Groups in the order in which their first entry comes; answered ones by themselves. */
export function grouped(rows: readonly SetAsideRow[]): Group[] {
  const groups = new Map<string, Group>();
  for (const row of rows) {
    const key = [row.device, row.reason, row.answer].join('\n');
    const { reason, person, device, journal } = row;
    const group = groups.get(key) ?? { key, reason, person, device, journal, rows: [] };
    group.rows.push(row);
    groups.set(key, group);
  }
  return [...groups.values()];
}

/** Devices a person still uses. */
export function inUse(devices: readonly StaffDevice[], person: string): number {
  return devices.filter((device) => device.person === person && device.standing !== 'revoked').length;
}

/** Years a rule begins with: what most firms must keep their papers for. */
export const YEARS = 10;

/** Identity of a person who is not kept yet. */
export const NOBODY = '00000000-0000-0000-0000-000000000000';
