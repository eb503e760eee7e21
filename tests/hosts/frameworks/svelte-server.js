import '@sinet/text';
import { render } from 'svelte/server';
import App from './svelte.svelte';

export const html = render(App).body;
