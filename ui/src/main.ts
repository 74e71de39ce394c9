import { mount } from 'svelte';
import { connect } from '$lib/backend';
import { sentenceOf, toFailure } from '$lib/backend/failure';
import { i18n } from '$lib/i18n/i18n.svelte';
import { app } from '$lib/state/app.svelte';
import App from './App.svelte';
import './styles/base.css';
import './styles/parts.css';

const target = document.getElementById('app');
if (!target) throw new Error('index.html has no #app element');

/** Without a core there is nothing to show but why. */
async function start(place: HTMLElement): Promise<void> {
  try {
    await connect();
    await app.start();
    mount(App, { target: place });
  } catch (thrown) {
    await i18n.use('en');
    place.textContent = sentenceOf(toFailure(thrown));
  }
}

void start(target);
