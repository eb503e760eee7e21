// <sinet-text> in Vue: `:annotation.prop` and `@sinet-select` of a template are these.
import { h, ref } from 'vue';
import { annotations, text, typeOf } from './annotations.js';

export const App = {
  setup() {
    const [place, selected] = [ref(0), ref('nothing')];
    return () => [
      h('sinet-text', { base: '/sinet/', scores: '', '.annotation': annotations[place.value], onSinetSelect: (event) => (selected.value = typeOf(event)) }, text),
      h('output', selected.value),
      h('button', { onClick: () => place.value++ }, 'Next'),
    ];
  },
};
