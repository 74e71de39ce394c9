/** The state of the playing core. */
import { i18n } from '$lib/i18n/i18n.svelte';
import type * as v from '../types';
import { CUSTOMERS, emptyContent, EQUIPMENT, FIRM, JOBS, KINDS, PEOPLE, line } from './fixture';
import { pagePicture } from './picture';
import { compare, problemsOf, totalsOf } from './rules';

interface Held {
  row: v.DocumentRow;
  content: v.Content;
  secrets: Record<string, string>;
  version: number;
  revision: number;
  job: string | null;
  slots: v.SlotView[];
  intake: v.Content | null;
  log: [string, Record<string, string>][];
}

const AT = '2026-09-01T14:02:00+03:00';
const FINGERPRINT = '3f9a 10c2 77be 0d41 a5c8 92ef 6b03 d17e';

export class World {
  firm: v.Firm = FIRM;
  people = structuredClone(PEOPLE);
  customers = structuredClone(CUSTOMERS);
  equipment = structuredClone(EQUIPMENT);
  jobs = structuredClone(JOBS);
  kinds = KINDS;
  documents = new Map<string, Held>();
  settings: Record<string, unknown> = {};
  inbox = [{ name: 'IMG_0042.jpg', url: this.photo() }];
  fingerprint = FINGERPRINT;
  catalogue: v.CatalogueItem[] = [
    { code: 'LAB-STD', type: 'labour', unit: 'h', name: 'Labour, standard' },
    { code: 'TRV-FLAT', type: 'travel', unit: 'pcs', name: 'Call-out fee' },
  ];
  readonly role: v.Role;
  #phase: v.Phase;
  #person: v.PersonCard | null = null;
  #hand: v.HandOverView | null = null;
  #next = 1;

