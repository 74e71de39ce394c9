/**
 * The one way to the core. Every method may reject with a `Failure`: a stable code and data, whose sentence is `error.<code>`.
 * `tauri.ts` asks the program, `demo/` plays its part in a plain browser for tests of the screens.
 */
import type * as v from './types';

/** A picture in the watched photo folder that belongs to no document yet. */
export interface InboxPhoto {
  name: string;
  url: string;
}

/** Settings by name; what is not set is absent. */
export type Settings = Readonly<Record<string, unknown>>;

/** Stops listening. */
export type Unlisten = () => void;

/** What somebody answers who wanted to close the window with work left. */
export type Leaving = 'stay' | 'background' | 'end';

/** What is written in the desktop's tray. */
export interface TrayWords {
  doing: string;
  open: string;
  end: string;
}

/** What the shell tells of itself, by name. */
export interface ShellEvents {
  /** Something of others arrived: lists and documents may have changed. */
  arrived: null;
  /** The window was asked to close, and this is not at the office yet. */
  closing: v.LeftToSend;
  /** How many rows of an export are done. */
  'export-progress': number;
  /** Tables arrived in the watched folder. */
  'import-inbox': null;
  /** Pictures arrived in the watched folder. */
  'photo-inbox': null;
  /** How things stand with the office changed. */
  sync: null;
  /** The status changed. */
  status: v.AppStatus;
}

/** Start, keys, people. */
export interface StartBackend {
  status(): Promise<v.AppStatus>;
  checkKeyStore(): Promise<v.KeyStoreCheck>;
  firstRun(request: v.FirstRun): Promise<v.FirstRunDone>;
  /** First run as a device of the office. */
  join(request: v.JoinRequest): Promise<v.FirstRunDone>;
  /** Rejects with `wrong_recovery_code` when the groups are not those that were asked for. */
  renewRecovery(pin: string): Promise<v.FirstRunDone>;
  confirmRecovery(groups: string[]): Promise<null>;
  unlock(passphrase: string): Promise<v.AppStatus>;
  recover(code: string, newKeyStore: v.KeyStoreKind, passphrase: string): Promise<v.AppStatus>;
  retry(): Promise<v.AppStatus>;
  signIn(person: string, pin: string): Promise<v.PinAnswer>;
  signOut(): Promise<null>;
  addPerson(name: string, language: v.Language, pin: string): Promise<v.PersonCard>;
  changePin(person: string, oldPin: string, newPin: string): Promise<v.PinAnswer>;
  resetPin(person: string, recoveryCode: string, newPin: string): Promise<v.PinAnswer>;
  saveFirm(firm: v.Firm): Promise<null>;
  /** The picture as base64. */
  setLogo(bytes: string): Promise<v.Firm>;
  settings(): Promise<Settings>;
  saveSetting(key: string, value: unknown): Promise<null>;
  keepSignature(ink: v.Ink, pin: string): Promise<v.PinAnswer>;
}

/** Jobs, customers, machines. */
export interface JobsBackend {
  jobs(view: v.JobView): Promise<v.JobList>;
  job(id: string): Promise<v.JobDetail>;
  search(text: string): Promise<v.Found>;
  customers(text: string): Promise<v.Customer[]>;
  equipmentOf(customer: string): Promise<v.Equipment[]>;
  saveCustomer(customer: v.Customer): Promise<v.Customer>;
  saveEquipment(equipment: v.Equipment): Promise<v.Equipment>;
  saveJob(job: v.Job): Promise<v.Job>;
  kinds(): Promise<v.Kind[]>;
  catalogue(language: v.Language): Promise<v.CatalogueItem[]>;
}

/** Drafts. */
export interface DraftBackend {
  newDocument(kind: string, start: v.NewDocument): Promise<v.DocumentView>;
  document(id: string): Promise<v.DocumentView>;
  /** Rejects with `stale_draft` when the draft was changed meanwhile. */
  draftSave(save: v.DraftSave): Promise<v.Saved>;
  discard(document: string): Promise<null>;
  /** A save point in the journal. */
  leaveDraft(document: string): Promise<null>;
  /** Rejects with `superseded` when a newer preview was asked for. */
  preview(document: string): Promise<v.Preview>;
  /** The picture as base64. */
  addPhoto(document: string, name: string, bytes: string, caption: string): Promise<v.DocumentView>;
  photoInbox(): Promise<InboxPhoto[]>;
  takeFromInbox(document: string, name: string): Promise<v.DocumentView>;
  freeze(document: string): Promise<v.FreezeAnswer>;
  takeBack(document: string, reason: string): Promise<v.DocumentView>;
  cancel(document: string, reason: string): Promise<null>;
}

