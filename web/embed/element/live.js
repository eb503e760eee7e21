// What an element does beyond its still: drawing, a model that reads, corrections.
import figureStyle from '../../../crates/sinet-figure/src/sinet.css';
import style from './live.css';
import { contentOf } from './content.js';
import { marked, related, removed, rescored, retyped, spansOf } from './corrections.js';
import { engineFor } from './engine.js';
import { SinetFault } from './fault.js';
import { fetched } from './fetched.js';
import { figure } from './figure.js';
import { shelf } from './live-script.js';
import { textOf, typeName } from './picture.js';

/** How long a reader pauses before the text is read, in milliseconds. */
const PAUSE = 300;

const megabytes = (bytes) => Math.round(bytes / 1e6);

const sheets = [figureStyle, style].map((text) => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(text);
  return sheet;
});

function made(name, part, properties = {}, ...children) {
  const element = Object.assign(document.createElement(name), properties);
  element.part = part;
  element.append(...children);
  return element;
}

/** The life of one element. `face` is what the element lets it do. */
class Live {
  /** Holds the picture in the place of the still. */
  picture = made('div', 'picture', { className: 'sinet' });
  #field = made('textarea', 'field', { ariaLabel: 'Text to annotate', rows: 2 });
  #editor = made('span', 'editor');
  #face;
  #engine;
  #pause;
  /** Counts the pictures, of which only the last one asked for is shown. */
  #drawings = 0;

