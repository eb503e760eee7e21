import '@sinet/text';
import { createSSRApp } from 'vue';
import { App } from './vue.js';

createSSRApp(App).mount('#root');
