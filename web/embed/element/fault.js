// What can go wrong, as a code with a sentence.

/** Code → what has happened, and what to do about it. Those that only a model can bring are added with it. */
const told = {
  connection: ['A file did not arrive', 'check the connection and try again'],
  missing: ['A file is not on the server', 'tell the author of this page'],
  integrity: ['A file is not the one that was published', 'reload the page; if that does not help, tell its author'],
  request: ['The page asked for something that makes no sense', 'tell its author'],
  'csp-blocked': ['The page’s Content-Security-Policy forbids it', 'tell its author; the guide has the lines'],
  file: ['A page from a file may fetch no others', 'open it from a server'],
};

/** Adds sentences. @param {Record<string, string[]>} more */
export const tell = (more) => Object.assign(told, more);

/** A fault with its code; `detail` is the cause, as far as it is known. */
export class SinetFault extends Error {
  /** @param {string} code @param {string} [detail] */
  constructor(code, detail = '') {
    const [message, hint] = told[code] ?? told.request;
    super(message);
    this.name = 'SinetFault';
    this.code = code;
    this.hint = hint;
    this.detail = detail;
  }

  /** One sentence for the reader. */
  get sentence() {
    return `${this.message}: ${this.hint} (${this.code}).`;
  }
}