  constructor(face) {
    this.#face = face;
    const { root, controls } = face.ui;
    root.adoptedStyleSheets = [...root.adoptedStyleSheets, ...sheets];
    controls.before(this.picture);
    controls.prepend(this.#field, this.#editor);
    this.#field.addEventListener('input', () => {
      clearTimeout(this.#pause);
      this.#pause = setTimeout(() => this.#field.value.trim() && this.read(this.#field.value).catch(() => {}), PAUSE);
    });
    this.#field.addEventListener('keydown', (event) => {
      // Hosts open their search and turn pages with keys.
      const isText = !event.altKey && !event.ctrlKey && !event.metaKey && !['Tab', 'Escape'].includes(event.key);
      if (isText) event.stopPropagation();
    });
  }

  /** Whether there is a picture. */
  get isDrawn() {
    return this.picture.hasChildNodes();
  }

  /** What the reader has written, if anything. */
  get written() {
    return this.#field.value;
  }

  /** Brings the field up to the state of the element. */
  show(state) {
    const { element } = this.#face;
    this.picture.hidden = !this.isDrawn;
    this.#field.hidden = !this.#engine || state === 'error';
    for (const name of ['lang', 'dir']) {
      if (element.hasAttribute(name)) this.#field.setAttribute(name, element.getAttribute(name));
      else this.#field.removeAttribute(name);
    }
  }

  /** An attribute has another value. */
  changed(name) {
    const { element } = this.#face;
    const again = () => this.#engine && this.read(this.written).catch(() => {});
    if (['model', 'device', 'base', 'integrity'].includes(name) && this.#engine) {
      this.#engine.leave(this);
      this.#engine = undefined;
      this.read(this.written).catch(() => {});
    } else if (name === 'threshold') again();
    else if (name === 'scores' && element.annotation) this.draw();
    else if (name === 'editable') this.edit();
  }

  /** The element has left the page. */
  leave() {
    clearTimeout(this.#pause);
    this.#engine?.leave(this);
    this.#engine = undefined;
  }

  /** Has a text read and shows it. */
  async read(text) {
    const { element, base, model, fail } = this.#face;
    try {
      const { folder, integrity } = model();
      if (this.#field.value !== text) this.#field.value = text;
      if (!this.#engine) {
        const device = element.device ?? 'auto';
        this.#engine = engineFor({ base: base(), folder, integrity: element.integrity ?? integrity, device });
        this.#engine.join(this);
      }
      const thresholds = element.threshold?.split(/[ ,]+/).map(Number);
      const engine = this.#engine;
      const annotation = await engine.ask(this, { text, thresholds });
      await this.take({ ...annotation, types: engine.types });
      return annotation;
    } catch (error) {
      if (error.name !== 'AbortError') fail(error);
      throw error;
    }
  }

  /** What the engine tells of itself. */
  onPhase({ state, loaded = 0, total = 0, device, reason, error }) {
    const { enter, say, emit, fail } = this.#face;
    if (state === 'error') return fail(error);
    enter(state);
    say({ loading: `Loading ${megabytes(loaded)} of ${megabytes(total)} MB`, waiting: 'Starting' }[state] ?? '');
    if (state === 'ready') emit('ready', { device, reason });
    else emit('progress', { status: state, loaded, total });
  }

  /** Shows another annotation. One that cannot be drawn leaves the one before. */
  async take(annotation, before = this.#face.element.annotation) {
    this.#face.take(annotation);
    try {
      await this.draw();
    } catch (error) {
      this.#face.take(before);
      throw error;
    }
    this.edit();
    this.#face.emit('result', { annotation });
  }

  /** Draws the annotation in the place of the still. */
  async draw() {
    const { element, base, show } = this.#face;
    const number = ++this.#drawings;
    const { annotation, scores, list } = element;
    const drawn = await figure(base());
    if (number !== this.#drawings) return;
    this.picture.replaceChildren(...contentOf(drawn(annotation, (labelled) => labelled.still(scores, list ?? ''))));
    show();
  }

  /** The still counts again. */
  undraw() {
    this.#drawings++;
    this.picture.replaceChildren();
    this.#editor.replaceChildren();
  }

  /** Shows the data at the element's address. */
  async fetch() {
    const { element, fail } = this.#face;
    try {
      if ((element.format ?? 'json') !== 'json') throw new SinetFault('request', `${element.format} is drawn when the page is built`);
      const response = await fetched(new URL(element.src, document.baseURI).href);
      const annotation = await response.json().catch((error) => Promise.reject(new SinetFault('request', String(error))));
      await this.take(annotation);
    } catch (error) {
      fail(error);
    }
  }

  /** The picture or its data as a string. */
  async exportAs(format) {
    const { element, base } = this.#face;
    if (!element.annotation) throw new SinetFault('request', 'nothing is annotated');
    const drawn = await figure(base());
    return drawn(element.annotation, (labelled) => {
      if (format === 'html') return labelled.still(element.scores, element.list ?? '');
      if (format === 'svg' || format === 'svg-dark') return labelled.picture(format === 'svg-dark');
      throw new SinetFault('request', `no format is called ${format}`);
    });
  }

  /** Takes an entity or relation away. */
  remove(meant) {
    this.#correct(removed(this.#face.element.annotation, meant), meant.kind === 'entity');
  }

  /** Another annotation by the reader. After a change of entities the model says which relations are between them now. */
  async #correct(annotation, isOfEntities, then) {
    const { element, fail, select } = this.#face;
    try {
      await this.take(annotation);
      const shown = element.annotation;
      if (isOfEntities && this.#engine && annotation.words) {
        const asked = this.#engine.ask(this, { text: annotation.text, spans: spansOf(annotation) });
        // Without an answer the relations stay as they are.
        const relations = await asked.catch(() => null);
        if (relations && element.annotation === shown) await this.take(rescored(annotation, relations));
      }
      if (then) select(then);
    } catch (error) {
      fail(error);
    }
  }

  /** Shows what can be corrected. */
  edit() {
    const { element, selected } = this.#face;
    const { annotation } = element;
    const meant = selected();
    if (!element.editable || !annotation) return this.#editor.replaceChildren();
    const options = (list) => {
      const used = annotation[list].map(({ type }) => type);
      const known = annotation.types?.[list]?.map(([name]) => name) ?? [];
      return [...new Set([...known, ...used])].map((type) => new Option(typeName(annotation, list, type), type));
    };
    const choice = (label, choices, chosen, then) => {
      const select = made('select', 'choice', { ariaLabel: label, onchange: () => then(select.value) }, ...choices);
      select.value = chosen;
      return select;
    };
    const press = (label, onclick) => made('button', 'button', { type: 'button', onclick }, label);
    const controls = [];
    if (meant) {
      const isEntity = meant.kind === 'entity';
      const list = isEntity ? 'entities' : 'relations';
      const { type } = annotation[list][meant.place];
      const others = annotation.entities.map((entity, place) => new Option(textOf(annotation, entity), place)).toSpliced(meant.place, 1);
      const [kind] = options('relations');
      const relate = (tail) => {
        const next = related(annotation, meant.place, +tail, kind.value);
        this.#correct(next, false, { kind: 'relation', place: next.relations.length - 1 });
      };
      controls.push(choice('Type', options(list), type, (name) => this.#correct(retyped(annotation, meant, name), isEntity)));
      if (isEntity && others.length && kind) controls.push(choice('Relate to', [new Option('Relate to …', ''), ...others], '', relate));
      controls.push(press('Remove', () => this.remove(meant)));
    } else if (this.#engine && annotation.words) {
      const mark = () => {
        const [first] = options('entities');
        const next = first && marked(annotation, this.#field.selectionStart, this.#field.selectionEnd, first.value);
        if (next) this.#correct(next, true, { kind: 'entity', place: next.entities.length - 1 });
      };
      controls.push(press('Mark what is selected in the text', mark));
    }
    this.#editor.replaceChildren(...controls);
  }
}

globalThis[shelf] ??= { Live };
