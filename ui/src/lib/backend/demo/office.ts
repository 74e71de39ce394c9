/** The office's part of the demo core: a register of made-up rows (`?rows=` of them), filtered as the real one is. */
import type { OfficeBackend } from '../backend';
import type * as v from '../types';

const STATUSES: v.Status[] = ['signed', 'signed', 'signed', 'ready', 'partially_signed', 'declined', 'voided', 'draft'];
const CUSTOMERS = ['Spicul de Probă SRL', 'Välkommen Provhus AB', 'Voorbeeld Bakkerij BV', 'ООО «Пример»'];
const TECHNICIANS = ['Radu Exemplaru', 'Ingegerd Provström'];
const NOW = Date.UTC(2026, 8, 1, 12);

function line(index: number): v.RegisterLine {
  const status = STATUSES[index % STATUSES.length] ?? 'signed';
  const at = new Date(NOW - index * 3_600_000).toISOString();
  const signed = status === 'signed' || status === 'partially_signed';
  return {
    id: `r${index}`,
    number: status === 'draft' ? '' : `FS-2026-RO1-${String(100_000 - index).padStart(5, '0')}`,
    kind: index % 3 === 0 ? 'intake_protocol' : 'service_sheet',
    status,
    revision: 0,
    customer: CUSTOMERS[index % CUSTOMERS.length] ?? '',
    site: 'Brașov',
    technician: TECHNICIANS[index % 2] ?? '',
    signer: signed ? 'Mihai Exemplu' : '',
    method: signed ? 'drawn' : '',
    signed_at: signed ? at : '',
    at,
    serial: `SN-${index}`,
    device: 'RO1',
    sync: index % 5 === 0 ? 'only_here' : 'synced',
    verification: index % 7 === 0 ? 'good' : index === 9 ? 'bad' : 'none',
    conflict: index === 4,
    has_file: status !== 'draft',
    job: null,
  };
}

function fits(row: v.RegisterLine, query: v.RegisterQuery): boolean {
  const text = `${row.number} ${row.customer} ${row.serial}`.toLowerCase();
  return (
    query.words
      .toLowerCase()
      .split(/\s+/)
      .every((word) => text.includes(word)) &&
    (query.statuses.length === 0 || query.statuses.includes(row.status)) &&
    (query.kinds.length === 0 || query.kinds.includes(row.kind)) &&
    (query.methods.length === 0 || query.methods.includes(row.method)) &&
    (query.sync === null || query.sync === row.sync) &&
    (query.verification === null || query.verification === row.verification) &&
    (!query.conflict || row.conflict)
  );
}

const DECISIONS: v.Decision[] = [
  {
    sort: 'field',
    pointer: '/fields/work_done',
    values: [
      { id: 'a', value: 'Bearing replaced.', by: TECHNICIANS[0] ?? '', device: 'RO1', at: '2026-09-01T10:05:00+03:00' },
      { id: 'b', value: 'Belt replaced.', by: TECHNICIANS[1] ?? '', device: 'SE1', at: '2026-09-01T10:07:00+03:00' },
    ],
  },
  { sort: 'crossed', void: 'c', reason: 'Written twice', by: 'Ana', at: '2026-09-01T09:00:00+03:00' },
  { sort: 'quarantine', entry: 'd', kind: 'signed', device: 'tablet-9', at: '2026-09-01T09:30:00+03:00' },
];

/** A register of its own for every page. */
export function office(address: URLSearchParams): OfficeBackend {
  const rows = Array.from({ length: Number(address.get('rows') ?? 60) }, (_, index) => line(index));
  const blank: v.RegisterQuery = {
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
  const saved: v.NamedView[] = [];
  const count = (query: v.RegisterQuery): v.RegisterCount => {
    const found = rows.filter((row) => fits(row, query)).length;
    return { rows: Math.min(found, 10_000), more: found > 10_000 };
  };
  const views: [string, v.RegisterQuery][] = [
    ['all', blank],
    ['waiting', { ...blank, statuses: ['ready', 'partially_signed'] }],
    ['signed_today', { ...blank, statuses: ['signed'], period: 'today' }],
    ['declined', { ...blank, statuses: ['declined', 'signed_unavailable'] }],
    ['conflicts', { ...blank, conflict: true }],
    ['not_synced', { ...blank, sync: 'only_here', period: 'older_than_day', statuses: ['signed'] }],
    ['bad', { ...blank, verification: 'bad' }],
    ['voided', { ...blank, statuses: ['voided', 'cancelled', 'expired'] }],
  ];
  return {
    register: async (query, oldestFirst, after, limit) => {
      const found = rows.filter((row) => fits(row, query));
      if (oldestFirst) found.reverse();
      const start = Number(after ?? 0);
      const end = start + limit;
      return { rows: found.slice(start, end), next: end < found.length ? String(end) : null };
    },
    registerCount: async (query) => count(query),
    dashboard: async () => ({
      views: views.map(([id, query]) => ({ id, query, count: count(query) })),
      saved: [...saved],
      technicians: TECHNICIANS.map((name, index) => ({ ids: [`p${index + 1}`], name })),
      assignable: TECHNICIANS.map((name, index) => ({ id: `p${index + 1}`, name })),
    }),
    saveView: async (view) => {
      const fresh = { ...view, id: `v${saved.length}` };
      saved.push(fresh);
      return fresh;
    },
    deleteView: async (id) => {
      saved.splice(
        saved.findIndex((view) => view.id === id),
        1,
      );
      return null;
    },
    assignJob: async (job, technician) => ({ id: job, technician }) as v.Job,
    voidDocument: async () => null,
    clearAcceptance: async () => null,
    hold: async () => null,
    decisions: async () => (address.has('decisions') ? DECISIONS : []),
    decide: async () => null,
    exportRegister: async (request) => ({
      path: `/home/demo/register.${request.form}`,
      rows: request.chosen.length || rows.length,
      without_file: 0,
    }),
    stopExport: async () => null,
    importWaiting: async () =>
      address.has('imports')
        ? [
            {
              file: 'customers.csv',
              added: 12,
              changed: 1,
              unchanged: 3,
              refused: 1,
              refusals: [{ row: 7, column: 'email', reason: 'bad_email' }],
              known: false,
              unreadable: false,
            },
          ]
        : [],
    syncView: async () => ({ phase: 'alone', only_here: 2, queue: [], last: '', problem: null }),
  };
}
