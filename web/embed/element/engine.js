// A model at work, shared by all elements of the page that want the same one on the same device.
import { SinetFault } from './fault.js';
import { chooseKind, startWorker } from './program.js';
import { overtaken, reported } from './reported.js';

/** How long an engine waits for the next element after the last one has left, in milliseconds. */
const KEPT = 30_000;

/** @type {Map<string, Engine>} */
const engines = new Map();

/**
 * The engine for a model, started when it is first asked.
 * @param {{base: string, folder: string, integrity?: string, device: string}} wanted
 */
export function engineFor(wanted) {
  const key = JSON.stringify([wanted.base, wanted.folder, wanted.integrity, wanted.device]);
  if (!engines.has(key)) engines.set(key, new Engine(wanted, () => engines.delete(key)));
  return engines.get(key);
}

/** What to do when a worker stops: as `failure::next_step` in web/logic. */
export function nextStep(code, kind, stoppedBefore) {
  if (code === 'too-old') return null;
  if (kind === 'gpu') return code === 'device-lost' && stoppedBefore === 0 ? 'gpu' : 'cpu';
  return stoppedBefore === 0 ? 'cpu' : null;
}

class Engine {
  /** Elements that use it: each is told of every phase. */
  #users = new Set();
  #wanted;
  #forget;
  #closing;
  /** @type {{state: 'waiting'|'loading'|'ready'|'error', loaded?: number, total?: number, device?: string, reason?: string, error?: SinetFault}} */
  phase = { state: 'waiting' };
  /** The types that the model knows, once it is loaded, as in an annotation. */
  types;
  #settings;
  #worker;
  #kind;
  /** Counts the workers, so that the words of one that was ended reach nobody. */
  #run = 0;
  #stopped = 0;
  #queue = [];
  #current;
  /** The request that waits for its reply. */
  #asked;
  #id = 0;
  /** The text that the worker has encoded last. */
  #encoded;

  constructor(wanted, forget) {
    this.#wanted = wanted;
    this.#forget = forget;
  }