/** The customer's part, and closing. */
export interface HandOverBackend {
  handOver(request: v.HandOverRequest): Promise<v.HandOverView>;
  handOverView(): Promise<v.HandOverView>;
  handOverLanguage(language: v.Language): Promise<v.HandOverView>;
  handOverSeen(pages: number[], asText: boolean): Promise<null>;
  handOverRemark(text: string): Promise<v.HandOverView>;
  /** All strokes so far; null clears them. */
  handOverInk(ink: v.Ink | null): Promise<null>;
  sign(request: v.SignRequest): Promise<v.SignAnswer>;
  decline(reason: v.NoSignatureReason, note: string): Promise<v.HandOverView>;
  takeTabletBack(person: string, pin: string): Promise<v.PinAnswer>;
  notSigned(request: v.NotSignedRequest): Promise<v.DocumentView>;
  close(request: v.CloseRequest): Promise<v.PinAnswer>;
}

/** Looking at a document, and what can be done with a sealed one. */
export interface DetailBackend {
  detail(document: string): Promise<v.DetailView>;
  /** Brings what is missing of a document from the office; whether all of it is here then. */
  bring(document: string): Promise<boolean>;
  verify(document: string): Promise<v.VerdictView>;
  openSealed(document: string): Promise<null>;
  printSealed(document: string): Promise<null>;
  /** Where it was saved, or null when the dialog was left. */
  saveSealed(document: string): Promise<string | null>;
  saveReceipt(document: string): Promise<string | null>;
  exportRoot(document: string | null): Promise<string | null>;
  rootCertificate(document: string | null): Promise<v.RootCertificate>;
  convert(document: string, kind: string): Promise<v.DocumentView>;
}

/** The office. What a role may not do is rejected with `not_for_role`. */
export interface OfficeBackend {
  /** `after` is the `next` of the page before. */
  register(query: v.RegisterQuery, oldestFirst: boolean, after: string | null, limit: number): Promise<v.RegisterList>;
  registerCount(query: v.RegisterQuery): Promise<v.RegisterCount>;
  dashboard(): Promise<v.Dashboard>;
  saveView(view: v.NamedView): Promise<v.NamedView>;
  deleteView(id: string): Promise<null>;
  assignJob(job: string, technician: string | null): Promise<v.Job>;
  voidDocument(document: string, reason: string, successor: string): Promise<null>;
  clearAcceptance(document: string, reason: string): Promise<null>;
  decisions(document: string): Promise<v.Decision[]>;
  decide(document: string, answer: v.DecisionAnswer): Promise<null>;
  hold(document: string, on: boolean, reason: string): Promise<null>;
  exportRegister(request: v.RegisterExport): Promise<v.Exported>;
  stopExport(): Promise<null>;
  importWaiting(): Promise<v.ImportReport[]>;
  syncView(): Promise<v.SyncView>;
}

/** The office this tablet belongs to. */
export interface CentralBackend {
  central(): Promise<v.CentralView>;
  connect(request: v.ConnectRequest): Promise<v.CentralView>;
  syncNow(): Promise<null>;
  seeAlarm(id: number): Promise<v.CentralView>;
  /** Where it was saved, or null when the dialog was left. */
  saveUnsent(): Promise<string | null>;
  /** The answer to `closing`. */
  leave(how: Leaving, words: TrayWords): Promise<null>;
}

/** The office's administration, asked of its server: each may be rejected with `office_unreachable`, `no_office` or `not_for_role`. */
export interface AdminBackend {
  staff(): Promise<v.StaffView>;
  /** An id of zeros adds a person. */
  saveStaff(person: v.StaffPerson): Promise<v.StaffPerson>;
  makeCode(person: string): Promise<v.NewCode>;
  resetStaffPin(person: string): Promise<null>;
  revokeDevice(device: string, reason: string): Promise<null>;
  approveJournal(journal: string): Promise<null>;
  setAside(all: boolean): Promise<v.SetAsideView>;
  answerSetAside(entries: string[], accept: boolean, reason: string): Promise<null>;
  mailSettings(): Promise<v.MailView>;
  saveMailSettings(mail: v.MailView): Promise<v.MailView>;
  testMail(to: string): Promise<v.MailTestView>;
  /** Of one document, or of all. */
  copies(document: string | null): Promise<v.CopyRow[]>;
  /** What a rule would erase; nothing happens yet. */
  retention(rule: v.RetentionRule): Promise<v.RetentionView>;
  /** How many were erased: held ones stay. */
  eraseDocuments(rule: v.RetentionRule, documents: string[], reason: string): Promise<number>;
  /** What the file held, or null when the dialog was left. */
  bringParcel(): Promise<v.BroughtView | null>;
}

/** Everything. */
export interface Backend
  extends
    AdminBackend,
    CentralBackend,
    StartBackend,
    JobsBackend,
    DraftBackend,
    HandOverBackend,
    DetailBackend,
    OfficeBackend {
  /** Address of a page image. */
  pageUrl(token: string, page: number, width: number): string;
  /** Address of a stored picture. */
  photoUrl(sha256: string, width: number): string;
  on<K extends keyof ShellEvents>(event: K, hear: (payload: ShellEvents[K]) => void): Unlisten;
}
