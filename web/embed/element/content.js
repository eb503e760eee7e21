// The content of a still, from what the figure program writes.

/** All that a still consists of. */
const parts = new Set(['div', 'p', 'mark', 'details', 'summary', 'ul', 'li', 'bdi', 'svg', 'g', 'rect', 'path', 'text', 'tspan']);

/** The content of a still, made node by node: whatever the text holds, nothing else comes into the page. */
export function contentOf(html) {
  const still = new DOMParser().parseFromString(html, 'text/html').querySelector('sinet-text');
  return [...still.childNodes].map(copied);
}

function copied(node) {
  if (!parts.has(node.localName)) return document.createTextNode(node.nodeType === Node.TEXT_NODE ? node.data : '');
  const copy = document.createElementNS(node.namespaceURI, node.localName);
  for (const { name, value } of node.attributes) if (!/^on|href|^style/i.test(name)) copy.setAttribute(name, value);
  copy.append(...[...node.childNodes].map(copied));
  return copy;
}
