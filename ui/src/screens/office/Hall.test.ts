import { render, screen, waitFor } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { beforeEach, expect, test, vi } from 'vitest';
import { backend, connectTo } from '$lib/backend';
import { demo } from '$lib/backend/demo';
import type { Role } from '$lib/backend/types';
import { i18n } from '$lib/i18n/i18n.svelte';
import { app } from '$lib/state/app.svelte';
import Hall from './Hall.svelte';

const user = userEvent.setup();
const at = (id: string) => screen.findByTestId(id);
const missing = (id: string) => expect(screen.queryByTestId(id)).toBeNull();

async function enter(role: Role) {
  window.history.replaceState(null, '', `/?phase=open&role=${role}`);
  connectTo(demo());
  await app.start();
  app.kinds = await backend.kinds();
  await i18n.use('en');
  render(Hall);
}

beforeEach(() => {
  HTMLDialogElement.prototype.showModal = vi.fn();
  HTMLDialogElement.prototype.close = vi.fn();
});

test('an administrator adds somebody and gets the code for their first device', async () => {
  await enter('admin');
  await user.click(await at('staff-add'));
  const save = await at('staff-save');
  expect(save.hasAttribute('disabled')).toBe(true);
  await user.type(await at('staff-name'), 'Tekla Provsson');
  await user.click(await at('staff-role-office'));
  await user.click(save);
  expect((await at('code-text')).textContent).toBe('7KQ2-M9XA-4TBD');
  expect(((await at('code-link')) as HTMLTextAreaElement).value).toContain('fieldseal://enrol');
  await user.click(await at('code-close'));
  expect(await screen.findByText('Tekla Provsson')).toBeTruthy();
});

test('a device that holds back signatures is told with both numbers; a lost one is revoked with a reason', async () => {
  await enter('manager');
  const card = await at('device-R4D7');
  expect(card.textContent).toContain('The device says 7 signed, the office has 6.');
  await user.click(await at('device-revoke-R4D7'));
  const ok = await at('reason-ok');
  expect(ok.hasAttribute('disabled')).toBe(true);
  await user.type(await at('reason'), 'left in a taxi');
  await user.click(ok);
  await waitFor(() => expect(screen.getByTestId('device-R4D7').textContent).toContain('Revoked since'));
  missing('device-revoke-R4D7');
  missing('device-revoke-A1B2');
});

test.each([
  [
    'auditor',
    ['staff-add', 'staff-code-p3', 'staff-pin-p3', 'device-revoke-R4D7', 'device-approve-K9X3', 'bring-parcel'],
  ],
  ['office', ['staff-add', 'staff-code-p3', 'staff-pin-p3', 'device-revoke-R4D7', 'device-approve-K9X3']],
  ['manager', ['staff-add', 'staff-code-p3', 'staff-edit-p3']],
] as const)('nothing is offered to the role %s that it may not do', async (role, hidden) => {
  await enter(role);
  await at('device-R4D7');
  hidden.forEach(missing);
});

test('entries set aside are explained, and answered with a reason', async () => {
  await enter('office');
  await user.click(await at('office-aside'));
  const groups = await screen.findAllByTestId('aside-group');
  expect(groups).toHaveLength(2);
  expect(groups[0]?.textContent).toContain('From a revoked device');
  expect(groups[0]?.textContent).toContain('Signed by Mihai Exemplu');
  const [accept] = await screen.findAllByTestId('aside-accept');
  expect(accept?.hasAttribute('disabled')).toBe(true);
  await user.type((await screen.findAllByTestId('aside-reason'))[0]!, 'asked the customer');
  const answer = vi.spyOn(backend, 'answerSetAside');
  await user.click(accept!);
  expect(answer).toHaveBeenCalledWith(['a'.repeat(64), 'b'.repeat(64)], true, 'asked the customer');
  await waitFor(() => expect(screen.getAllByTestId('aside-group')).toHaveLength(1));
  await user.click(await at('aside-all'));
  await waitFor(() => expect(screen.getAllByTestId('aside-group')).toHaveLength(2));
});

