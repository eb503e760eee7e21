// Fetching files whose hash is known before.
import { SinetFault } from './fault.js';

/** What the page's Content-Security-Policy has forbidden last, if anything. */
let forbidden = '';
globalThis.document?.addEventListener('securitypolicyviolation', (event) => {
  if (event.disposition === 'enforce') forbidden = `${event.effectiveDirective} ${event.blockedURI}`;
});

/** Runs a step; if it fails and the policy forbade something meanwhile, that was the reason. */
export async function underPolicy(step) {
  forbidden = '';
  try {
    return await step();
  } catch (error) {
    // The event comes in a task of its own.
    await new Promise((done) => setTimeout(done, 50));
    throw forbidden ? new SinetFault('csp-blocked', forbidden) : error;
  }
}

/** Fetches a file, which must hash to `integrity` where that is given. @returns {Promise<Response>} */
export async function fetched(address, integrity) {
  const detail = new URL(address).pathname.split('/').pop();
  if (new URL(address).protocol === 'file:') throw new SinetFault('file', detail);
  const get = (options) => fetch(address, { credentials: 'omit', ...options }).catch(() => null);
  return underPolicy(async () => {
    const response =
      (await get({ integrity })) ??
      // Once more, past every cache that may hold an older one.
      (integrity && (await get({ integrity, cache: 'reload' })));
    // A browser says no more than that it did not take it: if it comes without the hash, that was the reason.
    const found = response || (integrity && (await get({})));
    if (!found) throw new SinetFault('connection', detail);
    if (!found.ok) throw new SinetFault('missing', `${detail}: ${found.status}`);
    if (!response) throw new SinetFault('integrity', detail);
    return response;
  });
}
