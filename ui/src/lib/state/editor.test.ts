import { beforeEach, expect, test, vi } from 'vitest';
import { connectTo } from '$lib/backend';
import type { Backend } from '$lib/backend/backend';
import { demo } from '$lib/backend/demo';
import { Editor, SAVE_MS, UNDO_STEPS } from './editor.svelte';

let core: Backend;
let editor: Editor;

beforeEach(async () => {
  vi.useFakeTimers();
  core = demo();
  connectTo(core);
  const [job] = (await core.jobs('all')).jobs;
  editor = new Editor(await core.newDocument('service_sheet', { from: 'job', job: job!.job.id }));
  return () => vi.useRealTimers();
});

const write = (text: string, now = Date.now()) =>
  editor.edit('fields.findings', (content) => (content.fields['findings'] = text), now);
const stored = async () => (await core.document(editor.view.id)).content.fields['findings'];

test('a change is saved after a short pause, by itself', async () => {
  write('dry seal');
  expect(editor.saved).toBe('waiting');
  await vi.advanceTimersByTimeAsync(SAVE_MS);
  expect(await stored()).toBe('dry seal');
  expect(editor.saved).toBe('saved');
});

test('typing on while a save is under way saves the last word too, over the right version', async () => {
  let release = () => {};
  const first = new Promise<void>((resolve) => (release = resolve));
  const save = core.draftSave;
  core.draftSave = vi.fn(async (draft) => {
    if (draft.content.fields['findings'] === 'one') await first;
    return save(draft);
  });
  write('one');
  await vi.advanceTimersByTimeAsync(SAVE_MS);
  write('one two');
  await vi.advanceTimersByTimeAsync(SAVE_MS);
  release();
  await editor.settle();
  expect(await stored()).toBe('one two');
});

test('a failed save keeps the words and can be tried again', async () => {
  const save = core.draftSave;
  core.draftSave = async () => {
    throw { code: 'disk_full', data: {} };
  };
  write('not lost');
  expect(await editor.settle()).toBe(false);
  expect(editor.failure?.code).toBe('disk_full');
  expect(editor.content.fields['findings']).toBe('not lost');
  core.draftSave = save;
  await editor.again();
  expect(editor.failure).toBeNull();
  expect(await stored()).toBe('not lost');
});

test('words typed into one field without a pause are one step of undo', async () => {
  const before = editor.content.fields['findings'];
  write('a', 1000);
  write('ab', 1300);
  write('abc', 1600);
  editor.undo();
  expect(editor.content.fields['findings']).toBe(before);
  expect(editor.canUndo).toBe(false);
});

test('undo goes back twenty steps and no further, and is saved like any change', async () => {
  for (let step = 1; step <= UNDO_STEPS + 5; step += 1) write(`step ${step}`, step * 10_000);
  for (let step = 0; step < UNDO_STEPS; step += 1) editor.undo();
  expect(editor.canUndo).toBe(false);
  expect(editor.content.fields['findings']).toBe('step 5');
  await editor.settle();
  expect(await stored()).toBe('step 5');
});

test('freezing saves first, and shows what is missing', async () => {
  write('last word');
  const answer = await editor.freeze();
  expect(answer?.answer).toBe('problems');
  expect(editor.showProblems).toBe(true);
  expect(editor.blocking.map((problem) => problem.place)).toContain('fields.completion');
  expect(await stored()).toBe('last word');
});

test('leaving makes one save point, also when it is called twice', async () => {
  core.leaveDraft = vi.fn(async () => null);
  write('bye');
  await Promise.all([editor.leave(), editor.leave()]);
  expect(await stored()).toBe('bye');
  expect(core.leaveDraft).toHaveBeenCalledTimes(1);
});

test('a superseded preview is no failure', async () => {
  core.preview = async () => {
    throw { code: 'superseded', data: {} };
  };
  await editor.refreshPreview();
  expect(editor.previewFailure).toBeNull();
});
