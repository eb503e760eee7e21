// <sinet-text> in Svelte's templates: `import type {} from '@sinet/text/svelte'`.
import type { HTMLAttributes } from 'svelte/elements';
import type { SinetText, SinetTextAttributes, SinetTextEventMap } from './element.js';

type Listeners = { [Name in keyof SinetTextEventMap as `on${Name}`]?: (event: SinetTextEventMap[Name]) => void };

declare module 'svelte/elements' {
  interface SvelteHTMLElements {
    'sinet-text': HTMLAttributes<SinetText> & SinetTextAttributes & Listeners;
  }
}
