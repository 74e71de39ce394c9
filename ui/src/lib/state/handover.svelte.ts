/**
 * The customer's part: reading, remark, consent, signature or a no. Survives a restart, because the core keeps it; this keeps
 * only what is on screen. Leaves the lock to the core and the strokes to the pad.
 */
import { backend } from '$lib/backend';
import { toFailure } from '$lib/backend/failure';
import { InkPad } from '$lib/ink';
import type {
  Failure,
  HandOverView,
  Ink,
  Language,
  NoSignatureReason,
  PointerKind,
  SignAnswer,
} from '$lib/backend/types';

/** The screen is covered after this long without a touch, in ms. */
export const COVER_MS = 120_000;

/** What the signature still needs. */
export type Lacking = 'pages' | 'name' | 'ink' | 'consent';

/** What the pad has to show for itself. */
export interface Drawn {
  ink: Ink;
  pointer: PointerKind | null;
}

export class HandOver {
  /** What is drawn: kept apart from the screen that shows it, which comes and goes. What is sealed is what it shows. */
  readonly pad = new InkPad();
  view: HandOverView = $state.raw() as HandOverView;
  seen: ReadonlySet<number> = $state.raw(new Set());
  asText = $state(false);
  name = $state('');
  role = $state('');
  onBehalfOf = $state('');
  method: 'drawn' | 'typed' = $state('drawn');
  consent = $state(false);
  drawn: Drawn | null = $state.raw(null);
  busy = $state(false);
  failure: Failure | null = $state.raw(null);
  confirmSmall = $state(false);
  covered = $state(false);

  readonly unseen = $derived(this.asText ? [] : missingPages(this.view.pages, this.seen));
  readonly lacking: Lacking[] = $derived.by(() => {
    const found: Lacking[] = [];
    if (this.unseen.length > 0) found.push('pages');
    if (this.name.trim() === '') found.push('name');
    if (this.method === 'drawn' && !this.drawn) found.push('ink');
    if (!this.consent) found.push('consent');
    return found;
  });

  constructor(view: HandOverView) {
    this.view = view;
    this.seen = new Set(view.seen);
    this.name = view.signer.name;
    this.role = view.signer.role;
    this.onBehalfOf = view.signer.on_behalf_of;
    if (view.ink && view.ink.strokes.length > 0) {
      this.pad.restore({ ink: { ...view.ink, v: 1 }, device: null });
      this.drawn = { ink: view.ink, pointer: null };
    }
  }

  /** A page was on screen. */
  saw(page: number): void {
    if (this.seen.has(page)) return;
    this.seen = new Set([...this.seen, page]);
    void this.#quietly(() =>
      backend.handOverSeen(
        [...this.seen].sort((a, b) => a - b),
        this.asText,
      ),
    );
  }

  readAsText(on: boolean): void {
    this.asText = on;
    if (on) void this.#quietly(() => backend.handOverSeen([...this.seen], true));
  }

  async speak(language: Language): Promise<boolean> {
    return this.#do(async () => this.#keep(await backend.handOverLanguage(language)));
  }

  /** Every finished stroke goes to the core at once. */
  ink(drawn: Drawn | null): void {
    this.drawn = drawn;
    this.confirmSmall = false;
    void this.#quietly(() => backend.handOverInk(drawn?.ink ?? null));
  }

  /** The remark becomes part of what is signed: a new revision, to be read again. */
  async remark(text: string): Promise<boolean> {
    return this.#do(async () => {
      const before = this.view.token;
      this.#keep(await backend.handOverRemark(text));
      if (this.view.token !== before) {
        this.seen = new Set(this.view.seen);
        this.consent = false;
      }
    });
  }

  async sign(smallConfirmed: boolean): Promise<SignAnswer | null> {
    let answer: SignAnswer | null = null;
    await this.#do(async () => {
      answer = await backend.sign({
        signer: { name: this.name.trim(), role: this.role.trim(), on_behalf_of: this.onBehalfOf.trim() },
        method: this.method,
        ink: this.method === 'drawn' ? (this.drawn?.ink ?? null) : null,
        pointer: this.method === 'drawn' ? (this.drawn?.pointer ?? null) : null,
        consent_given: this.consent,
        small_confirmed: smallConfirmed,
      });
      if (answer.answer === 'confirm_small') this.confirmSmall = true;
      else this.view = await backend.handOverView();
    });
    return answer;
  }

  async decline(reason: NoSignatureReason, note: string): Promise<boolean> {
    return this.#do(async () => {
      this.view = await backend.decline(reason, note.trim());
    });
  }

  /** Name, strokes and ticks stay: only what the core says of the document changes. */
  #keep(view: HandOverView): void {
    this.view = view;
  }

  async #do(work: () => Promise<void>): Promise<boolean> {
    if (this.busy) return false;
    this.busy = true;
    try {
      await work();
      this.failure = null;
      return true;
    } catch (thrown) {
      this.failure = toFailure(thrown);
      return false;
    } finally {
      this.busy = false;
    }
  }

  /** Autosave and page views must not stop the customer; signing itself reports a store that does not work. */
  async #quietly(work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
    } catch (thrown) {
      this.failure = toFailure(thrown);
    }
  }
}

/** Pages nobody looked at yet, from 1. */
export function missingPages(pages: number, seen: ReadonlySet<number>): number[] {
  return Array.from({ length: pages }, (_, index) => index + 1).filter((page) => !seen.has(page));
}