  constructor(query: URLSearchParams) {
    this.role = (query.get('role') as v.Role | null) ?? 'technician';
    this.#phase = (query.get('phase') as v.Phase | null) ?? 'sign_in';
    if (query.has('language')) for (const person of this.people) person.language = query.get('language') as v.Language;
    this.#fill();
    if (this.#phase === 'open') this.signIn('p1');
    if (this.#phase === 'hand_over')
      this.#begin(query.get('step') === 'done', (query.get('language') ?? 'ro') as v.Language);
    if (query.get('theme')) this.settings['theme'] = query.get('theme');
  }

  status(): v.AppStatus {
    const stuck = {
      locked: { code: 'vault_locked', data: {} },
      broken: { code: 'store_newer_version', data: { found: '9', known: '3' } },
    };
    return {
      phase: this.#phase,
      problem: this.#phase === 'locked' || this.#phase === 'broken' ? stuck[this.#phase] : null,
      firm: this.firm,
      people: this.people,
      person: this.#person,
      role: this.role,
      device_code: 'RO1',
      root_fingerprint: FINGERPRINT,
      key_store: this.#phase === 'locked' ? 'passphrase_file' : 'system',
      recovery_unconfirmed: false,
      demo: true,
      on_screen_keyboard: this.settings['on_screen_keyboard'] === true,
      version: '0.1.0',
    };
  }

  enter(phase: v.Phase): v.AppStatus {
    this.#phase = phase;
    this.#person = null;
    return this.status();
  }
  firstRun(): v.FirstRunDone {
    this.#phase = 'sign_in';
    return { recovery_code: 'AAAAA-BBBBB-CCCCC-DDDDD-EEEEE-FFFFF', ask_groups: [1, 3], root_fingerprint: FINGERPRINT };
  }
  signIn(id: string): void {
    this.#person = this.people.find((person) => person.id === id) ?? null;
    this.#phase = 'open';
    this.#hand = null;
  }
  addPerson(name: string, language: v.Language): v.PersonCard {
    const person = { id: `p${this.people.length + 1}`, name, language, has_signature: false };
    this.people.push(person);
    return person;
  }

  matches(name: string, text: string): boolean {
    const fold = (s: string) => s.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
    return fold(name).includes(fold(text));
  }
  #rows(job: string | null): v.DocumentRow[] {
    return [...this.documents.values()].filter((held) => held.job === job).map((held) => ({ ...held.row }));
  }
  #jobRow(job: v.Job): v.JobRow {
    const owner = this.customers.find((item) => item.id === job.customer)!;
    const item = this.equipment.find((other) => other.id === job.equipment);
    const section = job.start < '2026-09-01' ? 'overdue' : job.start < '2026-09-02' ? 'today' : 'later';
    return {
      job,
      customer: owner.name,
      place: `${owner.street}, ${owner.city}`,
      equipment: item ? `${item.make} ${item.model}` : '',
      technician: 'Radu Exemplaru',
      documents: this.#rows(job.id),
      section,
    };
  }
  jobList(view: v.JobView): v.JobList {
    const rows = this.jobs.map((job) => this.#jobRow(job));
    const open = (row: v.JobRow) =>
      row.documents.some((item) => item.status === 'ready' || item.status === 'partially_signed');
    const signed = (row: v.JobRow) => row.documents.some((item) => item.status === 'signed');
    const by: Record<v.JobView, v.JobRow[]> = {
      today: rows,
      all: rows,
      waiting: rows.filter(open),
      signed: rows.filter(signed),
    };
    return {
      jobs: by[view],
      documents: view === 'today' ? this.#rows(null) : [],
      counts: [rows.length, rows.length, by.waiting.length, by.signed.length],
    };
  }
  jobDetail(id: string): v.JobDetail {
    const row = this.#jobRow(this.jobs.find((job) => job.id === id)!);
    const owner = this.customers.find((item) => item.id === row.job.customer)!;
    return { row, customer: owner, equipment: this.equipment.filter((item) => item.customer === owner.id) };
  }
  search(text: string): v.Found {
    return {
      jobs: this.jobs
        .map((job) => this.#jobRow(job))
        .filter((row) => this.matches(`${row.customer} ${row.job.fault} ${row.equipment}`, text)),
      documents: [...this.documents.values()]
        .map(({ row }) => row)
        .filter((row) => this.matches(`${row.customer} ${row.number}`, text)),
      customers: this.customers.filter((item) => this.matches(item.name, text)),
      equipment: this.equipment.filter((item) => this.matches(`${item.make} ${item.model} ${item.serial}`, text)),
    };
  }

  #make(kind: string, content: v.Content, job: string | null): Held {
    const id = `d${this.#next++}`;
    const row: v.DocumentRow = {
      id,
      kind,
      number: '',
      status: 'draft',
      sync: 'only_here',
      customer: content.customer.name,
      changed_at: AT,
      handed_over: false,
    };
    const held: Held = {
      row,
      content,
      secrets: {},
      version: 1,
      revision: 0,
      job,
      slots: [],
      intake: null,
      log: [['created', {}]],
    };
    this.documents.set(id, held);
    return held;
  }
  begin(kindId: string, start: v.NewDocument): v.DocumentView {
    const kind = this.kinds.find((item) => item.id === kindId)!;
    const job = start.from === 'job' ? this.jobs.find((item) => item.id === start.job)! : null;
    const owner = this.customers.find(
      (item) => item.id === (job?.customer ?? (start.from === 'customer' ? start.customer : '')),
    )!;
    const content = emptyContent(kind, structuredClone(owner));
    const item = this.equipment.find(
      (other) => other.id === (job?.equipment ?? (start.from === 'customer' ? start.equipment : null)),
    );
    if (item) content.equipment.push(structuredClone(item));
    if (job) {
      content.origin = { from: 'job', job: job.id, code: job.code };
      content.fields = { fault: job.fault, findings: job.findings, work_done: job.work_done };
      content.lines = structuredClone(job.lines);
    }
    return this.view(this.#make(kindId, content, job?.id ?? null).row.id);
  }
  convert(id: string, kind: string): v.DocumentView {
    const before = this.documents.get(id)!;
    const content = emptyContent(
      this.kinds.find((item) => item.id === kind)!,
      structuredClone(before.content.customer),
    );
    content.equipment = structuredClone(before.content.equipment);
    content.origin = { from: 'document', document: id, number: before.row.number, content: FINGERPRINT };
    const held = this.#make(kind, content, before.job);
    held.intake = before.content;
    return this.view(held.row.id);
  }
  view(id: string): v.DocumentView {
    const held = this.documents.get(id);
    if (!held) throw { code: 'not_found', data: { what: 'document' } };
    const kind = this.kinds.find((item) => item.id === held.content.kind)!;
    return structuredClone({
      id,
      status: held.row.status,
      number: held.row.number,
      revision: held.revision,
      kind,
      content: held.content,
      secrets: held.secrets,
      version: held.version,
      saved_at: AT,
      problems: problemsOf(kind, held.content, held.intake),
      totals: totalsOf(held.content),
      vat_rates: [2100, 1100],
      comparison: compare(held.content, held.intake),
      slots: held.slots,
      can_take_back: held.row.status === 'ready',
    });
  }
  save({ document, version, content, secrets }: v.DraftSave): v.Saved {
    const held = this.documents.get(document)!;
    if (version !== held.version) throw { code: 'stale_draft', data: {} };
    Object.assign(held, { content: structuredClone(content), secrets: { ...secrets }, version: version + 1 });
    const { problems, totals, comparison } = this.view(document);
    return { version: held.version, saved_at: AT, problems, totals, comparison };
  }
  preview(id: string): v.Preview {
    const held = this.documents.get(id)!;
    const odd = Object.entries(held.content.fields).find(([, text]) => text.includes('🦄'));
    const missing_glyphs = odd ? [{ character: '🦄', place: `fields.${odd[0]}`, suggestion: null }] : [];
    return { token: `preview-${id}-${held.version}`, pages: 2, missing_glyphs };
  }
  addPhoto(id: string, name: string): v.DocumentView {
    const held = this.documents.get(id)!;
    held.content.photos.push({
      sha256: `${name}${held.version}`,
      caption: '',
      taken_at: AT,
      width: 1600,
      height: 1200,
      size: 300000,
      media_type: 'image/jpeg',
    });
    held.version += 1;
    return this.view(id);
  }

  freeze(id: string): v.FreezeAnswer {
    const problems = this.view(id).problems;
    if (problems.some((problem) => problem.severity === 'blocking'))
      return { answer: 'problems', problems, missing_glyphs: [] };
    const held = this.documents.get(id)!;
    held.row.number ||= `FS-2026-RO1-${String(this.#next).padStart(5, '0')}`;
    held.row.status = 'ready';
    held.revision += 1;
    held.slots = held.content.signers.map((plan) => ({
      ...plan,
      state: 'open',
      closes: plan.slot === 'technician',
      reason: null,
    }));
    held.log.push(['frozen', { number: held.row.number, revision: String(held.revision), pages: '2' }]);
    return { answer: 'frozen', number: held.row.number, revision: held.revision };
  }
  takeBack(id: string): v.DocumentView {
    this.documents.get(id)!.row.status = 'draft';
    return this.view(id);
  }
  cancel(id: string): void {
    this.documents.get(id)!.row.status = 'cancelled';
  }

  handOver(request: v.HandOverRequest): v.HandOverView {
    const held = this.documents.get(request.document)!;
    this.#phase = 'hand_over';
    held.log.push(['handed_over', { name: request.signer.name, slot: request.slot, language: request.language }]);
    this.#hand = {
      step: 'reading',
      document: request.document,
      kind: held.content.kind,
      number: held.row.number,
      revision: held.revision,
      firm: this.firm.name,
      language: request.language,
      document_language: held.content.language,
      slot: request.slot,
      signer: request.signer,
      token: `file-${request.document}-${held.revision}`,
      pages: 2,
      seen: [],
      fingerprint: FINGERPRINT,
      total: totalsOf(held.content).gross > 0 ? '718,70 RON' : '',
      not_done: held.content.fields['not_done'] ?? '',
      warnings: [],
      remark: held.content.remark,
      consent: '',
      text: Object.entries(held.content.fields).map(([label, value]) => ({ block: 'pair', label, value })),
      ink: null,
      result: null,
      technician: 'Radu Exemplaru',
    };
    return this.#hand;
  }
  handOverView(): v.HandOverView {
    if (!this.#hand) throw { code: 'not_allowed', data: {} };
    const consent = i18n.text('consent.work_done.1');
    return structuredClone({ ...this.#hand, consent });
  }
  speak(language: v.Language): v.HandOverView {
    this.#hand!.language = language;
    return this.handOverView();
  }
  seen(pages: number[]): void {
    this.#hand!.seen = pages;
  }
  ink(ink: v.Ink | null): void {
    this.#hand!.ink = ink;
  }
  remark(text: string): v.HandOverView {
    const hand = this.#hand!;
    const held = this.documents.get(hand.document)!;
    held.content.remark = text;
    held.revision += 1;
    Object.assign(hand, {
      remark: text,
      revision: held.revision,
      token: `file-${hand.document}-${held.revision}`,
      seen: [],
    });
    return this.handOverView();
  }
  sign(request: v.SignRequest): v.SignAnswer {
    const hand = this.#hand!;
    this.#settle(hand.document, hand.slot, 'signed', request.signer.name, null);
    Object.assign(hand, { step: 'done', result: { result: 'signed', fingerprint: FINGERPRINT } });
    return { answer: 'signed', fingerprint: FINGERPRINT };
  }
  decline(reason: v.NoSignatureReason, note: string): v.HandOverView {
    const hand = this.#hand!;
    this.#settle(hand.document, hand.slot, 'empty', hand.signer.name, reason);
    Object.assign(hand, { step: 'done', result: { result: 'not_signed', slot: { slot: hand.slot, reason, note } } });
    return this.handOverView();
  }
  notSigned(request: v.NotSignedRequest): v.DocumentView {
    this.#settle(request.document, request.slot, 'empty', '', request.reason);
    return this.view(request.document);
  }
  #settle(id: string, slot: string, state: string, name: string, reason: v.NoSignatureReason | null): void {
    const held = this.documents.get(id)!;
    held.row.status = 'partially_signed';
    held.slots = held.slots.map((item) => (item.slot === slot ? { ...item, name, state, reason } : item));
    held.log.push(
      state === 'signed'
        ? ['signed', { slot, name, method: 'drawn' }]
        : ['not_signed', { slot, reason: reason ?? 'other', note: '' }],
    );
  }
  close(id: string): void {
    const held = this.documents.get(id)!;
    const unsigned = held.slots.some((slot) => slot.state === 'empty');
    held.row.status = unsigned ? 'signed_unavailable' : 'signed';
    held.slots = held.slots.map((slot) => (slot.closes ? { ...slot, state: 'signed' } : slot));
    held.log.push(['closed', { outcome: unsigned ? 'unavailable' : 'signed' }]);
  }

  detail(id: string): v.DetailView {
    const held = this.documents.get(id)!;
    const frozen = held.row.status !== 'draft';
    return structuredClone({
      row: held.row,
      revision: held.revision,
      content: held.content,
      token: `file-${id}-${held.revision}`,
      pages: frozen ? 2 : 0,
      fingerprint: FINGERPRINT,
      file_fingerprint: FINGERPRINT,
      timeline: held.log.map(([kind, data], n) => ({
        kind,
        data,
        at: AT,
        by: 'Radu Exemplaru',
        device: 'RO1',
        n: n + 1,
        id: '9c41f0aa',
      })),
      versions: frozen
        ? [{ revision: held.revision, at: AT, fingerprint: FINGERPRINT, changed: ['fields.work_done'], current: true }]
        : [],
      slots: held.slots,
      converts_to:
        held.row.status === 'signed' || held.row.status === 'signed_unavailable'
          ? (this.kinds.find((kind) => kind.id === held.content.kind)?.converts_to ?? [])
          : [],
      can_cancel: held.row.status === 'ready',
      has_file: frozen,
      file_here: frozen,
    });
  }
  verify(id: string): v.VerdictView {
    const held = this.documents.get(id)!;
    const grade: v.VerdictGrade = held.row.customer.startsWith('Пек') ? 'bad' : 'good';
    const signatures = held.slots
      .filter((slot) => slot.state === 'signed')
      .map((slot) => ({
        slot: slot.slot,
        name: slot.name,
        role: slot.role,
        method: 'drawn',
        at: AT,
        closes: slot.closes,
        good: grade === 'good',
      }));
    const ids = [
      'file',
      'layout',
      'changes',
      'digest',
      'signature',
      'device_seal',
      'content_hash',
      'file_hash',
      'ink',
      'journal_agrees',
    ];
    const checks = ids.map((name) => ({
      id: name,
      passed: !(grade === 'bad' && name === 'digest'),
      why: grade === 'bad' && name === 'digest' ? ('changed' as const) : null,
    }));
    return {
      grade,
      closed: held.row.status === 'signed',
      signatures,
      registered: null,
      checks: [...checks, { id: 'time_stamp', passed: null, why: 'time_stamp' as const }],
      at: AT,
    };
  }

  picture(token: string, page: number): string {
    const held = this.documents.get(token.split('-')[1] ?? '');
    return held ? pagePicture(held.content, held.row.number, page) : '';
  }
  photo(): string {
    const svg =
      '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 4 3"><rect width="4" height="3" fill="#c9d6d2"/><circle cx="2" cy="1.5" r=".8" fill="#0b5f63"/></svg>';
    return `data:image/svg+xml;utf8,${encodeURIComponent(svg)}`;
  }

  /** A day's worth of documents in different states. */
  #fill(): void {
    const begin = (job: string, kind = 'service_sheet') => this.begin(kind, { from: 'job', job }).id;
    const ready = (id: string) => {
      const held = this.documents.get(id)!;
      Object.assign(held.content.fields, {
        work_done: held.content.fields['work_done'] || 'Burner cleaned, tested.',
        completion: 'full',
        condition: 'Kratzer am Deckel',
        warranty_claim: 'no',
        data_consent: 'backup_made',
        cost_agreement: 'quote_first',
        agreed_due: '2026-09-10',
        pickup_terms: 'keep_45_days',
        no_photo_reason: '–',
      });
      held.content.lines.push(line('Call-out fee', '1', 'pcs', 9000, { type: 'travel' }));
      if (held.content.kind === 'intake_protocol')
        held.content.accessories = ['Netzteil', 'Tasche'].map((name) => ({ name, presence: 'present', note: '' }));
      this.freeze(id);
    };
    ready(begin('j1'));
    const sealed = begin('j2', 'intake_protocol');
    ready(sealed);
    this.#settle(sealed, 'customer', 'signed', 'Jürgen Weißkopf', null);
    this.close(sealed);
    begin('j1');
    const refused = begin('j3');
    ready(refused);
    this.#settle(refused, 'customer', 'empty', '', 'absent');
    this.close(refused);
  }
  #begin(done: boolean, language: v.Language): void {
    const held = [...this.documents.values()].find(({ row }) => row.status === 'ready')!;
    const { name, role, on_behalf_of } = held.content.signers[0]!;
    this.handOver({ document: held.row.id, slot: 'customer', signer: { name, role, on_behalf_of }, language });
    if (done)
      this.sign({
        signer: { name, role, on_behalf_of },
        method: 'drawn',
        ink: null,
        pointer: 'pen',
        consent_given: true,
        small_confirmed: false,
      });
  }
}
