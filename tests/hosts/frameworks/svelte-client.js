import '@sinet/text';
import { hydrate } from 'svelte';
import App from './svelte.svelte';

hydrate(App, { target: document.getElementById('root') });
