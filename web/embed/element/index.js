// The element, defined once for the page. Importing this where there is no window defines nothing.
import { SinetText as Own } from './sinet-text.js';

const first = globalThis.customElements?.get('sinet-text');
if (!first) globalThis.customElements?.define('sinet-text', Own);
else if (first.version !== Own.version) {
  console.warn(`<sinet-text> is here twice, of version ${first.version} and ${Own.version}; the first one stays.`);
}

export const SinetText = first ?? Own;
