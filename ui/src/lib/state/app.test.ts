import { beforeEach, expect, test } from 'vitest';
import { connectTo } from '$lib/backend';
import type { AppStatus } from '$lib/backend/types';
import { demo } from '$lib/backend/demo';
import { app } from './app.svelte';

let status: AppStatus;

beforeEach(async () => {
  history.replaceState(null, '', '?phase=open&language=ro');
  const core = demo();
  connectTo(core);
  status = await core.status();
  app.status = null;
});

test('who signs in sees their list', () => {
  app.go({ at: 'detail', document: 'x' });
  app.take({ ...status, phase: 'sign_in', person: null });
  app.take(status);
  expect(app.place).toEqual({ at: app.office ? 'register' : 'jobs' });
});

test('who takes the tablet back goes on with the document of the customer', () => {
  app.take({ ...status, phase: 'hand_over', person: null });
  app.go({ at: 'signing', document: 'x' });
  app.take(status);
  expect(app.place).toEqual({ at: 'signing', document: 'x' });
});

test('who the office knows by another id stays where they are', () => {
  app.take(status);
  app.go({ at: 'editor', document: 'x' });
  app.take({ ...status, person: status.person && { ...status.person, id: 'other' } });
  expect(app.place).toEqual({ at: 'editor', document: 'x' });
});
