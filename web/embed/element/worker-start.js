// The end of each worker's script: takes the program from the page and starts it. One script, which needs no other file, so
// that it can be started from a blob.
onmessage = ({ data }) => {
  onmessage = null;
  wasm_bindgen({ module_or_path: data }).catch((error) => postMessage(JSON.stringify({ stopped: { fault: 'program', message: String(error) } })));
};
addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI }) =>
  postMessage(JSON.stringify({ blocked: `${effectiveDirective} ${blockedURI}` })),
);
postMessage('here');
