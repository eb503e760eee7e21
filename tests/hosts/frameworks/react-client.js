import '@sinet/text';
import { StrictMode, createElement } from 'react';
import { hydrateRoot } from 'react-dom/client';
import * as props from './annotations.js';
import { App } from './react.tsx';

hydrateRoot(document.getElementById('root'), createElement(StrictMode, null, createElement(App, props)));
