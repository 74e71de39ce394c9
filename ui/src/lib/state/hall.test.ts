import { expect, test } from 'vitest';
import type { SetAsideRow, StaffDevice } from '$lib/backend/types';
import { Asked, grouped, inUse } from './hall.svelte';

const row = (entry: string, part: Partial<SetAsideRow> = {}): SetAsideRow => ({
  entry,
  kind: 'signed',
  data: {},
  reason: 'revoked',
  person: 'Ana',
  device: 'tablet (T1)',
  journal: null,
  at: '',
  received: '',
  document: null,
  title: '',
  answer: 'open',
  ...part,
});

test('what comes from one device for one reason is answered together, answered ones are not mixed in', () => {
  const groups = grouped([
    row('a'),
    row('b', { device: 'other' }),
    row('c'),
    row('d', { reason: 'not_allowed' }),
    row('e', { answer: 'accepted' }),
  ]);
  expect(groups.map((group) => group.rows.map(({ entry }) => entry))).toEqual([['a', 'c'], ['b'], ['d'], ['e']]);
  expect(grouped([])).toEqual([]);
});

test('a revoked device is nobody’s any more', () => {
  const device = (person: string, standing: StaffDevice['standing']) => ({ person, standing }) as StaffDevice;
  expect(inUse([device('p', 'even'), device('p', 'revoked'), device('q', 'new')], 'p')).toBe(1);
});

test('what was there stays while the server cannot be reached, and goes on when it can', async () => {
  let away = false;
  let number = 0;
  const asked = new Asked(async () => {
    if (away) throw { code: 'office_unreachable', data: {} };
    return ++number;
  });
  expect([asked.value, asked.loading]).toEqual([null, false]);
  await asked.load();
  away = true;
  await asked.load();
  expect([asked.value, asked.failure?.code, asked.loading]).toEqual([1, 'office_unreachable', false]);
  away = false;
  await asked.load();
  expect([asked.value, asked.failure]).toEqual([2, null]);
});

test('an answer that was overtaken says nothing', async () => {
  const answers: ((value: string) => void)[] = [];
  const asked = new Asked(() => new Promise<string>((resolve) => answers.push(resolve)));
  const [first, second] = [asked.load(), asked.load()];
  answers[1]?.('new');
  await second;
  answers[0]?.('old');
  await first;
  expect([asked.value, asked.loading]).toEqual(['new', false]);
});
