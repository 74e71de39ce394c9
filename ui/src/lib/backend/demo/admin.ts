/** The office's administration of the demo core: a firm of made-up people, `?staff=none` for one that has just begun. */
import type { AdminBackend } from '../backend';
import type * as v from '../types';

const PEOPLE: v.StaffPerson[] = [
  { id: 'p1', name: 'Ana-Maria Registrescu', language: 'ro', role: 'admin', active: true },
  { id: 'p2', name: 'Ingegerd Provström', language: 'sv', role: 'manager', active: true },
  { id: 'p3', name: 'Radu Exemplaru', language: 'ro', role: 'technician', active: true },
  { id: 'p4', name: 'Öystein Arkivsson', language: 'en', role: 'auditor', active: true },
  { id: 'p5', name: 'Former Colleague', language: 'nl', role: 'technician', active: false },
];

const BLANK: v.StaffDevice = {
  id: 'd0',
  code: 'A1B2',
  label: 'office-desk',
  person: 'p1',
  person_name: 'Ana-Maria Registrescu',
  app_version: '0.1.0',
  standing: 'even',
  this_one: true,
  seen: '2026-09-01T11:58:00+03:00',
  revoked: '',
  said_signed: 0,
  here_signed: 0,
  missing_entries: 0,
  oldest_unsent: '',
  unproven: null,
};

const DEVICES: v.StaffDevice[] = [
  {
    ...BLANK,
    id: 'd1',
    code: 'R4D7',
    label: 'tablet-brasov',
    person: 'p3',
    person_name: 'Radu Exemplaru',
    standing: 'behind',
    this_one: false,
    seen: '2026-08-29T17:02:00+03:00',
    said_signed: 7,
    here_signed: 6,
    missing_entries: 11,
    oldest_unsent: '2026-08-29T15:40:00+03:00',
  },
  {
    ...BLANK,
    id: 'd2',
    code: 'K9X3',
    label: 'tablet-neu',
    person: 'p3',
    person_name: 'Radu Exemplaru',
    this_one: false,
    unproven: 'e1',
    here_signed: 2,
    said_signed: 2,
  },
  BLANK,
  {
    ...BLANK,
    id: 'd3',
    code: 'M2P8',
    label: 'surface-go',
    person: 'p2',
    person_name: 'Ingegerd Provström',
    standing: 'new',
    this_one: false,
    seen: '',
  },
  {
    ...BLANK,
    id: 'd4',
    code: 'Z7Q1',
    label: 'old-tablet',
    person: 'p5',
    person_name: 'Former Colleague',
    standing: 'revoked',
    this_one: false,
    revoked: '2026-08-12T09:00:00+03:00',
    here_signed: 41,
    said_signed: 41,
  },
];

const ENTRY: v.SetAsideRow = {
  entry: 'a'.repeat(64),
  kind: 'signed',
  data: { slot: 'customer', name: 'Mihai Exemplu', method: 'drawn' },
  reason: 'revoked',
  person: 'Former Colleague',
  device: 'old-tablet (Z7Q1)',
  journal: null,
  at: '2026-08-12T10:20:00+03:00',
  received: '2026-08-13T08:01:00+03:00',
  document: 'r1',
  title: 'FS-2026-Z7Q1-00041 · Spicul de Probă SRL',
  answer: 'open',
};

const ASIDE: v.SetAsideRow[] = [
  ENTRY,
  { ...ENTRY, entry: 'b'.repeat(64), kind: 'closed', data: { outcome: 'signed' }, at: '2026-08-12T10:21:00+03:00' },
  {
    ...ENTRY,
    entry: 'c'.repeat(64),
    kind: 'frozen',
    data: { number: 'FS-2026-R4D7-00003', revision: '0', pages: '1' },
    reason: 'unknown_journal',
    person: 'Radu Exemplaru',
    device: 'tablet-neu (K9X3)',
    journal: 'e1',
    title: 'FS-2026-R4D7-00003',
    document: null,
  },
];

const OLD: v.RetentionRow[] = [
  {
    document: 'r40',
    number: 'FS-2015-R4D7-00012',
    kind: 'service_sheet',
    status: 'signed',
    customer: 'Spicul de Probă SRL',
    at: '2015-03-02T10:00:00+02:00',
    held: false,
    entries: 14,
  },
  {
    document: 'r41',
    number: 'FS-2015-R4D7-00013',
    kind: 'service_sheet',
    status: 'declined',
    customer: 'Välkommen Provhus AB',
    at: '2015-03-04T16:20:00+02:00',
    held: true,
    entries: 11,
  },
  {
    document: 'r42',
    number: 'EP-2016-K9X3-00002',
    kind: 'intake_protocol',
    status: 'voided',
    customer: 'Voorbeeld Bakkerij BV',
    at: '2016-01-20T09:05:00+02:00',
    held: false,
    entries: 9,
  },
];

