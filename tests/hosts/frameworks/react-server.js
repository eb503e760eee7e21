// The element is imported, as it is by whatever both sides share.
import '@sinet/text';
import { StrictMode, createElement } from 'react';
import { renderToString } from 'react-dom/server';
import * as props from './annotations.js';
import { App } from './react.tsx';

export const html = renderToString(createElement(StrictMode, null, createElement(App, props)));
