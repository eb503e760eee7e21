// The element <sinet-text>. Importing it defines it where there is a window, and does nothing where there is none.

/** A text with its entities and relations, as `sinet predict` prints it. Every `start` and `end` counts code points, end exclusive. */
export interface Annotation {
  text: string;
  entities: Entity[];
  relations: Relation[];
  /** Names for readers: the type, what is shown, and of a relation whether it is symmetric. */
  types?: { entities?: [type: string, shown: string][]; relations?: [type: string, shown: string, symmetric?: boolean][] };
}

/** A stretch of the text. */
export interface Entity {
  type: string;
  start: number;
  end: number;
  /** Probability, 0 to 1. */
  score?: number;
}

/** A labelled pair of entities, as their places in the list of entities. */
export interface Relation {
  type: string;
  head: number;
  tail: number;
  /** Probability, 0 to 1. */
  score?: number;
}

/** What can be given for an annotation: the object or its JSON. A list that is not there is empty. */
export type Annotated = (Pick<Annotation, 'text'> & Partial<Annotation>) | string | null;

/** The attributes, which are properties too. */
export interface SinetTextAttributes {
  /** Name of a model beside the script, or the address of a model's folder. */
  model?: string;
  /** The address of an annotation as JSON, and its format. */
  src?: string;
  format?: string;
  /** When the model also runs in the reader's browser: at a click (`true`), when the element comes into view, at once. */
  live?: boolean | 'click' | 'visible' | 'load';
  /** Whether the reader may correct. */
  editable?: boolean;
  /** Whether labels have their scores. */
  scores?: boolean;
  /** Least score, 0 to 1; a second number is that of relations. */
  threshold?: number | string;
  /** Types to show, with commas between. */
  labels?: string;
  /** The list of all relations below the picture. */
  list?: 'open' | 'closed' | 'none';
  device?: 'auto' | 'cpu' | 'webgpu';
  /** The folder of the script, if that cannot be known from it: bundlers move it. */
  base?: string;
  /** The hash of the model's manifest. */
  integrity?: string;
  theme?: 'auto' | 'light' | 'dark';
  annotation?: Annotated;
}

/** What has happened, by the name of the event. All of them bubble. */
export interface SinetTextEventMap {
  /** The model is on its way; sizes are in bytes. */
  'sinet-progress': CustomEvent<{ status: 'waiting' | 'loading'; loaded: number; total: number }>;
  /** The model can read, on this device. */
  'sinet-ready': CustomEvent<{ device: string; reason?: string }>;
  /** Another annotation is shown. */
  'sinet-result': CustomEvent<{ annotation: Annotation }>;
  /** Something is selected, or nothing. */
  'sinet-select': CustomEvent<{ entity: Entity | null } | { relation: Relation }>;
  /** Something has failed; the still is back. */
  'sinet-error': CustomEvent<{ code: string; message: string; hint: string; detail: string }>;
}

/** Settings of all elements of the page. */
export interface Settings {
  /** The folder of the script. */
  base?: string;
  /** Models by name: the address of a folder, with the hash of its manifest and its size if these are known. */
  models?: Record<string, string | { url: string; integrity?: string; bytes?: number }>;
}

export class SinetText extends HTMLElement {
  static readonly version: string;
  /** Makes settings for all elements of the page, before they start. It needs a window. */
  static configure(settings: Settings): void;

  model: string | null;
  src: string | null;
  format: string | null;
  get live(): 'click' | 'visible' | 'load' | null;
  set live(when: SinetTextAttributes['live'] | null);
  editable: boolean;
  scores: boolean;
  get threshold(): string | null;
  set threshold(least: SinetTextAttributes['threshold'] | null);
  labels: string | null;
  list: SinetTextAttributes['list'] | null;
  device: SinetTextAttributes['device'] | null;
  base: string | null;
  integrity: string | null;
  theme: SinetTextAttributes['theme'] | null;
  /** What is shown, or null where nothing is known but a text. */
  get annotation(): Annotation | null;
  set annotation(annotation: Annotated);
  readonly state: 'still' | 'waiting' | 'loading' | 'ready' | 'error';
  readonly version: string;

  /** What the button does: fetches and starts the model, and lets it read the text. */
  activate(): Promise<Annotation>;
  /** Has a text read and shows it. A newer text takes its place: then the promise is rejected with an `AbortError`. */
  annotate(text: string): Promise<Annotation>;
  /** The picture or its data as a string. */
  exportAs(format: 'svg' | 'svg-dark' | 'html' | 'json'): Promise<string>;
}

declare global {
  interface HTMLElementTagNameMap {
    'sinet-text': SinetText;
  }
  interface HTMLElementEventMap extends SinetTextEventMap {}
}
