// The figure program: layout and drawing in Rust, the same that has drawn the still.
import { initSync, Labelled } from 'sinet-figure';
import { SinetFault } from './fault.js';
import { fetched } from './fetched.js';
import { partsOf } from './words.js';

let program;

/** What draws annotations, once the program is here, which is fetched when it is first wanted. @returns {Promise<typeof drawn>} */
export function figure(base) {
  const load = async () => {
    if (typeof WebAssembly !== 'object') throw new SinetFault('too-old');
    const response = await fetched(`${base}sinet-figure.wasm`, BUILD.files['sinet-figure.wasm']);
    initSync({ module: await WebAssembly.compile(await response.arrayBuffer()) });
    return drawn;
  };
  program ??= load().catch((error) => {
    program = undefined;
    throw error;
  });
  return program;
}

/**
 * What `draw` makes of an annotation, which is handed to the program part by part. One that does not fit its text is a fault.
 * @param {(labelled: Labelled) => string} draw
 */
function drawn(annotation, draw) {
  const { text, types } = annotation;
  const check = (fits, name) => {
    if (!fits) throw new SinetFault('request', `annotation.${name}`);
  };
  check(typeof text === 'string', 'text');
  const lists = { ...annotation, ...partsOf(annotation) };
  const labelled = new Labelled(text);
  try {
    // `add` takes a part by its two numbers, as the program takes them: others would become some.
    const each = (name, add, from = 'start', to = 'end') => {
      check(lists[name]?.forEach, name);
      lists[name].forEach((part, place) => {
        const { [from]: first, [to]: second } = part ?? {};
        check(first >>> 0 === first && second >>> 0 === second && add(first, second, part), `${name}[${place}]`);
      });
    };
    const label = (add) => (first, second, { type, score, source = score == null ? 'person' : 'model' }) => {
      const isLabel = typeof type === 'string' && typeof (score ?? 0) === 'number' && ['person', 'model'].includes(source);
      return isLabel && add(type, first, second, score ?? NaN, source === 'person');
    };
    each('words', (start, end) => labelled.word(start, end));
    each('sentences', (start, end) => labelled.sentence(start, end));
    each('entities', label((...parts) => labelled.entity(...parts)));
    each('relations', label((...parts) => labelled.relation(...parts)), 'head', 'tail');
    [types?.entities, types?.relations].forEach((kinds = [], place) => {
      for (const [name, verbose = name, symmetric = false] of kinds) labelled.kind(!!place, `${name}`, `${verbose}`, symmetric);
    });
    return draw(labelled);
  } finally {
    labelled.free();
  }
}
