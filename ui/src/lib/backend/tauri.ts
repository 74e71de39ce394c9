/** The core behind Tauri's commands. The only file that knows of Tauri. Arguments cross in camelCase, as Tauri wants them. */
import { invoke } from '@tauri-apps/api/core';
import { listen } from '@tauri-apps/api/event';
import type { Backend } from './backend';

const ask = invoke;
/** Pages come over a scheme of their own; WebView2 reaches it by host name. */
const PAGES = navigator.userAgent.includes('Windows') ? 'http://page.localhost' : 'page://localhost';

/** The real core. */
export const tauri: Backend = {
  status: () => ask('status'),
  checkKeyStore: () => ask('check_key_store'),
  firstRun: (request) => ask('first_run', { request }),
  renewRecovery: (pin) => ask('renew_recovery', { pin }),
  confirmRecovery: (groups) => ask('confirm_recovery', { groups }),
  unlock: (passphrase) => ask('unlock', { passphrase }),
  recover: (code, newKeyStore, passphrase) => ask('recover', { code, newKeyStore, passphrase }),
  retry: () => ask('retry'),
  signIn: (person, pin) => ask('sign_in', { person, pin }),
  signOut: () => ask('sign_out'),
  addPerson: (name, language, pin) => ask('add_person', { name, language, pin }),
  changePin: (person, oldPin, newPin) => ask('change_pin', { person, oldPin, newPin }),
  resetPin: (person, recoveryCode, newPin) => ask('reset_pin', { person, recoveryCode, newPin }),
  saveFirm: (firm) => ask('save_firm', { firm }),
  setLogo: (bytes) => ask('set_logo', { bytes }),
  settings: () => ask('settings'),
  saveSetting: (key, value) => ask('save_setting', { key, value }),
  keepSignature: (ink, pin) => ask('keep_signature', { ink, pin }),

  central: () => ask('central'),
  connect: (request) => ask('connect', { request }),
  syncNow: () => ask('sync_now'),
  seeAlarm: (id) => ask('see_alarm', { id }),
  saveUnsent: () => ask('save_unsent'),

  staff: () => ask('staff'),
  saveStaff: (person) => ask('save_staff', { person }),
  makeCode: (person) => ask('make_code', { person }),
  resetStaffPin: (person) => ask('reset_staff_pin', { person }),
  revokeDevice: (device, reason) => ask('revoke_device', { device, reason }),
  approveJournal: (journal) => ask('approve_journal', { journal }),
  setAside: (all) => ask('set_aside', { all }),
  answerSetAside: (entries, accept, reason) => ask('answer_set_aside', { entries, accept, reason }),
  mailSettings: () => ask('mail_settings'),
  saveMailSettings: (mail) => ask('save_mail_settings', { mail }),
  testMail: (to) => ask('test_mail', { to }),
  copies: (document) => ask('copies', { document }),
  bringParcel: () => ask('bring_parcel'),

  jobs: (view) => ask('jobs', { view }),
  job: (id) => ask('job', { id }),
  search: (text) => ask('search', { text }),
  customers: (text) => ask('customers', { text }),
  equipmentOf: (customer) => ask('equipment_of', { customer }),
  saveCustomer: (customer) => ask('save_customer', { customer }),
  saveEquipment: (equipment) => ask('save_equipment', { equipment }),
  saveJob: (job) => ask('save_job', { job }),
  kinds: () => ask('kinds'),
  catalogue: (language) => ask('catalogue', { language }),

  newDocument: (kind, start) => ask('new_document', { kind, start }),
  document: (id) => ask('document', { id }),
  draftSave: (save) => ask('draft_save', { save }),
  discard: (document) => ask('discard', { document }),
  leaveDraft: (document) => ask('leave_draft', { document }),
  preview: (document) => ask('preview', { document }),
  addPhoto: (document, name, bytes, caption) => ask('add_photo', { document, name, bytes, caption }),
  photoInbox: () => ask('photo_inbox'),
  takeFromInbox: (document, name) => ask('take_from_inbox', { document, name }),
  freeze: (document) => ask('freeze', { document }),
  takeBack: (document, reason) => ask('take_back', { document, reason }),
  cancel: (document, reason) => ask('cancel', { document, reason }),

  handOver: (request) => ask('hand_over', { request }),
  handOverView: () => ask('hand_over_view'),
  handOverLanguage: (language) => ask('hand_over_language', { language }),
  handOverSeen: (pages, asText) => ask('hand_over_seen', { pages, asText }),
  handOverRemark: (text) => ask('hand_over_remark', { text }),
  handOverInk: (ink) => ask('hand_over_ink', { ink }),
  sign: (request) => ask('sign', { request }),
  decline: (reason, note) => ask('decline', { reason, note }),
  takeTabletBack: (person, pin) => ask('take_tablet_back', { person, pin }),
  notSigned: (request) => ask('not_signed', { request }),
  close: (request) => ask('close', { request }),

  detail: (document) => ask('detail', { document }),
  verify: (document) => ask('verify', { document }),
  openSealed: (document) => ask('open_sealed', { document }),
  printSealed: (document) => ask('print_sealed', { document }),
  saveSealed: (document) => ask('save_sealed', { document }),
  exportRoot: () => ask('export_root'),
  rootCertificate: () => ask('root_certificate'),
  convert: (document, kind) => ask('convert', { document, kind }),

  register: (query, oldestFirst, after, limit) => ask('register', { query, oldestFirst, after, limit }),
  registerCount: (query) => ask('register_count', { query }),
  dashboard: () => ask('dashboard'),
  saveView: (view) => ask('save_view', { view }),
  deleteView: (id) => ask('delete_view', { id }),
  assignJob: (job, technician) => ask('assign_job', { job, technician }),
  voidDocument: (document, reason, successor) => ask('void_document', { document, reason, successor }),
  clearAcceptance: (document, reason) => ask('clear_acceptance', { document, reason }),
  decisions: (document) => ask('decisions', { document }),
  decide: (document, answer) => ask('decide', { document, answer }),
  hold: (document, on, reason) => ask('hold', { document, on, reason }),
  exportRegister: (request) => ask('export_register', { request }),
  stopExport: () => ask('stop_export'),
  importWaiting: () => ask('import_waiting'),
  syncView: () => ask('sync_view'),

  pageUrl: (token, page, width) => `${PAGES}/${token}/${page}?w=${width}`,
  photoUrl: (sha256, width) => `${PAGES}/photo/${sha256}?w=${width}`,
  on(event, hear) {
    const stopping = listen(event, ({ payload }) => hear(payload as never));
    return () => void stopping.then((stop) => stop());
  },
};
