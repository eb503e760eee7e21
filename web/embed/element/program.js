// The worker's programs: choosing one, starting it, talking to it.
import { SinetFault } from './fault.js';
import { fetched, underPolicy } from './fetched.js';
import { reported } from './reported.js';

const accepts = (...bytes) => WebAssembly.validate(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, ...bytes));
// The modules of web/page/src/engine/simd.rs.
const hasVectors = () => accepts(10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11);
const hasRelaxed = () => accepts(10, 19, 1, 17, 0, 65, 0, 253, 15, 65, 0, 253, 15, 65, 0, 253, 17, 253, 147, 2, 11);

const script = (program) => `sinet-worker-${program}.js`;

/** The kind of worker for a device, `cpu` or `gpu`, and why: as `choose_worker` in web/logic. */
export async function chooseKind(device) {
  if (device === 'cpu') return ['cpu', 'The CPU was asked for.'];
  if (!(script('gpu') in BUILD.files)) return ['cpu', 'This site has no program for WebGPU.'];
  const adapter = await navigator.gpu?.requestAdapter().catch(() => null);
  if (!adapter) return ['cpu', 'This browser offers no WebGPU adapter.'];
  const isFallback = adapter.isFallbackAdapter || adapter.info?.isFallbackAdapter;
  if (isFallback && device !== 'webgpu') return ['cpu', 'The WebGPU adapter here is a software one, slower than the CPU itself.'];
  if (!adapter.features.has('timestamp-query')) return ['cpu', 'The WebGPU adapter here has no timestamp queries.'];
  return ['gpu', `The adapter is “${adapter.info?.vendor ?? ''}”.`];
}

/**
 * Starts a worker of a kind. `onReply` gets what it says, `onStop` a fault when it has stopped.
 * Returns `post` and `end`.
 */
export async function startWorker(base, kind, onReply, onStop) {
  if (typeof WebAssembly !== 'object' || typeof Worker !== 'function') throw new SinetFault('too-old');
  if (!hasVectors()) throw new SinetFault('no-wasm-simd');
  const program = kind === 'cpu' && hasRelaxed() && script('cpu-relaxed') in BUILD.files ? 'cpu-relaxed' : kind;
  const get = (name) => fetched(base + name, BUILD.files[name]);
  const [code, wasm] = await Promise.all([
    get(script(program)).then((response) => response.text()),
    get(`sinet-worker-${program}.wasm`).then((response) => response.arrayBuffer()),
  ]);
  const worker = await underPolicy(() => firstThatStarts(ways(base + script(program), code)));
  worker.onmessage = ({ data }) => onReply(JSON.parse(data));
  worker.onerror = (event) => {
    event.preventDefault();
    // As `Failure::of_error_event` in web/logic: what stops a program without a panic is nearly always memory.
    const isMemory = /unreachable|memory|allocation/i.test(event.message ?? '');
    onStop(reported({ fault: isMemory ? 'memory' : 'crash', message: event.message ?? '' }));
  };
  worker.postMessage(wasm, [wasm]);
  return { post: (request) => worker.postMessage(JSON.stringify(request)), end: () => worker.terminate() };
}

/** The ways to start a script that is here already, the best first. */
function ways(address, code) {
  const fromBlob = () => {
    const url = URL.createObjectURL(new Blob([code], { type: 'text/javascript' }));
    return [new Worker(url), () => URL.revokeObjectURL(url)];
  };
  // A worker from a file is under that file's policy, and not under the page's. Pages from files and in sandboxes have no
  // origin that a file could share.
  const isOwn = self.origin !== 'null' && new URL(address).origin === self.origin;
  return isOwn ? [() => [new Worker(address), () => {}], fromBlob] : [fromBlob];
}

async function firstThatStarts(ways) {
  let failure;
  for (const way of ways) {
    try {
      const [worker, clean] = way();
      // Its first message says that the script runs.
      await new Promise((resolve, reject) => {
        worker.onmessage = resolve;
        worker.onerror = (event) => (event.preventDefault?.(), reject(new SinetFault('program', event.message ?? '')));
      }).finally(clean);
      return worker;
    } catch (error) {
      failure = error instanceof SinetFault ? error : new SinetFault('program', String(error));
    }
  }
  throw failure;
}
