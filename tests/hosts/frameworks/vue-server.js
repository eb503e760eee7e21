import '@sinet/text';
import { createSSRApp } from 'vue';
import { renderToString } from 'vue/server-renderer';
import { App } from './vue.js';

export const html = await renderToString(createSSRApp(App));
