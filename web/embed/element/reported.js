// Faults of a model at work: the codes are those of the worker's protocol (`Fault`), in the element's own words.
import { SinetFault, tell } from './fault.js';

tell({
  model: ['The files are no model', 'tell the author of this page'],
  numbers: ['The model computes something else on this device', 'try another browser'],
  'device-lost': ['The graphics device was lost', 'try again'],
  memory: ['The browser gave no more memory', 'close other tabs or shorten the text, then try again'],
  program: ['The program did not start', 'reload the page'],
  'too-old': ['This browser cannot run a model', 'use a newer one'],
  'no-wasm-simd': ['This browser has no vector instructions', 'use a newer one'],
  crash: ['The model stopped twice', 'try again; if it stops once more, shorten the text'],
});

const codes = { damaged: 'integrity', device_lost: 'device-lost', browser: 'too-old', storage: 'memory' };

/** The fault that a worker reports. @param {{fault: string, message: string}} report */
export function reported({ fault, message }) {
  if (/content security policy/i.test(message)) return new SinetFault('csp-blocked', message);
  return new SinetFault(codes[fault] ?? fault, message);
}

/** A question that a newer one of the same element has replaced, or that nobody waits for any more. */
export const overtaken = () => new DOMException('A newer text has taken its place.', 'AbortError');
