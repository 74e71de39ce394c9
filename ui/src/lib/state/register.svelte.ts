/** The office's register: what is asked for, the rows so far, what is chosen. It outlives its screen, so that coming back from a document finds it as it was. */
import { backend } from '$lib/backend';
import { toFailure } from '$lib/backend/failure';
import type { Dashboard, Failure, NamedView, RegisterCount, RegisterLine, RegisterQuery } from '$lib/backend/types';

/** Rows fetched at a time. */
const PAGE = 200;
/** Most rows fetched anew at once. */
const MOST_REFRESHED = 500;
/** Pause after a key before a search, in ms. */
const SEARCH_MS = 120;

/** A query that narrows nothing. */
export function blank(): RegisterQuery {
  return {
    words: '',
    statuses: [],
    kinds: [],
    technicians: [],
    customers: [],
    methods: [],
    sync: null,
    verification: null,
    conflict: false,
    period: 'any',
    from: '',
    to: '',
  };
}

/** Whether two queries ask for the same. */
export function same(one: RegisterQuery, other: RegisterQuery): boolean {
  return JSON.stringify({ ...blank(), ...one }) === JSON.stringify({ ...blank(), ...other });
}

export class Register {
  dashboard: Dashboard | null = $state.raw(null);
  query: RegisterQuery = $state.raw(blank());
  rows: RegisterLine[] = $state.raw([]);
  count: RegisterCount | null = $state.raw(null);
  /** Name of the customer that is filtered by. */
  customer = $state('');
  failure: Failure | null = $state.raw(null);
  loading = $state(false);
  oldestFirst = $state(false);
  /** With a mouse more rows fit; a finger needs its room. */
  dense = $state(typeof matchMedia === 'function' && matchMedia('(pointer: fine)').matches);
  /** Row the keyboard is at. */
  cursor = $state(0);
  chosen: ReadonlySet<string> = $state.raw(new Set());
  top = 0;
  #next: string | null = null;
  #asked = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  readonly filtered = $derived(!same(this.query, blank()));
  /** The ready-made or saved view that the query is, by its id. */
  readonly view = $derived(this.#view());

  get complete(): boolean {
    return this.#next === null;
  }

  #view(): string {
    const ready = this.dashboard?.views.find((view) => same(view.query, this.query));
    return ready?.id ?? this.dashboard?.saved.find((view) => same(view.query, this.query))?.id ?? '';
  }

  /** From the beginning, with counts. */
  async load(): Promise<void> {
    await Promise.all([this.#first(), this.counts()]);
  }

  async counts(): Promise<void> {
    try {
      this.dashboard = await backend.dashboard();
    } catch (thrown) {
      this.failure = toFailure(thrown);
    }
  }

  async ask(query: RegisterQuery): Promise<void> {
    clearTimeout(this.#timer);
    this.query = query;
    this.chosen = new Set();
    this.cursor = 0;
    this.top = 0;
    await this.#first();
  }

  /** A saved view, with the name of whom it shows. */
  async show(view: NamedView): Promise<void> {
    this.customer = view.customer;
    await this.ask(view.query);
  }

  /** The same rows anew, where one is: something arrived. A list that was scrolled far keeps its rows; counts tell. */
  async refresh(): Promise<void> {
    await this.counts();
    if (this.rows.length > MOST_REFRESHED || this.loading) return;
    const asked = this.#asked;
    try {
      const page = await backend.register(this.query, this.oldestFirst, null, Math.max(PAGE, this.rows.length));
      if (asked !== this.#asked) return;
      this.rows = page.rows;
      this.#next = page.next;
      const count = await backend.registerCount(this.query);
      if (asked === this.#asked) this.count = count;
    } catch (thrown) {
      if (asked === this.#asked) this.failure = toFailure(thrown);
    }
  }

  narrow(part: Partial<RegisterQuery>): Promise<void> {
    return this.ask({ ...this.query, ...part });
  }

  search(words: string): void {
    this.query = { ...this.query, words };
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.ask(this.query), SEARCH_MS);
  }

  async turn(): Promise<void> {
    this.oldestFirst = !this.oldestFirst;
    await this.ask(this.query);
  }

  async #first(): Promise<void> {
    const asked = ++this.#asked;
    this.loading = true;
    this.count = null;
    try {
      const page = await backend.register(this.query, this.oldestFirst, null, PAGE);
      if (asked !== this.#asked) return;
      this.rows = page.rows;
      this.#next = page.next;
      this.failure = null;
      this.loading = false;
      const count = await backend.registerCount(this.query);
      if (asked === this.#asked) this.count = count;
    } catch (thrown) {
      if (asked !== this.#asked) return;
      this.failure = toFailure(thrown);
      this.loading = false;
    }
  }

  /** The next page, when there is one and none is on its way. */
  async more(): Promise<void> {
    if (this.loading || this.#next === null) return;
    const asked = this.#asked;
    this.loading = true;
    try {
      const page = await backend.register(this.query, this.oldestFirst, this.#next, PAGE);
      if (asked !== this.#asked) return;
      this.rows = [...this.rows, ...page.rows];
      this.#next = page.next;
    } catch (thrown) {
      if (asked === this.#asked) this.failure = toFailure(thrown);
    } finally {
      if (asked === this.#asked) this.loading = false;
    }
  }

  choose(id: string, on: boolean): void {
    const chosen = new Set(this.chosen);
    if (on) chosen.add(id);
    else chosen.delete(id);
    this.chosen = chosen;
  }

  chooseAll(): void {
    this.chosen = new Set(this.rows.map((row) => row.id));
  }

  unchoose(): void {
    this.chosen = new Set();
  }

  /** What has to be done one by one: the chosen rows, else every row that was loaded. */
  get targets(): RegisterLine[] {
    return this.chosen.size > 0 ? this.rows.filter((row) => this.chosen.has(row.id)) : this.rows;
  }

  mark(id: string, verification: RegisterLine['verification']): void {
    this.rows = this.rows.map((row) => (row.id === id ? { ...row, verification } : row));
  }

  reset(): void {
    this.#asked += 1;
    this.dashboard = null;
    this.query = blank();
    this.rows = [];
    this.count = null;
    this.failure = null;
    this.loading = false;
    this.cursor = 0;
    this.top = 0;
    this.chosen = new Set();
    this.#next = null;
  }
}

/** The one register of the person at work. */
export const register = new Register();
