// Loading the rest of the element, when it is first wanted.
import { SinetFault } from './fault.js';
import { fetched } from './fetched.js';

export const LIVE = 'sinet-live.js';

/** Where that script leaves what it has. Each version has its own. */
export const shelf = Symbol.for(`sinet-live ${BUILD.version}`);

let loading;

/** The rest of the element, from a folder. @returns {Promise<typeof import('./live.js')>} */
export function liveScript(base) {
  loading ??= load(base).catch((error) => {
    loading = undefined;
    throw error;
  });
  return loading;
}

async function load(base) {
  const script = document.createElement('script');
  script.src = base + LIVE;
  script.crossOrigin = 'anonymous';
  script.integrity = BUILD.files[LIVE];
  await new Promise((done) => {
    script.onload = script.onerror = done;
    document.head.append(script);
  });
  script.remove();
  // A browser does not say why a script was not run; fetching it does.
  if (!globalThis[shelf]) throw (await fetched(base + LIVE, BUILD.files[LIVE]).then(() => new SinetFault('csp-blocked', LIVE), (error) => error));
  return globalThis[shelf];
}
