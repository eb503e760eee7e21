// A gate between the page and its workers, so that a test decides what happens before an answer comes. The one file of
// these tests that knows the messages of `web/protocol`.

/** Puts the gate up; an `init` of a visit. Everything passes until `hold` or `refuse` is called. */
export function gated() {
  const kept = sessionStorage.getItem('gate');
  const gate = (window.gate = { workers: 0, asked: [], held: [], hold: JSON.parse(kept), refuse: null });
  const open = (message) => (typeof message === 'string' ? [message, {}] : Object.entries(message)[0]);
  const parse = (data) => {
    try {
      return open(JSON.parse(Array.isArray(data) ? data[0] : data));
    } catch {
      return [null, {}];
    }
  };
  window.Worker = class extends window.Worker {
    #texts = new Map();
    #handler = null;
    #waiting = 0;
    #number = gate.workers++;

    postMessage(data, ...rest) {
      const [kind, request] = parse(data);
      if (request.text !== undefined) this.#texts.set(request.id, request.text);
      gate.asked.push({ kind, worker: this.#number, ...request });
      if (kind === 'annotate' && gate.refuse !== null && request.text.includes(gate.refuse)) {
        gate.refuse = null;
        const refusal = { failed: { id: request.id, fault: 'request', message: 'the test refuses it' } };
        this.#handler?.(new MessageEvent('message', { data: JSON.stringify(refusal) }));
        return;
      }
      super.postMessage(data, ...rest);
    }

    get onmessage() {
      return this.#handler;
    }

    set onmessage(handler) {
      this.#handler = handler;
      super.onmessage = handler && ((event) => this.#pass(event));
    }

    /** Holds what is to be held, and everything that the worker says after it. */
    #pass(event) {
      const [kind, { id }] = parse(event.data);
      const text = this.#texts.get(id);
      const isHeld = gate.hold?.kind === kind && (text ?? '').includes(gate.hold.text) && this.#number >= gate.hold.from;
      if (!isHeld && this.#waiting === 0) return this.#handler?.(event);
      this.#waiting += 1;
      const deliver = () => {
        this.#waiting -= 1;
        this.#handler?.(event);
      };
      gate.held.push({ kind, text, worker: this.#number, deliver });
    }
  };
}

/**
 * Holds every answer of a kind, and of a question about a text that has `text` in it, of the workers that were started as
 * number `from` or later, counted from 0.
 */
export const hold = (page, kind, text = '', from = 0) =>
  page.evaluate((what) => void (window.gate.hold = what), { kind, text, from });

/** Holds them from the beginning of the next visit in this tab, until `release`. */
export const holdNextTime = (page, kind, text = '') =>
  page.evaluate((what) => sessionStorage.setItem('gate', JSON.stringify(what)), { kind, text, from: 0 });

/** Has the next question refused that asks to annotate a text which has `text` in it. */
export const refuse = (page, text) => page.evaluate((text) => void (window.gate.refuse = text), text);

/** Waits until an answer is held back. */
export const held = (page) => page.waitForFunction(() => window.gate.held.length > 0);

/** Lets everything pass again, beginning with what is held. */
export const release = (page) =>
  page.evaluate(() => {
    window.gate.hold = null;
    sessionStorage.removeItem('gate');
    for (const { deliver } of window.gate.held.splice(0)) deliver();
  });

/** What the page has asked of its workers, in order: the kind of each question, the worker's number, and what is in it. */
export const asked = (page) => page.evaluate(() => window.gate.asked);

/** Waits until the page has asked for a text. */
export const askedFor = (page, text) =>
  page.waitForFunction((text) => window.gate.asked.some((question) => question.text === text), text);
