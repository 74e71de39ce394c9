import fc from 'fast-check';
import { beforeEach, expect, test, vi } from 'vitest';
import { connectTo } from '$lib/backend';
import type { Backend } from '$lib/backend/backend';
import { demo } from '$lib/backend/demo';
import { Editor, SAVE_MS, UNDO_STEPS } from './editor.svelte';
import { newLine } from './lines';

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
  expect(editor.asked).toContain('fields.completion');
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

test('what is wrong is marked where it was asked for, and nowhere else while typing', async () => {
  editor.edit('lines', (content) => (content.lines = []));
  await editor.freeze();
  const asked = [...editor.asked];
  editor.edit('lines', (content) => content.lines.push({ ...newLine(content, []), description: '' }));
  await editor.settle();
  expect([...editor.asked]).toEqual(asked);
});

/** A core whose every answer comes when the test lets it, in the order of the calls, and now and then is a failure. */
function slow(real: Backend) {
  const waiting: ((works: boolean) => void)[] = [];
  const gate = () =>
    new Promise<void>((go, stop) => waiting.push((works) => (works ? go() : stop({ code: 'disk_full', data: {} }))));
  const { draftSave, addPhoto, preview, freeze } = real;
  real.draftSave = async (draft) => (await gate(), draftSave(draft));
  real.addPhoto = async (...photo) => (await gate(), addPhoto(...photo));
  real.preview = async (id) => (await gate(), preview(id));
  real.freeze = async (id) => (await gate(), freeze(id));
  return { waiting, answer: (works: boolean) => waiting.shift()?.(works) };
}

const STEPS = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.record({ do: fc.constant('edit'), field: fc.constantFrom('findings', 'work_done') }) },
    { weight: 4, arbitrary: fc.record({ do: fc.constant('answer') }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constant('wait'), ms: fc.constantFrom(1, SAVE_MS - 1, SAVE_MS) }) },
    fc.record({ do: fc.constant('fail') }),
    fc.record({ do: fc.constant('photo') }),
    fc.record({ do: fc.constant('freeze') }),
    fc.record({ do: fc.constant('again') }),
  ),
  { maxLength: 60 },
);

test('no change is lost, whatever it meets: saves, failures, photos, lists of problems', async () => {
  await fc.assert(
    fc.asyncProperty(STEPS, async (steps) => {
      const real = demo();
      connectTo(real);
      const [job] = (await real.jobs('all')).jobs;
      const own = new Editor(await real.newDocument('service_sheet', { from: 'job', job: job!.job.id }));
      const { waiting, answer } = slow(real);
      const typed: Record<string, string> = {};
      const under: Promise<unknown>[] = [];
      const later = (work: Promise<unknown>) => under.push(work.catch(() => null));
      for (const [index, step] of steps.entries()) {
        if (step.do === 'edit' && 'field' in step) {
          const text = (typed[step.field] ?? '') + String.fromCharCode(97 + (index % 26));
          typed[step.field] = text;
          own.edit(`fields.${step.field}`, (content) => (content.fields[step.field] = text), index * 10_000);
        } else if (step.do === 'wait' && 'ms' in step) await vi.advanceTimersByTimeAsync(step.ms);
        else if (step.do === 'photo') later(own.replaced(() => real.addPhoto(own.view.id, `${index}.jpg`, '', '')));
        else if (step.do === 'freeze') later(own.freeze());
        else if (step.do === 'again') later(own.again());
        else answer(step.do === 'answer');
        await vi.advanceTimersByTimeAsync(0);
        // On screen is what was typed, at every moment.
        for (const [field, text] of Object.entries(typed)) expect(own.content.fields[field]).toBe(text);
      }
      const ended = Promise.all(under).then(() => own.settle());
      let whole: boolean | null = null;
      void ended.then((value) => (whole = value));
      while (whole === null) {
        answer(true);
        await vi.advanceTimersByTimeAsync(SAVE_MS);
      }
      while (waiting.length > 0) answer(true);
      const kept = await real.document(own.view.id);
      for (const [field, text] of Object.entries(typed)) expect(kept.content.fields[field]).toBe(text);
      expect(kept.content).toEqual(own.content);
      expect(own.saved).toBe('saved');
    }),
    { numRuns: 200 },
  );
}, 60_000);
