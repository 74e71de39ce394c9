import { render, screen } from '@testing-library/svelte';
import { expect, test } from 'vitest';
import App from './App.svelte';

test('the application mounts and names itself', () => {
  render(App);
  expect(screen.getByRole('heading', { name: 'Fieldseal' })).toBeTruthy();
});
