import { render, screen, waitFor } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { beforeEach, expect, test, vi } from 'vitest';
import { connectTo } from '$lib/backend';
import type { Backend } from '$lib/backend/backend';
import { demo } from '$lib/backend/demo';
import { i18n } from '$lib/i18n/i18n.svelte';
import { app } from '$lib/state/app.svelte';
import { jumpTo } from '$lib/state/problems';
import Work from '../Work.svelte';

const user = userEvent.setup();
let core: Backend;
let document: string;

beforeEach(async () => {
  // jsdom lays nothing out; the window tests cover that.
  window.scrollTo = () => {};
  for (const name of ['ResizeObserver', 'IntersectionObserver'] as const) {
    vi.stubGlobal(
      name,
      class {
        observe() {}
        unobserve() {}
        disconnect() {}
      },
    );
  }
  HTMLDialogElement.prototype.showModal ??= function (this: HTMLDialogElement) {
    this.open = true;
  };
  HTMLDialogElement.prototype.close ??= function (this: HTMLDialogElement) {
    this.open = false;
  };
  history.replaceState(null, '', '?phase=open&language=en');
  core = demo();
  connectTo(core);
  await i18n.use('en');
  app.notices = [];
  app.take(await core.status());
  const [job] = (await core.jobs('all')).jobs;
  document = (await core.newDocument('service_sheet', { from: 'job', job: job!.job.id })).id;
  app.go({ at: 'editor', document });
  render(Work);
});

const findings = () => screen.findByTestId('field-findings');
const stored = async () => (await core.document(document)).content.fields['findings'];

/** Types while nothing can be saved, and goes back. The answer mends the disk. */
async function backFromAFullDisk(): Promise<() => void> {
  const save = core.draftSave;
  core.draftSave = async () => {
    throw { code: 'disk_full', data: {} };
  };
  await user.type(await findings(), 'dry seal');
  await user.click(screen.getByTestId('back'));
  await screen.findByTestId('unsaved');
  expect(app.place.at).toBe('editor');
  return () => (core.draftSave = save);
}

test('what cannot be saved is not left without a word, and can be tried again', async () => {
  const mend = await backFromAFullDisk();
  await user.click(screen.getByTestId('save-again'));
  await screen.findByTestId('unsaved');
  expect(app.place.at).toBe('editor');
  mend();
  await user.click(screen.getByTestId('save-again'));
  await waitFor(() => expect(app.place.at).toBe('jobs'));
  expect(await stored()).toContain('dry seal');
});

test('who stays has every letter, and who leaves all the same is let go', async () => {
  await backFromAFullDisk();
  await user.click(screen.getByTestId('stay'));
  expect(((await findings()) as HTMLTextAreaElement).value).toContain('dry seal');
  await user.click(screen.getByTestId('back'));
  await user.click(await screen.findByTestId('leave-unsaved'));
  await waitFor(() => expect(app.place.at).toBe('jobs'));
});

test('a save point that cannot be written is said', async () => {
  core.leaveDraft = async () => {
    throw { code: 'disk_full', data: {} };
  };
  await findings();
  await user.click(screen.getByTestId('back'));
  await waitFor(() => expect(app.place.at).toBe('jobs'));
  expect(app.notices.map((notice) => notice.tone)).toContain('failed');
});

test('a part has its serial number, and a rate that needs a reason its note', async () => {
  await findings();
  const index = (await core.document(document)).content.lines.length;
  await user.click(screen.getByTestId('add-line'));
  await user.type(await screen.findByTestId(`line-${index}-serial`), 'SN-7');
  expect(screen.queryByTestId(`line-${index}-vat-note`)).toBeNull();
  const rate = screen.getByTestId(`line-${index}-vat`);
  await user.type(screen.getByTestId(`line-${index}-price`), '10');
  await user.clear(rate);
  await user.type(rate, '0');
  await user.tab();
  await user.type(await screen.findByTestId(`line-${index}-vat-note`), 'reverse charge');
  await waitFor(async () => {
    const line = (await core.document(document)).content.lines[index];
    expect(line).toMatchObject({ serial: 'SN-7', vat_bp: 0, vat_note: 'reverse charge' });
  });
});

test('what can be missing in the head of a document has a place to go to', async () => {
  await findings();
  Element.prototype.scrollIntoView = () => {};
  for (const place of ['supplier.legal_name', 'technician', 'currency', 'customer.street']) {
    (window.document.activeElement as HTMLElement | null)?.blur();
    jumpTo(place);
    const input = window.document.activeElement as HTMLInputElement;
    expect(input.tagName, place).toBe('INPUT');
    expect(input.closest('details')?.open, place).toBe(true);
  }
});
