/**
 * A draft being filled in: every change is saved after a short pause, in order, each over the version before it; the preview
 * follows the saves. Undo goes back over twenty steps. The screens only call `edit` and read; rules and totals come from the core.
 */
import { backend } from '$lib/backend';
import { toFailure } from '$lib/backend/failure';
import type { Content, DocumentView, Failure, FreezeAnswer, MissingGlyph, Preview, Problem } from '$lib/backend/types';

/**
 * Pause after a change before it is saved, in ms: what comes with one keystroke is one save. While a save is under way the
 * next one waits for it, so a slow machine is not asked for more than it can do.
 */
export const SAVE_MS = 30;
/** Changes of one place within this time are one step of undo, in ms. */
const STEP_MS = 1500;
/** Steps of undo that are kept. */
export const UNDO_STEPS = 20;

export type SaveState = 'saved' | 'waiting' | 'saving' | 'failed';

interface Step {
  place: string;
  at: number;
  content: Content;
  secrets: Record<string, string>;
}

export class Editor {
  view: DocumentView = $state.raw() as DocumentView;
  content: Content = $state() as Content;
  secrets: Record<string, string> = $state({});
  saved: SaveState = $state('saved');
  savedAt = $state('');
  problems: Problem[] = $state.raw([]);
  failure: Failure | null = $state.raw(null);
  preview: Preview | null = $state.raw(null);
  previewFailure: Failure | null = $state.raw(null);
  glyphs: MissingGlyph[] = $state.raw([]);
  /** Places that were wrong when the document was last to be made final: only these are marked, so that typing marks nothing. */
  asked: ReadonlySet<string> = $state.raw(new Set());
  #steps: Step[] = $state.raw([]);
  #version = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #running: Promise<void> | null = null;
  #dirty = false;
  /** The editor was left: nobody looks any more. */
  #gone = false;
  /** The draft is no more: nothing of it is to be saved. */
  #over = false;
  /** Changes made while the core changes the document itself: done again on what it gives. */
  #meanwhile: (() => void)[] | null = null;

  readonly blocking = $derived(this.problems.filter((problem) => problem.severity === 'blocking'));
  readonly canUndo = $derived(this.#steps.length > 0);
  /** How much there is to be done before it can be made final. */
  readonly lacking = $derived(this.blocking.length + this.glyphs.length);

  constructor(view: DocumentView) {
    this.#take(view);
  }

  /** Takes a document as the core has it, in place of what is here. */
  #take(view: DocumentView): void {
    this.view = view;
    this.content = structuredClone(view.content);
    this.secrets = { ...view.secrets };
    this.problems = view.problems;
    this.savedAt = view.saved_at;
    this.#version = view.version;
    this.#dirty = false;
  }

  /** Changes the draft. `place` names what is changed, so that typing a word is one step of undo. */
  edit(place: string, change: (content: Content) => void, now = Date.now()): void {
    this.#remember(place, now);
    this.#change(() => change(this.content));
  }

  editSecret(key: string, value: string, now = Date.now()): void {
    this.#remember(`secrets.${key}`, now);
    this.#change(() => (this.secrets = { ...this.secrets, [key]: value }));
  }