/** QR patterns need no meaning here: three corners and some noise. */
function pattern(): v.QrView {
  const side = 41;
  const cells: string[] = [];
  const corner = (x: number, y: number) =>
    cells.push(
      `M${x} ${y}h7v1h-7z`,
      `M${x} ${y + 6}h7v1h-7z`,
      `M${x} ${y}h1v7h-1z`,
      `M${x + 6} ${y}h1v7h-1z`,
      `M${x + 2} ${y + 2}h3v3h-3z`,
    );
  corner(4, 4);
  corner(30, 4);
  corner(4, 30);
  for (let at = 0; at < 33 * 33; at += 1) {
    const [x, y] = [4 + (at % 33), 4 + Math.floor(at / 33)];
    const inCorner = (x < 12 && y < 12) || (x > 28 && y < 12) || (x < 12 && y > 28);
    if (!inCorner && (at * 7919) % 13 < 6) cells.push(`M${x} ${y}h1v1h-1z`);
  }
  return { side, path: cells.join('') };
}

const WORDS: v.MailWords = {
  subject: '{kind} {number}',
  body: 'Dear Sir or Madam,\n\nattached you will find {kind} {number}.',
};

export function admin(address: URLSearchParams): AdminBackend {
  const fresh = address.get('staff') === 'none';
  const people = fresh ? PEOPLE.slice(0, 1) : [...PEOPLE];
  const devices = fresh ? [BLANK] : [...DEVICES];
  let old = [...OLD];
  let aside = fresh ? [] : [...ASIDE];
  let mail: v.MailView = {
    enabled: !fresh,
    host: fresh ? '' : 'smtp.example.com',
    port: fresh ? 0 : 587,
    security: 'starttls',
    user: '',
    password: '',
    has_password: false,
    from: fresh ? '' : 'Demo Service Group <service@example.com>',
    reply_to: '',
    office: '',
    kinds: fresh ? [] : ['service_sheet'],
    words: {},
    shipped: { en: WORDS, ro: WORDS, sv: WORDS, nl: WORDS, fr: WORDS, ru: WORDS, de: WORDS },
  };
  return {
    staff: async () => ({ people: [...people], devices: [...devices] }),
    saveStaff: async (person) => {
      const at = people.findIndex(({ id }) => id === person.id);
      const kept = at < 0 ? { ...person, id: `p${people.length + 1}` } : person;
      if (at < 0) people.push(kept);
      else people[at] = kept;
      return kept;
    },
    makeCode: async () => ({
      code: '7KQ2-M9XA-4TBD',
      link: `fieldseal://enrol?url=https%3A%2F%2Foffice.example%3A8420&code=7KQ2-M9XA-4TBD&key=${'3f'.repeat(32)}`,
      expires: '2026-09-08T12:00:00+03:00',
      qr: pattern(),
    }),
    resetStaffPin: async () => null,
    revokeDevice: async (id) => {
      const at = devices.findIndex((device) => device.id === id);
      const device = devices[at];
      if (device) devices[at] = { ...device, standing: 'revoked', revoked: '2026-09-01T12:00:00+03:00' };
      return null;
    },
    approveJournal: async (journal) => {
      const at = devices.findIndex((device) => device.unproven === journal);
      const device = devices[at];
      if (device) devices[at] = { ...device, unproven: null };
      return null;
    },
    setAside: async (all) => ({ rows: aside.filter((row) => all || row.answer === 'open'), more: false }),
    answerSetAside: async (entries, accept) => {
      const answer = accept ? 'accepted' : 'refused';
      aside = aside.map((row) => (entries.includes(row.entry) ? { ...row, answer } : row));
      return null;
    },
    mailSettings: async () => mail,
    saveMailSettings: async (changed) => {
      if (changed.enabled && !changed.from.includes('@')) throw { code: 'office_mail_from', data: {} };
      mail = { ...changed, password: '', has_password: mail.has_password || changed.password !== '' };
      return mail;
    },
    testMail: async (to) =>
      to.includes('@')
        ? { accepted: true, said: '250 2.0.0 Ok: queued as 4XyZ12' }
        : { accepted: false, said: `${to}: missing domain` },
    copies: async (document) =>
      fresh
        ? []
        : [
            {
              document: document ?? 'r1',
              number: 'FS-2026-R4D7-00006',
              customer: 'Spicul de Probă SRL',
              to: 'office@example.ro',
              state: 'accepted',
              attempts: 1,
              detail: '250 2.0.0 Ok: queued as 4XyZ11',
              at: '2026-09-01T10:31:00+03:00',
            },
            {
              document: document ?? 'r2',
              number: 'FS-2026-R4D7-00005',
              customer: 'Välkommen Provhus AB',
              to: 'ingen@example.se',
              state: 'refused',
              attempts: 1,
              detail: '550 5.1.1 User unknown',
              at: '2026-09-01T09:12:00+03:00',
            },
            {
              document: document ?? 'r3',
              number: 'FS-2026-R4D7-00004',
              customer: 'Voorbeeld Bakkerij BV',
              to: 'bakkerij@example.nl',
              state: 'queued',
              attempts: 2,
              detail: 'the sealed file has not come yet',
              at: '2026-09-01T08:44:00+03:00',
            },
          ],
    retention: async ({ years, kinds }) => ({
      before: `${2026 - years}-09-01`,
      rows: fresh ? [] : old.filter((row) => kinds.length === 0 || kinds.includes(row.kind)),
      more: false,
    }),
    eraseDocuments: async (_, documents) => {
      const kept = old.filter((row) => row.held || !documents.includes(row.document));
      const count = old.length - kept.length;
      old = kept;
      return count;
    },
    bringParcel: async () => ({ entries: 14, files: 3 }),
  };
}
