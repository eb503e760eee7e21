// <sinet-text>: a still whose entities can be selected, and which asks for the rest when somebody wants more.
import style from './style.css';
import { SinetFault } from './fault.js';
import { liveScript } from './live-script.js';
import { around, groupsOf, isShown, meantBy, spoken } from './picture.js';
import { folder, ownFolder } from './place.js';

const words = ['model', 'src', 'format', 'live', 'threshold', 'labels', 'list', 'device', 'base', 'integrity', 'theme'];
const flags = ['editable', 'scores'];

let sheet;

function made(name, part) {
  const element = document.createElement(name);
  element.part = part;
  return element;
}

/** The parts of an attribute that holds several. */
const partsOf = (value) => value?.split(/[ ,]+/).filter(Boolean) ?? [];

/** An annotation is what `sinet predict` prints, where types may have names: `types: {entities: [[name, verbose]], …}`. */
export class SinetText extends (globalThis.HTMLElement ?? class {}) {
  static version = BUILD.version;
  static observedAttributes = [...words, ...flags, 'annotation', 'lang', 'dir'];
  static #settings = { base: '', models: {} };

  /**
   * Settings of all elements of the page, made before they start.
   * @param {{base?: string, models?: Record<string, string | {url: string, integrity?: string, bytes?: number}>}} settings
   */
  static configure({ base, models = {} } = {}) {
    if (base !== undefined) this.#settings.base = folder(base);
    Object.assign(this.#settings.models, models);
  }

  #state = 'still';
  #annotation = null;
  #internals;
  #ui;
  /** @type {{kind: 'entity' | 'relation', place: number} | undefined} */
  #selected;
  #listeners;
  #waking;
  /** The rest of the element, once it is here. */
  #live;
  #fault;

  get version() {
    return SinetText.version;
  }

  /** @returns {'still' | 'waiting' | 'loading' | 'ready' | 'error'} */
  get state() {
    return this.#state;
  }

  /** What is shown, or null where nothing is known but a text. Set it to show something else. */
  get annotation() {
    return this.#annotation;
  }

  set annotation(value) {
    const before = this.#annotation;
    this.#annotation = whole(value);
    this.#selected = undefined;
    if (this.#annotation) this.#wake().then((live) => live.take(this.#annotation, before)).catch((error) => this.#fail(error));
    else this.#live?.undraw(), this.#show();
  }

  connectedCallback() {
    // A framework may have set properties before the element was defined.
    for (const name of [...words, ...flags, 'annotation']) {
      if (!Object.hasOwn(this, name)) continue;
      const value = this[name];
      delete this[name];
      this[name] = value;
    }
    this.#listeners = new AbortController();
    const { signal } = this.#listeners;
    this.addEventListener('click', (event) => this.#clicked(event), { signal });
    this.addEventListener('keydown', (event) => this.#pressed(event), { signal });
    // Also when the children of an element that is still being parsed have come.
    const resized = new ResizeObserver(() => this.#show());
    resized.observe(this);
    signal.onabort = () => resized.disconnect();
    if (this.src && !this.#annotation) this.#fetch();
    this.#wait();
    this.#show();
  }

  disconnectedCallback() {
    this.#listeners.abort();
    this.#live?.leave();
    if (this.#state !== 'still') this.#enter('still');
  }

  attributeChangedCallback(name, before, value) {
    if (before === value) return;
    if (name === 'annotation') {
      if (this.#live) this.annotation = value;
      else this.#annotation = whole(value);
    }
    if (!this.#listeners || !this.isConnected) return;
    if (name === 'live') this.#wait();
    if (name === 'src') this.#fetch();
    if (name === 'scores' && this.#annotation) this.#wake().then((live) => live.draw()).catch((error) => this.#fail(error));
    else this.#live?.changed(name);
    this.#show();
  }

  /** Fetches and starts the model, and lets it read the text. Resolves to the annotation. */
  async activate() {
    return this.annotate(this.#live?.written || this.#annotation?.text || this.textContent.trim());
  }

  /** Has a text read and shows it. A newer text takes its place: then the promise is rejected with an `AbortError`. */
  async annotate(text) {
    if (typeof text !== 'string' || !text.trim()) throw new SinetFault('request', 'no text');
    return (await this.#wake('waiting')).read(text);
  }

  /** The picture or its data as a string: `svg`, `svg-dark`, `html` or `json`. */
  async exportAs(format) {
    if (format === 'json') return JSON.stringify(this.#annotation, null, 2);
    return (await this.#wake()).exportAs(format);
  }

  #base() {
    return this.base ? folder(this.base) : SinetText.#settings.base || ownFolder;
  }

  /** The folder of the model, and what is known of it. */
  #model() {
    const name = this.model || Object.keys(BUILD.models)[0] || '';
    const known = SinetText.#settings.models[name];
    const { url, ...more } = typeof known === 'string' ? { url: known } : { ...known };
    if (url || /[/:]/.test(name)) return { folder: folder(url ?? name), ...more };
    return { folder: `${this.#base()}models/${name}/`, ...BUILD.models[name] };
  }

  /** The rest of the element. Its failure is told here. */
  async #wake(state) {
    if (state && this.#state === 'still') this.#enter(state);
    const wake = async () => {
      const { Live } = await liveScript(this.#base());
      return (this.#live = new Live({
        element: this,
        ui: this.#build(),
        base: () => this.#base(),
        model: () => this.#model(),
        enter: (state) => this.#enter(state),
        say: (text) => this.#say(text),
        emit: (name, detail) => this.#emit(name, detail),
        fail: (error) => this.#fail(error),
        show: () => this.#show(),
        selected: () => this.#selected,
        select: (meant) => this.#select(meant),
        take: (annotation) => {
          this.#annotation = whole(annotation);
          this.#selected = undefined;
        },
      }));
    };
    this.#waking ??= wake();
    try {
      return await this.#waking;
    } catch (error) {
      this.#waking = undefined;
      this.#fail(error);
      throw error;
    }
  }

  #fetch() {
    if (this.src) this.#wake().then((live) => live.fetch(), () => {});
  }

  /** Starts the model when the author wants it; a reader who saves data is asked. */
  #wait() {
    const when = navigator.connection?.saveData ? 'click' : this.live;
    const start = () => this.activate().catch(() => {});
    // The text of an element that is still being parsed is not there yet.
    if (when === 'load') setTimeout(start);
    if (when !== 'visible') return;
    const seen = new IntersectionObserver((entries) => {
      if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
      seen.disconnect();
      if (this.live === 'visible') start();
    });
    seen.observe(this);
    this.#listeners.signal.addEventListener('abort', () => seen.disconnect());
  }

  /** Back to the still, with one sentence. */
  #fail(error) {
    const fault = error instanceof Error && error.sentence ? error : new SinetFault('request', String(error));
    // The engine brings it, and so does each question.
    if (this.#state === 'error' && this.#fault === fault) return;
    this.#fault = fault;
    this.#live?.undraw();
    this.#enter('error');
    this.#say(fault.sentence);
    const { code, message, hint, detail } = fault;
    this.#emit('error', { code, message, hint, detail });
  }

  #enter(state) {
    this.#internals ??= this.attachInternals?.();
    const states = this.#internals?.states;
    states?.delete(this.#state);
    this.#state = state;
    states?.add(state);
    this.#build();
    this.#show();
  }

  #emit(name, detail) {
    this.dispatchEvent(new CustomEvent(`sinet-${name}`, { bubbles: true, composed: true, detail }));
  }

  #say(text) {
    const { status } = this.#build();
    if (status.textContent !== text) status.textContent = text;
    status.hidden = !text;
  }

  /** Makes the shadow: the still in a slot, and controls. */
  #build() {
    if (this.#ui) return this.#ui;
    const root = this.attachShadow({ mode: 'open' });
    if (!sheet) {
      sheet = new CSSStyleSheet();
      sheet.replaceSync(style);
    }
    root.adoptedStyleSheets = [sheet];
    const [still, controls, button, status, said] = [
      document.createElement('slot'),
      made('div', 'controls'),
      made('button', 'button'),
      made('span', 'status'),
      made('span', 'said'),
    ];
    button.type = 'button';
    button.addEventListener('click', () => this.activate().catch(() => {}));
    for (const live of [status, said]) live.setAttribute('role', 'status');
    status.hidden = true;
    controls.append(button, status, said);
    root.append(still, controls);
    return (this.#ui = { root, still, controls, button, status, said });
  }

  /** Brings everything up to the state. */
  #show() {
    const isLive = this.hasAttribute('live');
    if (isLive || this.#ui) {
      const { still, controls, button } = this.#build();
      this.#live?.show(this.#state);
      // Beside the list's summary there is room that the page has already given.
      controls.classList.toggle('beside', this.#state === 'still' && !!this.querySelector('details:not([hidden])'));
      still.hidden = !!this.#live?.isDrawn;
      button.hidden = !isLive || !['still', 'error'].includes(this.#state);
      const { bytes } = this.#model();
      const cost = bytes ? ` · ${Math.round(bytes / 1e6)} MB, once` : '';
      button.textContent = this.#state === 'error' ? 'Try again' : `Run here${cost}`;
    }
    if (this.list) {
      for (const list of this.#roots().flatMap((root) => [...root.querySelectorAll('details')])) {
        list.hidden = this.list === 'none';
        list.open = this.list === 'open';
      }
    }
    this.#enliven();
  }

  /** Where pictures are. */
  #roots() {
    return this.#live ? [this, this.#live.picture] : [this];
  }

  /** Makes the entities and relations of the picture that is shown something to select, and shows what is selected. */
  #enliven() {
    if (!this.#annotation) return;
    const near = this.#selected && around(this.#annotation, this.#selected);
    // The still of another annotation than the one that is drawn is hidden.
    const roots = this.#live?.isDrawn ? [this.#live.picture] : [this];
    const groups = groupsOf(roots).filter((group) => this.#labelOf(meantBy(group)));
    const shown = groups.filter((group) => isShown(group));
    const focused = shown.find((group) => group === group.getRootNode().activeElement);
    for (const group of groups) {
      const meant = meantBy(group);
      const { kind, place } = meant;
      const set = (name, value) => (value === null ? group.removeAttribute(name) : group.setAttribute(name, value));
      group.part = kind === 'entity' ? 'entity' : 'arc';
      set('display', this.#isLeftOut(meant) ? 'none' : null);
      set('opacity', near && !near[kind].has(place) ? 0.2 : null);
      const isHere = shown.includes(group);
      // What is in an image is not there for whoever hears the page; this is one no more.
      if (isHere) group.closest('[role=img]')?.setAttribute('role', 'group');
      set('role', isHere ? 'button' : null);
      set('aria-label', isHere ? spoken(this.#annotation, meant) : null);
      set('aria-pressed', isHere ? this.#isSelected(meant) : null);
      set('tabindex', isHere ? (group === (focused ?? shown[0]) ? 0 : -1) : null);
    }
  }

  /** The entity or relation of the annotation. */
  #labelOf({ kind, place }) {
    return this.#annotation?.[kind === 'entity' ? 'entities' : 'relations'][place];
  }

  #isSelected({ kind, place } = {}) {
    return this.#selected?.kind === kind && this.#selected?.place === place;
  }

  /** Whether the author leaves an entity or relation out: by its type, or by its score. */
  #isLeftOut({ kind, place }) {
    const { entities, relations } = this.#annotation;
    const wanted = partsOf(this.labels);
    const [least = 0, leastRelation = least] = partsOf(this.threshold).map(Number);
    const isEntityOut = ({ type, score }) => (wanted.length && !wanted.includes(type)) || score < least;
    if (kind === 'entity') return isEntityOut(entities[place]);
    const { head, tail, score } = relations[place];
    return isEntityOut(entities[head]) || isEntityOut(entities[tail]) || score < leastRelation;
  }

  #clicked(event) {
    const [target] = event.composedPath();
    const groupOf = (element) => element.closest('g[data-entity],g[data-relation]');
    if (!target.closest?.('svg')) return;
    // Words lie above the boxes of their entities.
    const below = () => target.getRootNode().elementsFromPoint(event.clientX, event.clientY).map(groupOf);
    const group = groupOf(target) ?? below().find(Boolean);
    if (group && this.#labelOf(meantBy(group))) {
      // Keys go on from here.
      group.focus({ preventScroll: true });
      this.#select(meantBy(group));
    } else if (this.#selected) this.#select();
  }

  /** Keys that are used go no further: hosts turn pages with them. */
  #pressed(event) {
    const { key, altKey, ctrlKey, metaKey } = event;
    const group = event.composedPath()[0].closest?.('g[role=button]');
    if (!group || altKey || ctrlKey || metaKey) return;
    const shown = groupsOf(this.#roots()).filter((other) => other.hasAttribute('tabindex') && !other.hasAttribute('display'));
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[key];
    if (step) {
      const next = shown.at((shown.indexOf(group) + step) % shown.length);
      for (const other of shown) other.setAttribute('tabindex', other === next ? 0 : -1);
      next.focus();
    } else if (key === 'Enter' || key === ' ') this.#select(meantBy(group));
    else if (key === 'Escape' && this.#selected) this.#select();
    else if (key === 'Delete' && this.editable) this.#wake().then((live) => live.remove(meantBy(group)), () => {});
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** Selects something, or nothing; what is selected already is so no more. */
  #select(meant) {
    this.#selected = this.#isSelected(meant) ? undefined : meant;
    this.#enliven();
    const aloud = (at) => spoken(this.#annotation, { kind: 'relation', place: at });
    this.#build().said.textContent = this.#selected ? [...around(this.#annotation, this.#selected).relation].map(aloud).join('; ') : '';
    if (this.editable) this.#wake().then((live) => live.edit(), () => {});
    this.#emit('select', this.#selected ? { [this.#selected.kind]: this.#labelOf(this.#selected) } : { entity: null });
  }
}

/** Ranges from steps: the distance of each from the one before, and its length. */
function ranges(steps) {
  let end = 0;
  return steps.flatMap((step, place) => {
    const start = end;
    end += step;
    return place % 2 ? { start, end } : [];
  });
}

/** An annotation, which may come as JSON, with both of its lists; null where there is none. A still has words as steps. */
function whole(value) {
  try {
    const annotation = typeof value === 'string' ? JSON.parse(value) : value;
    if (!annotation) return null;
    const complete = { entities: [], relations: [], ...annotation };
    for (const list of ['words', 'sentences']) {
      if (typeof complete[list]?.[0] === 'number') complete[list] = ranges(complete[list]);
    }
    return complete;
  } catch {
    return null;
  }
}

for (const name of words) {
  Object.defineProperty(SinetText.prototype, name, {
    configurable: true,
    enumerable: true,
    get() {
      const value = this.getAttribute(name);
      return name === 'live' && value === '' ? 'click' : value;
    },
    set(value) {
      if (value === null || value === undefined || value === false) this.removeAttribute(name);
      else this.setAttribute(name, value === true ? '' : value);
    },
  });
}
for (const name of flags) {
  Object.defineProperty(SinetText.prototype, name, {
    configurable: true,
    enumerable: true,
    get() {
      return this.hasAttribute(name);
    },
    set(value) {
      this.toggleAttribute(name, !!value);
    },
  });
}
