// Where the files of the element lie.

/** The folder of the script that holds this code, with its origin. */
export const ownFolder = folderOf(ownAddress());

/** @param {string} address */
export function folderOf(address) {
  return address && new URL('.', address).href;
}

function ownAddress() {
  if (import.meta.url) return import.meta.url;
  if (!globalThis.document) return '';
  // Checked, because an element of the page with that name could stand in for it.
  const { currentScript } = document;
  if (currentScript instanceof HTMLScriptElement && currentScript.src) return currentScript.src;
  return [...document.scripts].map(({ src }) => src).find((src) => /\/sinet\.js([?#]|$)/.test(src)) ?? '';
}

/** The folder that an address of the page means, with a closing slash. @param {string} address */
export const folder = (address) => new URL(address.replace(/\/?$/, '/'), document.baseURI).href;