  /** Not while the core changes the document: what was before that does not hold any more. */
  undo(): void {
    const step = this.#steps.at(-1);
    if (!step || this.#meanwhile) return;
    this.#steps = this.#steps.slice(0, -1);
    this.content = step.content;
    this.secrets = step.secrets;
    this.#changed();
  }

  /** Waits until everything is saved. False when it could not be. */
  async settle(): Promise<boolean> {
    do {
      clearTimeout(this.#timer);
      if (this.#dirty) this.#save();
      while (this.#running) await this.#running;
    } while (this.#dirty && !this.failure && !this.#over);
    return !this.#dirty;
  }

  /** Tries a failed save again. */
  async again(): Promise<void> {
    this.failure = null;
    await this.settle();
  }

  /**
   * Leaves the draft: saved, with one save point however often it is called. False when it could not be saved: what was written
   * last is only here.
   */
  async leave(): Promise<boolean> {
    if (!(await this.settle())) return this.#over;
    if (this.#gone) return true;
    this.#gone = true;
    if (this.view.status === 'draft') await backend.leaveDraft(this.view.id);
    // What was typed meanwhile.
    return this.settle();
  }

  /** The draft is thrown away: nothing more is saved. */
  async abandon(): Promise<void> {
    clearTimeout(this.#timer);
    this.#dirty = false;
    this.#gone = this.#over = true;
    while (this.#running) await this.#running;
  }

  /** Takes what the core has, in place of what is here. */
  async reload(): Promise<void> {
    this.#take(await backend.document(this.view.id));
    this.failure = null;
    this.saved = 'saved';
    void this.refreshPreview();
  }

  /** Makes it final. What is missing is marked. */
  async freeze(): Promise<FreezeAnswer | null> {
    return this.#alone(async () => {
      const answer = await backend.freeze(this.view.id);
      if (answer.answer === 'problems') {
        this.problems = answer.problems;
        this.glyphs = answer.missing_glyphs;
        this.asked = new Set(answer.problems.map((problem) => problem.place));
      } else {
        this.#gone = this.#over = true;
      }
      return answer;
    });
  }

  /** Puts in a document the core changed itself (photos); what is changed here meanwhile is changed there too. */
  async replaced(work: () => Promise<DocumentView>): Promise<void> {
    await this.#alone(async () => {
      this.#meanwhile = [];
      try {
        const view = await work();
        this.#remember('replaced', Date.now());
        this.#take(view);
        for (const change of this.#meanwhile) change();
        this.#dirty = this.#meanwhile.length > 0;
      } finally {
        this.#meanwhile = null;
      }
    });
    void this.refreshPreview();
  }

  /** Does something once all is saved, while nothing else is under way; changes made meanwhile are saved after it. */
  async #alone<T>(work: () => Promise<T>): Promise<T | null> {
    do {
      if (!(await this.settle())) return null;
    } while (this.#running || this.#dirty);
    const done = work();
    this.#running = done.then(
      () => this.#ran(),
      () => this.#ran(),
    );
    return done;
  }

  #ran(): void {
    this.#running = null;
    if (this.#dirty) this.#save();
  }

  async refreshPreview(): Promise<void> {
    try {
      const preview = await backend.preview(this.view.id);
      if (this.#gone) return;
      this.preview = preview;
      this.glyphs = preview.missing_glyphs;
      this.previewFailure = null;
    } catch (thrown) {
      const failure = toFailure(thrown);
      if (failure.code !== 'superseded') this.previewFailure = failure;
    }
  }

  problemsAt(place: string): Problem[] {
    return this.problems.filter((problem) => problem.place === place || problem.place.startsWith(`${place}.`));
  }

  #remember(place: string, now: number): void {
    const last = this.#steps.at(-1);
    if (last && last.place === place && now - last.at < STEP_MS) {
      last.at = now;
      return;
    }
    const step = { place, at: now, content: $state.snapshot(this.content), secrets: { ...this.secrets } };
    this.#steps = [...this.#steps, step].slice(-UNDO_STEPS);
  }

  #change(change: () => void): void {
    change();
    this.#meanwhile?.push(change);
    this.#changed();
  }

  #changed(): void {
    this.#dirty = true;
    this.saved = 'waiting';
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#save(), SAVE_MS);
  }

  #save(): void {
    if (this.#running || this.#over) return;
    this.#running = this.#saveAll().finally(() => (this.#running = null));
  }

  /** Saves until nothing changed meanwhile. What could not be saved is tried again with the next change. */
  async #saveAll(): Promise<void> {
    while (this.#dirty) {
      this.#dirty = false;
      this.saved = 'saving';
      try {
        await this.#saveOnce();
      } catch (thrown) {
        this.#dirty = true;
        this.failure = toFailure(thrown);
        this.saved = 'failed';
        return;
      }
    }
    this.saved = 'saved';
    void this.refreshPreview();
  }

  async #saveOnce(): Promise<void> {
    const done = await backend.draftSave({
      document: this.view.id,
      version: this.#version,
      content: $state.snapshot(this.content),
      secrets: { ...this.secrets },
    });
    this.#version = done.version;
    this.savedAt = done.saved_at;
    this.problems = done.problems;
    this.failure = null;
    this.view = { ...this.view, totals: done.totals, comparison: done.comparison };
  }
}
