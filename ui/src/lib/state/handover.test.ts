import { beforeEach, expect, test } from 'vitest';
import { connectTo } from '$lib/backend';
import type { Backend } from '$lib/backend/backend';
import { demo } from '$lib/backend/demo';
import { HandOver, missingPages } from './handover.svelte';

let core: Backend;
let hand: HandOver;
const INK = { v: 1, w: 60000, h: 22000, strokes: [[0, 0, 100, 100]] };

beforeEach(async () => {
  history.replaceState(null, '', '?phase=hand_over&language=ro');
  core = demo();
  connectTo(core);
  hand = new HandOver(await core.handOverView());
});

test('says what the signature still needs, and nothing else', () => {
  expect(hand.lacking).toEqual(['pages', 'ink', 'consent']);
  hand.saw(1);
  hand.saw(2);
  hand.ink({ ink: INK, pointer: 'pen' });
  hand.consent = true;
  hand.name = '  ';
  expect(hand.lacking).toEqual(['name']);
  hand.name = 'Ștefania';
  expect(hand.lacking).toEqual([]);
});

test('whoever reads the text or types the name lacks neither pages nor ink', () => {
  hand.readAsText(true);
  hand.method = 'typed';
  hand.consent = true;
  expect(hand.lacking).toEqual([]);
});

test('a typed name is sent without ink, even when something was drawn before', async () => {
  const asked: unknown[] = [];
  const sign = core.sign;
  core.sign = (request) => (asked.push(request), sign(request));
  hand.ink({ ink: INK, pointer: 'touch' });
  hand.method = 'typed';
  await hand.sign(false);
  expect(asked).toMatchObject([{ method: 'typed', ink: null, pointer: null }]);
  expect(hand.view.step).toBe('done');
});

test('a remark makes a new revision: pages and consent start anew, name and strokes stay', async () => {
  hand.saw(1);
  hand.saw(2);
  hand.consent = true;
  hand.ink({ ink: INK, pointer: 'pen' });
  hand.name = 'Somebody';
  await hand.remark('Ușa scârțâie');
  expect(hand.lacking).toEqual(['pages', 'consent']);
  expect(hand.name).toBe('Somebody');
  expect(hand.view.revision).toBe(2);
});

test('another language changes the screen and keeps everything entered', async () => {
  hand.name = 'Somebody';
  hand.ink({ ink: INK, pointer: 'pen' });
  await hand.speak('fr');
  expect(hand.view.language).toBe('fr');
  expect(hand.name).toBe('Somebody');
  expect(hand.drawn?.ink).toEqual(INK);
});

test('when storing fails the strokes are kept and signing can be tried again', async () => {
  hand.ink({ ink: INK, pointer: 'pen' });
  const sign = core.sign;
  core.sign = async () => {
    throw { code: 'disk_full', data: {} };
  };
  await hand.sign(false);
  expect(hand.failure?.code).toBe('disk_full');
  expect(hand.drawn?.ink).toEqual(INK);
  core.sign = sign;
  await hand.sign(false);
  expect(hand.failure).toBeNull();
  expect(hand.view.step).toBe('done');
});

test('a second tap while the first is under way does not sign twice', async () => {
  let times = 0;
  const sign = core.sign;
  core.sign = (request) => ((times += 1), sign(request));
  await Promise.all([hand.sign(false), hand.sign(false)]);
  expect(times).toBe(1);
});

test('strokes of a draft are back after a restart', async () => {
  hand.ink({ ink: INK, pointer: 'pen' });
  const again = new HandOver(await core.handOverView());
  expect(again.drawn?.ink).toEqual(INK);
});

test('pages that were not seen, from 1', () => {
  expect(missingPages(3, new Set([2]))).toEqual([1, 3]);
});
