import { render, screen, waitFor } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { connectTo } from '$lib/backend';
import type { Backend } from '$lib/backend/backend';
import { demo } from '$lib/backend/demo';
import type { CloseRequest } from '$lib/backend/types';
import { i18n } from '$lib/i18n/i18n.svelte';
import { InkPad } from '$lib/ink';
import { app } from '$lib/state/app.svelte';
import Close from './Close.svelte';

const user = userEvent.setup();
const ink = { v: 1, w: 60000, h: 22000, strokes: [[5, 5]] };
let core: Backend;
let asked: CloseRequest[];

beforeEach(async () => {
  // jsdom lays nothing out and paints nothing; the window tests cover both.
  vi.spyOn(HTMLCanvasElement.prototype, 'getContext').mockReturnValue(null);
  vi.stubGlobal(
    'ResizeObserver',
    class {
      observe() {}
      unobserve() {}
      disconnect() {}
    },
  );
  window.scrollTo = () => {};
  vi.spyOn(InkPad.prototype, 'count', 'get').mockReturnValue(1);
  vi.spyOn(InkPad.prototype, 'draft', 'get').mockReturnValue({ ink, device: 'pen' } as InkPad['draft']);
  history.replaceState(null, '', '?phase=open&language=en');
  core = demo();
  connectTo(core);
  await i18n.use('en');
  app.notices = [];
  app.take({ ...(await core.status()), phase: 'open' });
  app.status = { ...app.status!, person: { ...app.status!.person!, has_signature: false } };
  const [job] = (await core.jobs('all')).jobs;
  const sheet = await core.newDocument('service_sheet', { from: 'job', job: job!.job.id });
  asked = [];
  core.close = async (request) => (asked.push(request), { answer: 'right' });
  render(Close, { document: sheet.id });
  await screen.findByTestId('screen-close');
});

afterEach(() => void vi.restoreAllMocks());

async function pin() {
  for (const digit of '2468') await user.click(screen.getByTestId(`pin-${digit}`));
  await user.click(screen.getByTestId('pin-ok'));
}

test('a small signature that was confirmed is closed with as confirmed', async () => {
  vi.spyOn(InkPad.prototype, 'judge').mockReturnValue({ kind: 'confirmed_small', reason: 'short_ink' });
  await pin();
  await waitFor(() => expect(asked.map((request) => request.small_confirmed)).toEqual([true]));
});

test('what only the core finds small is asked for again, and then meant so', async () => {
  vi.spyOn(InkPad.prototype, 'judge').mockReturnValue({ kind: 'signature' });
  const close = core.close;
  core.close = async (request) => {
    const answer = await close(request);
    if (!request.small_confirmed) throw { code: 'ink_small', data: {} };
    return answer;
  };
  await pin();
  await waitFor(() => expect(app.notices.map((notice) => notice.tone)).toContain('failed'));
  await pin();
  await waitFor(() => expect(asked.map((request) => request.small_confirmed)).toEqual([false, true]));
});
