// <sinet-text> in JSX: `import type {} from '@sinet/text/react'`.
import type { DetailedHTMLProps, HTMLAttributes } from 'react';
import type { SinetText, SinetTextAttributes, SinetTextEventMap } from './element.js';

type Listeners = { [Name in keyof SinetTextEventMap as `on${Name}`]?: (event: SinetTextEventMap[Name]) => void };

declare module 'react' {
  namespace JSX {
    interface IntrinsicElements {
      'sinet-text': DetailedHTMLProps<HTMLAttributes<SinetText>, SinetText> & SinetTextAttributes & Listeners;
    }
  }
}
