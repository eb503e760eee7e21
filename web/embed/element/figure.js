// The figure program: layout and drawing in Rust, the same that has drawn the still.
import { initSync, still, picture } from 'sinet-figure';
import { fetched } from './fetched.js';

let program;

/** The program, fetched when it is first wanted. @returns {Promise<{still: typeof still, picture: typeof picture}>} */
export function figure(base) {
  const load = async () => {
    const response = await fetched(`${base}sinet-figure.wasm`, BUILD.files['sinet-figure.wasm']);
    initSync({ module: await WebAssembly.compile(await response.arrayBuffer()) });
    return { still, picture };
  };
  program ??= load().catch((error) => {
    program = undefined;
    throw error;
  });
  return program;
}
