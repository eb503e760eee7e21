// The types of the element, as a compiler reads them.
import { SinetText, type Annotation } from '@sinet/text';
import type {} from '@sinet/text/svelte';
import type {} from '@sinet/text/vue';
import type { SvelteHTMLElements } from 'svelte/elements';
import type { GlobalComponents } from 'vue';

export async function use(): Promise<Annotation> {
  SinetText.configure({ base: '/sinet', models: { mine: { url: '/models/mine', bytes: 24_000_000 } } });
  const element: SinetText = document.createElement('sinet-text');
  element.live = true;
  element.annotation = { text: 'A parser.' };
  element.addEventListener('sinet-progress', ({ detail: { loaded, total } }) => console.log(loaded / total));
  // @ts-expect-error there is no such format
  await element.exportAs('pdf');
  return element.annotate('A parser.');
}

export const inSvelte: SvelteHTMLElements['sinet-text'] = { model: 'scierc', 'onsinet-result': ({ detail }) => console.log(detail.annotation.text) };
export const inVue: InstanceType<GlobalComponents['sinet-text']>['$props'] = { live: 'visible', onSinetError: ({ detail }) => console.log(detail.code) };
// @ts-expect-error there is no such device
export const wrong: SvelteHTMLElements['sinet-text'] = { device: 'abacus' };
