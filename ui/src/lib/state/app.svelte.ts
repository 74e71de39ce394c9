/** What is on screen: the phase the core is in, where the person went inside it, and what has to be said at the foot of the page. */
import { backend } from '$lib/backend';
import { sentenceOf, toFailure } from '$lib/backend/failure';
import type { AppStatus, Kind, Language, LeftToSend, Role } from '$lib/backend/types';
import { i18n } from '$lib/i18n/i18n.svelte';
import { register } from './register.svelte';

/** Where a person at work is. */
export type Place =
  | { at: 'jobs' }
  | { at: 'register' }
  | { at: 'office' }
  | { at: 'editor'; document: string }
  | { at: 'signing'; document: string }
  | { at: 'close'; document: string }
  | { at: 'detail'; document: string };

/** A line at the foot of the page. */
export interface Notice {
  id: number;
  tone: 'said' | 'failed';
  text: string;
}

/** How long a notice that is no failure stays, in ms. */
const NOTICE_MS = 5000;

export type Theme = 'system' | 'light' | 'dark' | 'sunlight';

const SEES_REGISTER: Record<Role, boolean> = {
  technician: false,
  office: true,
  manager: true,
  auditor: true,
  admin: true,
};

class App {
  status: AppStatus | null = $state.raw(null);
  place: Place = $state.raw({ at: 'jobs' });
  notices: Notice[] = $state([]);
  kinds: Kind[] = $state.raw([]);
  theme: Theme = $state('system');
  /** Set-up goes on after the core is open: recovery code and signature test. */
  settingUp = $state(false);
  /** The list that `home` leads to. */
  list: 'jobs' | 'register' = $state('jobs');
  /** What is not at the office yet, while somebody is asked whether to close the window. */
  leaving: LeftToSend | null = $state.raw(null);
  #notices = 0;
  /** Asks the screen that is shown whether it may be left. */
  #mayLeave: (() => Promise<boolean>) | null = null;
  /** Where to go once it may. */
  #next: Place | null = null;

  /** Asks the core how it stands and shows the fitting language. */
  async start(): Promise<void> {
    backend.on('status', (status) => this.take(status));
    // Names, roles and the firm come from the office too.
    backend.on('arrived', () => void this.attempt(() => this.refresh()));
    backend.on('closing', (left) => (this.leaving = left));
    this.take(await backend.status());
    await i18n.use(this.#language());
    await this.#preferences();
  }

  async refresh(): Promise<void> {
    this.take(await backend.status());
  }

  take(status: AppStatus): void {
    const { person: before, phase } = this.status ?? {};
    this.status = status;
    if (status.phase === 'first_run') this.settingUp = true;
    // Opened from a locked key store: now it is known who works here.
    if (status.phase === 'sign_in' && phase === 'locked') void i18n.use(this.#language());
    if (status.person?.id === before?.id) return;
    register.reset();
    if (!status.person) return;
    // Who took the tablet back goes on with the customer's document; who the office knows by another id, where they are.
    if (!before && phase !== 'hand_over') this.go({ at: this.office ? 'register' : 'jobs' });
    this.#arrived(status.person.language);
  }

  /** Goes there at once, or once the screen that is shown may be left. */
  go(place: Place): void {
    this.#next = place;
    const ask = this.#mayLeave;
    if (!ask) return this.#show(place);
    void ask().then((may) => {
      if (may && this.#mayLeave === ask && this.#next) this.#show(this.#next);
    });
  }

  /** Has a screen asked before it is left: it may hold what is kept nowhere else. The answer ends that. */
  askFirst(ask: () => Promise<boolean>): () => void {
    this.#mayLeave = ask;
    return () => {
      if (this.#mayLeave === ask) this.#mayLeave = null;
    };
  }

  /** Asks again to go where one was kept from going. */
  goOn(): void {
    if (this.#next) this.go(this.#next);
  }

  #show(place: Place): void {
    this.#next = null;
    this.#mayLeave = null;
    this.place = place;
    if (place.at === 'jobs' || place.at === 'register') this.list = place.at;
    window.scrollTo({ top: 0 });
  }

  /** Back to the list one came from. */
  home(): void {
    this.go({ at: this.list });
  }

  /** Whether the register is this person's to see. */
  get office(): boolean {
    return SEES_REGISTER[this.status?.role ?? 'technician'];
  }

  /** Whether this person works in the register, and not only looks. */
  get works(): boolean {
    return this.office && this.status?.role !== 'auditor';
  }

  /** Whether this person decides: voids, revokes, vouches. */
  get decides(): boolean {
    return this.status?.role === 'manager' || this.administers;
  }

  /** Whether people, codes and settings are this person's business. */
  get administers(): boolean {
    return this.status?.role === 'admin';
  }

  /** Runs something that may fail; a failure is said and null given back. */
  async attempt<T>(work: () => Promise<T>): Promise<T | null> {
    try {
      return await work();
    } catch (thrown) {
      this.failed(thrown);
      return null;
    }
  }

  failed(thrown: unknown): void {
    this.#notice('failed', sentenceOf(toFailure(thrown)));
  }

  say(text: string): void {
    const id = this.#notice('said', text);
    setTimeout(() => this.dismiss(id), NOTICE_MS);
  }

  dismiss(id: number): void {
    this.notices = this.notices.filter((notice) => notice.id !== id);
  }

  kind(id: string): Kind | undefined {
    return this.kinds.find((kind) => kind.id === id);
  }

  async setTheme(theme: Theme): Promise<void> {
    this.theme = theme;
    await this.attempt(() => backend.saveSetting('theme', theme));
  }

  #notice(tone: Notice['tone'], text: string): number {
    const id = ++this.#notices;
    this.notices = [...this.notices.filter((notice) => notice.text !== text).slice(-2), { id, tone, text }];
    return id;
  }

  #arrived(language: Language): void {
    void i18n.use(language);
    remember(language);
    void this.attempt(async () => (this.kinds = await backend.kinds()));
    void this.#preferences();
  }

  /** The first person's language; while nobody is known the one that was spoken last, else what the system prefers. */
  #language(): Language {
    const known = this.status?.person?.language ?? this.status?.people[0]?.language;
    if (known) return known;
    const wished = [localStorage.getItem(LANGUAGE) ?? '', ...navigator.languages].map((tag) => tag.slice(0, 2));
    const codes: readonly string[] = ['en', 'ro', 'sv', 'nl', 'fr', 'ru', 'de'];
    return (wished.find((code) => codes.includes(code)) ?? 'en') as Language;
  }

  async #preferences(): Promise<void> {
    if (this.status?.phase !== 'open' && this.status?.phase !== 'sign_in') return;
    const settings = await this.attempt(() => backend.settings());
    const theme = settings?.['theme'];
    if (theme === 'light' || theme === 'dark' || theme === 'sunlight') this.theme = theme;
  }
}

/** Where the language of who worked last is kept, for the screens before anything is unlocked. Never a customer's. */
const LANGUAGE = 'language';

function remember(language: Language): void {
  localStorage.setItem(LANGUAGE, language);
}

/** The one app. */
export const app = new App();
