// <sinet-text> in Vue's templates: `import type {} from '@sinet/text/vue'`.
import type { HTMLAttributes } from 'vue';
import type { SinetTextAttributes, SinetTextEventMap } from './element.js';

type Camel<Name extends string> = Name extends `${infer First}-${infer Rest}` ? `${Capitalize<First>}${Camel<Rest>}` : Capitalize<Name>;
type Listeners = { [Name in keyof SinetTextEventMap as `on${Camel<Name>}`]?: (event: SinetTextEventMap[Name]) => void };

declare module 'vue' {
  interface GlobalComponents {
    'sinet-text': new () => { $props: HTMLAttributes & SinetTextAttributes & Listeners };
  }
}
