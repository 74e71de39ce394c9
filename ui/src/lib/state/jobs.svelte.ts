/** The list of jobs: which view, what was searched for. */
import { backend } from '$lib/backend';
import { toFailure } from '$lib/backend/failure';
import type { Failure, Found, JobList, JobRow, JobView } from '$lib/backend/types';

/** Pause after a key before a search, in ms. */
const SEARCH_MS = 150;

/** Sections of the list, in the order of the page. */
export const SECTIONS = ['overdue', 'today', 'later'] as const;

export class Jobs {
  view: JobView = $state('today');
  list: JobList | null = $state.raw(null);
  failure: Failure | null = $state.raw(null);
  text = $state('');
  found: Found | null = $state.raw(null);
  readonly searching = $derived(this.text.trim().length > 0);
  readonly sections = $derived(sectionsOf(this.list?.jobs ?? []));
  #timer: ReturnType<typeof setTimeout> | undefined;

  async load(): Promise<void> {
    const view = this.view;
    try {
      const list = await backend.jobs(view);
      if (view === this.view) this.list = list;
      this.failure = null;
    } catch (thrown) {
      this.failure = toFailure(thrown);
    }
  }

  async show(view: JobView): Promise<void> {
    this.view = view;
    this.clear();
    await this.load();
  }

  search(text: string): void {
    this.text = text;
    clearTimeout(this.#timer);
    if (!this.searching) return this.clear();
    this.#timer = setTimeout(() => void this.#find(), SEARCH_MS);
  }

  clear(): void {
    clearTimeout(this.#timer);
    this.text = '';
    this.found = null;
  }

  async #find(): Promise<void> {
    const text = this.text;
    try {
      const found = await backend.search(text.trim());
      if (text === this.text) this.found = found;
    } catch (thrown) {
      this.failure = toFailure(thrown);
    }
  }
}

/** Jobs by section; sections without a job are left out, unknown ones come last. */
export function sectionsOf(jobs: readonly JobRow[]): { section: string; jobs: JobRow[] }[] {
  const names = [...new Set<string>([...SECTIONS, ...jobs.map((row) => row.section)])];
  return names
    .map((section) => ({ section, jobs: jobs.filter((row) => row.section === section) }))
    .filter(({ jobs }) => jobs.length > 0);
}
