/**
 * A core that plays its part in a plain browser, for tests and pictures of the screens. Keeps everything in memory; `?phase=` in
 * the address chooses where it begins, `?fail=command` makes a command fail (with `&code=`). Never part of the program.
 */
import type { Backend } from '../backend';
import type * as v from '../types';
import { admin } from './admin';
import { office } from './office';
import { World } from './world';

/** The demo core belongs to no office. */
const alone: v.CentralView = {
  connected: false,
  blocked: false,
  address: '',
  role: null,
  device_code: '',
  root_fingerprint: '',
  alarms: [],
};

/** PIN of everybody. */
const PIN = '2468';

export function demo(): Backend {
  const query = new URLSearchParams(location.search);
  const world = new World(query);
  let wrong = 0;

  const pin = async (typed: string): Promise<v.PinAnswer> => {
    if (typed === PIN) {
      wrong = 0;
      return { answer: 'right' };
    }
    wrong += 1;
    return { answer: 'wrong', wait_s: wrong < 3 ? 0 : 5 };
  };
  const after = async (typed: string, work: () => void): Promise<v.PinAnswer> => {
    const answer = await pin(typed);
    if (answer.answer === 'right') work();
    return answer;
  };

  const core: Backend = {
    status: async () => world.status(),
    checkKeyStore: async () => ({
      system_works: !query.has('nostore'),
      reason: query.has('nostore') ? 'org.freedesktop.secrets: no such name' : '',
    }),
    firstRun: async () => world.firstRun(),
    join: async () => world.firstRun(),
    renewRecovery: async () => world.firstRun(),
    confirmRecovery: async (groups) => {
      if (groups.join() !== 'BBBBB,DDDDD') throw { code: 'wrong_recovery_code', data: {} };
      return null;
    },
    unlock: async (passphrase) => {
      if (passphrase !== 'open sesame') throw { code: 'wrong_passphrase', data: {} };
      return world.enter('sign_in');
    },
    recover: async () => world.enter('sign_in'),
    retry: async () => world.enter('sign_in'),
    signIn: async (person, typed) => after(typed, () => world.signIn(person)),
    signOut: async () => (world.enter('sign_in'), null),
    addPerson: async (name, language) => world.addPerson(name, language),
    changePin: async (_, old) => pin(old),
    resetPin: async () => ({ answer: 'right' }),
    saveFirm: async (firm) => ((world.firm = firm), null),
    setLogo: async () => world.firm,
    settings: async () => world.settings,
    saveSetting: async (key, value) => ((world.settings[key] = value), null),
    keepSignature: async (_, typed) => pin(typed),

    jobs: async (view) => world.jobList(view),
    job: async (id) => world.jobDetail(id),
    search: async (text) => world.search(text),
    customers: async (text) => world.customers.filter((item) => world.matches(item.name, text)),
    equipmentOf: async (customer) => world.equipment.filter((item) => item.customer === customer),
    saveCustomer: async (item) => (world.customers.unshift(item), item),
    saveEquipment: async (item) => (world.equipment.push(item), item),
    saveJob: async (item) => (world.jobs.push({ ...item, code: `J${world.jobs.length + 1}` }), item),
    kinds: async () => world.kinds,
    catalogue: async () => world.catalogue,

    newDocument: async (kind, start) => world.begin(kind, start),
    document: async (id) => world.view(id),
    draftSave: async (save) => world.save(save),
    discard: async (id) => (world.documents.delete(id), null),
    leaveDraft: async () => null,
    preview: async (id) => world.preview(id),
    addPhoto: async (id, name) => world.addPhoto(id, name),
    photoInbox: async () => world.inbox,
    takeFromInbox: async (id, name) => world.addPhoto(id, name),
    freeze: async (id) => world.freeze(id),
    takeBack: async (id) => world.takeBack(id),
    cancel: async (id) => (world.cancel(id), null),

    handOver: async (request) => world.handOver(request),
    handOverView: async () => world.handOverView(),
    handOverLanguage: async (language) => world.speak(language),
    handOverSeen: async (pages) => (world.seen(pages), null),
    handOverRemark: async (text) => world.remark(text),
    handOverInk: async (ink) => (world.ink(ink), null),
    sign: async (request) => world.sign(request),
    decline: async (reason, note) => world.decline(reason, note),
    takeTabletBack: async (person, typed) => after(typed, () => world.signIn(person)),
    notSigned: async (request) => world.notSigned(request),
    close: async (request) => after(request.pin, () => world.close(request.document)),

    detail: async (id) => world.detail(id),
    bring: async () => true,
    verify: async (id) => world.verify(id),
    openSealed: async () => null,
    printSealed: async () => null,
    saveSealed: async () => '/home/demo/FS-2026-RO1-00001.sealed.pdf',
    saveReceipt: async () => '/home/demo/FS-2026-RO1-00001.receipt.json',
    exportRoot: async () => '/home/demo/root.pem',
    rootCertificate: async () => ({
      name: 'root.pem',
      pem: '-----BEGIN CERTIFICATE-----\nMIIB…\n-----END CERTIFICATE-----',
      fingerprint: world.fingerprint,
    }),
    convert: async (id, kind) => world.convert(id, kind),

    ...office(query),
    ...admin(query),
    central: async () => alone,
    connect: async () => alone,
    syncNow: async () => null,
    seeAlarm: async () => alone,
    saveUnsent: async () => null,
    leave: async () => null,

    pageUrl: (token, page) => world.picture(token, page),
    photoUrl: () => world.photo(),
    on: () => () => {},
  };
  return failing(core, query.get('fail'));
}

/** The same core with one command that fails. */
function failing(core: Backend, command: string | null): Backend {
  if (!command) return core;
  const code = new URLSearchParams(location.search).get('code') ?? 'disk_full';
  const fail = async () => {
    throw { code, data: {} };
  };
  return { ...core, [command]: fail };
}
