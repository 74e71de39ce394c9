/** Invented firm, people, customers and jobs for the playing core. Names have the letters that go wrong elsewhere. */
import type { Content, Customer, Equipment, Firm, Job, Kind, Line, PersonCard } from '../types';
import intake from '../../../../../crates/domain/kinds/intake_protocol.json';
import returned from '../../../../../crates/domain/kinds/return_protocol.json';
import sheet from '../../../../../crates/domain/kinds/service_sheet.json';

/** Kinds with what their files leave out. */
export const KINDS: Kind[] = [sheet, intake, returned].map((kind) => ({
  ...(kind as unknown as Kind),
  sections: kind.sections.map((section) => ({
    need: 'optional',
    ...section,
    fields: ('fields' in section ? (section.fields ?? []) : []).map((field) => ({
      need: 'optional',
      when: null,
      options: [],
      secret: false,
      ...field,
    })),
  })) as Kind['sections'],
  slots: kind.slots.map((slot) => ({ ours: false, ...slot })),
  converts_to: 'converts_to' in kind ? ((kind as { converts_to?: string[] }).converts_to ?? []) : [],
}));

export const FIRM: Firm = {
  name: 'Demo Service Group',
  color: '#0b5f63',
  logo: null,
  branches: [
    {
      country: 'RO',
      legal_name: 'Demo Service Group SRL',
      street: 'Strada Atelierului nr. 4',
      city: '400001 Cluj-Napoca',
      tax_id: 'TEST-RO-0001',
      email: 'ro@demo-service-group.example',
      phone: '+40 000 000 000',
    },
  ],
};

export const PEOPLE: PersonCard[] = [
  { id: 'p1', name: 'Radu Exemplaru', language: 'en', has_signature: true },
  { id: 'p2', name: 'Åsa Prøvare', language: 'sv', has_signature: false },
];

const customer = (id: string, rest: Partial<Customer>): Customer => ({
  id,
  kind: 'company',
  name: '',
  language: 'en',
  country: 'RO',
  street: '',
  zip: '',
  city: '',
  email: '',
  phone: '',
  currency: 'EUR',
  tax_id: '',
  contact: '',
  contact_role: '',
  ...rest,
});

export const CUSTOMERS: Customer[] = [
  customer('c1', {
    name: 'Brutăria Spicul de Probă SRL',
    language: 'ro',
    street: 'Strada Ghindei Coapte nr. 12, bl. C3',
    zip: '400123',
    city: 'Cluj-Napoca',
    currency: 'RON',
    contact: 'Ștefania Țugulea-Mărginean',
    contact_role: 'administrator',
  }),
  customer('c2', {
    name: 'Пекарня «Пробный колос»',
    language: 'ru',
    country: 'RU',
    street: 'ул. Примерная, д. 7',
    zip: '101000',
    city: 'Москва',
    currency: 'RUB',
    contact: 'Семёнова Алёна Вячеславовна',
    contact_role: 'управляющая',
  }),
  customer('c3', {
    name: "Boulangerie de l'Œuf d'Essai",
    language: 'fr',
    country: 'FR',
    street: '3 rue de l’Exemple',
    zip: '59000',
    city: 'Lille',
    contact: "Anaïs L'Hôpital",
    contact_role: 'gérante',
  }),
  customer('c4', {
    name: 'Bäckerei Großmuster & Söhne GmbH',
    language: 'de',
    country: 'DE',
    street: 'Musterstraße 118a',
    zip: '10115',
    city: 'Berlin',
    contact: 'Jürgen Weißkopf',
    contact_role: 'Werkstattleiter',
  }),
];

const machine = (id: string, owner: string, rest: Partial<Equipment>): Equipment => ({
  id,
  customer: owner,
  kind: '',
  make: '',
  model: '',
  serial: '',
  serial_reason: '',
  installed: '',
  warranty_until: '',
  location: '',
  accessories: [],
  ...rest,
});

export const EQUIPMENT: Equipment[] = [
  machine('e1', 'c1', {
    kind: 'Deck oven',
    make: 'Termika Demo',
    model: 'TK-4 Etaj',
    serial: 'DEMO-TK4-000117',
    location: 'laborator, parter',
  }),
  machine('e2', 'c4', {
    kind: 'Laptop',
    make: 'Musterbook',
    model: '14 Pro',
    serial: 'MB-77120',
    accessories: ['Netzteil', 'Tasche'],
  }),
  machine('e3', 'c2', { kind: 'Тестомес', make: 'Замес', model: 'ЗМ-60', serial: 'ЗМ60-Щ-0042' }),
];

const job = (id: string, code: string, owner: string, rest: Partial<Job>): Job => ({
  id,
  code,
  customer: owner,
  equipment: null,
  technician: 'p1',
  work: 'repair_on_site',
  start: '2026-09-01T08:10',
  end: '2026-09-01T10:25',
  zone: 'Europe/Bucharest',
  fault: '',
  site: '',
  findings: '',
  work_done: '',
  recommendations: '',
  lines: [],
  ...rest,
});

/** A line, as short as a fixture may be. */
export const line = (
  description: string,
  quantity: string,
  unit: string,
  price: number,
  rest: Partial<Line> = {},
): Line => ({
  type: 'part',
  code: '',
  description,
  quantity,
  unit,
  unit_price: price,
  vat_bp: 2100,
  vat_note: '',
  serial: '',
  ...rest,
});

export const JOBS: Job[] = [
  job('j1', 'J01', 'c1', {
    equipment: 'e1',
    fault: 'Cuptorul nu mai atinge 250 °C; ușa de sus nu se închide etanș.',
    findings: 'Garnitură uscată, rezistența 3 sub parametri.',
    work_done: 'Înlocuit 2 garnituri, recalibrat termostatul.',
    lines: [line('Manoperă standard', '2.25', 'h', 18000, { type: 'labour' }), line('Garnitură ușă', '2', 'pcs', 9450)],
  }),
  job('j2', 'J02', 'c4', {
    equipment: 'e2',
    start: '2026-09-01T13:30',
    fault: 'Gerät startet nicht, Lüfter läuft an.',
    work: 'workshop',
  }),
  job('j3', 'J03', 'c2', {
    equipment: 'e3',
    start: '2026-08-29T09:00',
    fault: 'Посторонний шум при запуске, запах гари.',
  }),
  job('j4', 'J04', 'c3', { start: '2026-09-02T07:45', fault: 'Maintenance annuelle du four, contrôle des brûleurs.' }),
];

/** Content of a new document. */
export function emptyContent(kind: Kind, owner: Customer): Content {
  return {
    kind: kind.id,
    language: owner.language,
    supplier: FIRM.branches[0]!,
    customer: owner,
    site: '',
    technician: 'Radu Exemplaru',
    origin: null,
    equipment: [],
    fields: {},
    times: [],
    lines: [],
    currency: owner.currency,
    show_prices: true,
    checklist: [],
    readings: [],
    accessories: [],
    photos: [],
    signers: kind.slots
      .filter((slot) => slot.required)
      .map((slot) => ({
        slot: slot.id,
        name: slot.ours ? 'Radu Exemplaru' : owner.contact,
        role: slot.ours ? '' : owner.contact_role,
        on_behalf_of: '',
      })),
    remark: '',
  };
}
