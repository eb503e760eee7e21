// Says what to do where the page itself cannot start: it is made of WebAssembly with vector instructions, and nothing of
// it runs in a browser that has none.
'use strict';

// The smallest module with such an instruction.
const vectors = [0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11];

function show(id, isShown = true) {
  const said = document.getElementById(id);
  if (said) said.hidden = !isShown;
}

const isTooOld = typeof WebAssembly !== 'object' || !WebAssembly.validate(new Uint8Array(vectors));
const failed = () => show(isTooOld ? 'too-old' : 'not-started');
for (const kind of ['error', 'unhandledrejection']) addEventListener(kind, failed, true);
addEventListener('TrunkApplicationStarted', () => {
  for (const kind of ['error', 'unhandledrejection']) removeEventListener(kind, failed, true);
  show('not-started', false);
});