  join(user) {
    clearTimeout(this.#closing);
    this.#users.add(user);
    // An old failure is no news.
    if (this.phase.state !== 'error') user.onPhase(this.phase);
  }

  leave(user) {
    this.#users.delete(user);
    this.#drop((question) => question.user === user);
    if (this.#users.size === 0) this.#closing = setTimeout(() => this.#close(), KEPT);
  }

  /**
   * Asks for the annotation of a text, or, with `spans`, for the relations between words of it. A newer question of the same
   * user and kind takes the place of one before.
   * @param {object} user
   * @param {{text: string, thresholds?: number[], spans?: {start: number, end: number}[]}} question
   */
  ask(user, question) {
    this.#drop((other) => other.user === user && !other.spans === !question.spans);
    return new Promise((resolve, reject) => {
      this.#queue.push({ ...question, user, resolve, reject });
      if (!this.#worker) this.#start();
      this.#next();
    });
  }

  #drop(which) {
    const left = [this.#current, ...this.#queue].filter((question) => question && which(question));
    this.#queue = this.#queue.filter((question) => !left.includes(question));
    // A computation cannot be stopped, but nobody hears of it.
    for (const question of left) {
      question.isLeft = true;
      question.reject(overtaken());
    }
  }

  #tell(phase) {
    this.phase = phase;
    for (const user of [...this.#users]) user.onPhase(phase);
  }

  async #start(kind) {
    const run = ++this.#run;
    const isOver = () => run !== this.#run;
    // Until the real one is there.
    this.#worker = { post() {}, end() {} };
    this.#encoded = undefined;
    this.#settings = undefined;
    this.#tell({ state: 'waiting' });
    try {
      const { base, folder, integrity, device } = this.#wanted;
      let reason = 'The worker before this one stopped.';
      if (!kind) {
        [kind, reason] = await chooseKind(device);
        this.#stopped = 0;
      }
      this.#kind = kind;
      const load = { load: { base: folder, own: false, integrity, device: kind === 'cpu' ? 'cpu' : device, reason } };
      let blocked = '';
      const onReply = (reply) => {
        if (isOver()) return;
        if (reply === 'ready') worker.post(load);
        else if (reply.progress) this.#tell({ state: 'loading', loaded: reply.progress.loaded_bytes, total: reply.progress.total_bytes });
        else if (reply.loaded) this.#loaded(reply.loaded);
        else if (reply.blocked) blocked = reply.blocked;
        else if (reply.stopped) this.#stop(reported(reply.stopped));
        else if (reply.failed?.id === null) {
          // What the policy has forbidden comes in a message of its own, which may be later.
          setTimeout(() => isOver() || this.#fail(blocked ? new SinetFault('csp-blocked', blocked) : reported(reply.failed)), 50);
        }
        else if (reply.failed) this.#asked?.reject(reported(reply.failed));
        else if (!reply.fetched) this.#asked?.resolve(Object.values(reply)[0]);
      };
      const worker = await startWorker(base, kind, onReply, (fault) => isOver() || this.#stop(fault));
      if (isOver()) worker.end();
      else this.#worker = worker;
    } catch (error) {
      if (!isOver()) this.#fail(error);
    }
  }

  #loaded({ entity_types, relation_types, device, settings }) {
    const names = (types) => types.map(({ name, verbose, symmetric }) => [name, verbose, symmetric]);
    this.types = { entities: names(entity_types), relations: names(relation_types) };
    this.#settings = settings;
    this.#tell({ state: 'ready', ...device });
    this.#next();
  }

  /** Answers the next question, if there is a model and no other question. */
  async #next() {
    if (!this.#settings || this.#current || !this.#queue.length) return;
    const question = (this.#current = this.#queue.shift());
    const run = this.#run;
    try {
      question.resolve(await this.#answer(question));
      this.#stopped = 0;
    } catch (error) {
      question.reject(error);
    }
    // If the worker has stopped meanwhile, the question waits for the next one.
    if (run === this.#run) {
      this.#current = undefined;
      this.#next();
    }
  }

  async #answer({ text, thresholds, spans }) {
    let annotation;
    const { switches } = this.#settings;
    if (text !== this.#encoded || !(spans || thresholds)) {
      this.#encoded = undefined;
      ({ annotation } = await this.#request('annotate', { text, aside: false }));
      this.#encoded = text;
    }
    if (spans) return (await this.#request('relate', { spans, threshold: null, switches, most: null })).relations;
    if (thresholds) {
      const [entity, relation = entity] = thresholds;
      const settings = { entity_threshold: entity, relation_threshold: relation, switches };
      ({ annotation } = await this.#request('reread', { settings, most: { entities: 200, relations: 200 } }));
    }
    return annotation;
  }

  #request(name, request) {
    return new Promise((resolve, reject) => {
      this.#asked = { resolve, reject };
      this.#worker.post({ [name]: { id: this.#id++, ...request } });
    });
  }

  /** The worker is gone. Another takes over with every open question, as long as there is hope. */
  #stop(fault) {
    this.#worker.end();
    const next = nextStep(fault.code, this.#kind, this.#stopped);
    if (!next) return this.#fail(fault);
    this.#stopped = next === this.#kind ? this.#stopped + 1 : 0;
    if (this.#current && !this.#current.isLeft) this.#queue.unshift(this.#current);
    this.#current = undefined;
    this.#start(next);
  }

  #fail(fault) {
    this.#end();
    const questions = [this.#current, ...this.#queue];
    this.#current = undefined;
    this.#queue = [];
    this.#tell({ state: 'error', error: fault });
    for (const question of questions) question?.reject(fault);
  }

  #end() {
    this.#run++;
    this.#worker?.end();
    this.#worker = undefined;
    this.#settings = undefined;
  }

  #close() {
    this.#end();
    this.#drop(() => true);
    this.#forget();
  }
}
