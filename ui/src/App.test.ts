import { render, screen } from '@testing-library/svelte';
import { beforeEach, expect, test } from 'vitest';
import { connectTo } from '$lib/backend';
import { demo } from '$lib/backend/demo';
import { i18n } from '$lib/i18n/i18n.svelte';
import { app } from '$lib/state/app.svelte';
import App from './App.svelte';

beforeEach(async () => {
  connectTo(demo());
  await i18n.use('en');
});

test('each phase of the core has its screen', async () => {
  await app.start();
  render(App);
  expect(await screen.findByTestId('screen-sign-in')).toBeTruthy();
  app.take({ ...app.status!, phase: 'broken', problem: { code: 'store_damaged', data: {} } });
  expect(await screen.findByText("The documents' file is damaged.")).toBeTruthy();
  app.take({ ...app.status!, phase: 'locked', problem: null });
  expect(await screen.findByTestId('screen-locked')).toBeTruthy();
});
