// The element for pages that load a script: the class is `window.SinetText`.
import { SinetText } from './index.js';

globalThis.SinetText ??= SinetText;
