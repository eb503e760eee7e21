// Keeps the page working without a network. `cargo xtask build` writes this file into dist/ with what it has built in
// place of the two names in capitals; a browser takes any change of it for a new version.
//
// A version is kept whole or not at all, and a page that is open stays with the version it has begun with: files of two
// versions never meet. Weights of models are not kept here but by the worker that checks them (cache `sinet-models`).
'use strict';

const version = 'VERSION';
// Path from here → its hash, and whether every visitor needs it: the rest is kept once it has been used.
const files = FILES;

const cacheName = `sinet-page-${version}`;
const address = (path) => new URL(path, self.registration.scope).href;

/** Fetches a file of this version; any other content is refused by the browser. */
async function fetchFile(path) {
  const response = await fetch(address(path), { cache: 'no-cache', integrity: files[path].integrity });
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return response;
}

/** Keeps files, those that are not kept yet. */
async function keep(paths) {
  const cache = await caches.open(cacheName);
  await Promise.all(
    paths.map(async (path) => {
      if (!(await cache.match(address(path)))) await cache.put(address(path), await fetchFile(path));
    }),
  );
}

async function activate() {
  const old = (await caches.keys()).filter((name) => name.startsWith('sinet-page-') && name !== cacheName);
  await Promise.all(old.map((name) => caches.delete(name)));
  await self.clients.claim();
}

async function serve(path, request) {
  const cache = await caches.open(cacheName);
  const kept = await cache.match(address(path));
  if (kept) return kept;
  try {
    const response = await fetchFile(path);
    // Nothing is lost where there is no room.
    await cache.put(address(path), response.clone()).catch(() => {});
    return response;
  } catch {
    return fetch(request);
  }
}

/** The path of an address below this folder, without what follows `?`. */
function pathOf(href) {
  const bare = href.split(/[?#]/)[0];
  if (!bare.startsWith(self.registration.scope)) return null;
  return bare.slice(self.registration.scope.length) || 'index.html';
}

self.addEventListener('install', (event) => event.waitUntil(keep(Object.keys(files).filter((path) => files[path].always))));
self.addEventListener('activate', (event) => event.waitUntil(activate()));
self.addEventListener('fetch', (event) => {
  const path = event.request.method === 'GET' ? pathOf(event.request.url) : null;
  if (path !== null && Object.hasOwn(files, path)) event.respondWith(serve(path, event.request));
});
self.addEventListener('message', (event) => {
  const { ask, addresses = [] } = event.data;
  const answer = (value) => event.source.postMessage({ answer: ask, value });
  switch (ask) {
    // Begin with this version, though another page may still be open with the one before.
    case 'use':
      return self.skipWaiting();
    // Keep what the page and its workers have used.
    case 'keep': {
      const paths = addresses.map(pathOf).filter((path) => path !== null && Object.hasOwn(files, path));
      return event.waitUntil(keep(paths).then(() => answer(true), () => answer(false)));
    }
    // Tell what this script itself has fetched.
    case 'requests':
      return answer(performance.getEntriesByType('resource').map((entry) => entry.toJSON()));
  }
});