test('an auditor reads what was set aside and answers nothing', async () => {
  await enter('auditor');
  await user.click(await at('office-aside'));
  await screen.findAllByTestId('aside-group');
  for (const id of ['aside-accept', 'aside-refuse', 'aside-reason', 'aside-approve']) missing(id);
});

test('mail: own words, a wrong sender, a test', async () => {
  await enter('admin');
  await user.click(await at('office-mail'));
  const from = (await at('mail-from')) as HTMLInputElement;
  expect((await at('mail-save')).hasAttribute('disabled')).toBe(true);
  await user.clear(from);
  await user.type(from, 'nobody');
  await user.click(await at('mail-security-tls'));
  expect(((await at('mail-port')) as HTMLInputElement).value).toBe('465');
  await user.click(await at('mail-save'));
  expect((await at('mail-failed')).textContent).toContain('must be an address');
  await user.type(from, '@example.com');
  await user.type(await at('mail-subject'), '!');
  const save = vi.spyOn(backend, 'saveMailSettings');
  await user.click(await at('mail-save'));
  expect(save.mock.calls[0]?.[0].words.en?.subject).toBe('{kind} {number}!');
  await user.type(await at('mail-test-to'), 'me@example.com');
  await user.click(await at('mail-test'));
  expect((await at('mail-said')).textContent).toContain('250 2.0.0');
});

test('a manager sees the settings of mail and changes none, an auditor sees the log only', async () => {
  await enter('manager');
  await user.click(await at('office-mail'));
  await at('mail-from');
  missing('mail-save');
  document.body.innerHTML = '';
  await enter('auditor');
  await user.click(await at('office-mail'));
  await at('copies');
  for (const id of ['mail-from', 'mail-test']) missing(id);
});

test('retention: shown first, held ones stay, a reason is needed', async () => {
  await enter('manager');
  await user.click(await at('office-retention'));
  const rows = await at('retention-rows');
  expect(rows.textContent).toContain('kept by a legal hold');
  expect(screen.getAllByRole('checkbox')).toHaveLength(2);
  await user.click(screen.getAllByRole('checkbox')[1]!);
  const erase = vi.spyOn(backend, 'eraseDocuments');
  // What is typed but was not shown yet is no rule.
  await user.type(await at('retention-years'), '0');
  await user.click(await at('retention-erase'));
  const ok = await at('reason-ok');
  expect(ok.hasAttribute('disabled')).toBe(true);
  await user.type(await at('reason'), 'ten years are over');
  await user.click(ok);
  expect(erase).toHaveBeenCalledWith({ years: 10, kinds: [] }, ['r40'], 'ten years are over');
  await waitFor(() => expect(screen.getByTestId('retention-rows').textContent).not.toContain('FS-2015-R4D7-00012'));
  await user.clear(await at('retention-years'));
  expect((await at('retention-show')).hasAttribute('disabled')).toBe(true);
});

test('an office role erases nothing', async () => {
  await enter('office');
  await at('device-R4D7');
  missing('office-retention');
});

test('without network it says so, and asks again', async () => {
  await enter('admin');
  await at('device-R4D7');
  const staff = vi.spyOn(backend, 'setAside').mockRejectedValueOnce({ code: 'office_unreachable', data: {} });
  await user.click(await at('office-aside'));
  expect((await at('office-failed')).textContent).toContain("The office's server cannot be reached.");
  await user.click(screen.getByText('Try again'));
  expect(await screen.findAllByTestId('aside-group')).toHaveLength(2);
  expect(staff).toHaveBeenCalledTimes(2);
});

test('what is set aside says when there is more than it shows', async () => {
  await enter('admin');
  await user.click(await at('office-aside'));
  await screen.findAllByTestId('aside-group');
  missing('aside-more');
  const view = { ...(await backend.setAside(false)), more: true };
  vi.spyOn(backend, 'setAside').mockResolvedValueOnce(view);
  await user.click(screen.getByTestId('aside-all'));
  expect((await at('aside-more')).textContent).toContain('More wait than the');
});

test('a device of no office says how to connect it', async () => {
  await enter('admin');
  vi.spyOn(backend, 'setAside').mockRejectedValueOnce({ code: 'no_office', data: {} });
  await user.click(await at('office-aside'));
  expect((await at('office-alone')).textContent).toContain('No office is connected');
});
