// How long ONNX Runtime Web takes for an encoder alone, in Chromium:
//
//   node onnxruntime_web.mjs '{"package":…,"model":…,"pieces":32,"device":"cpu","gpu":false,"threads":1,"warm_ups":40,"batches":1,"runs":{"8":15}}'
//
// `package` is the folder of onnxruntime-web, `model` an ONNX file. `runs` holds, for each batch size, how often `batches` of
// them are read; single ones warm up. More than one thread needs a page that the server's headers have isolated.
// Prints one JSON object: the package's version, and times in milliseconds by batch size.
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { basename, extname, join } from 'node:path';
// The same browser with the same flags as the page gets.
import { launch } from '../../../tests/page/browser.mjs';

const plan = JSON.parse(process.argv[2]);
const { version } = JSON.parse(await readFile(join(plan.package, 'package.json'), 'utf8'));
const [browser, server] = [await launch({ gpu: plan.gpu }), await serve()];
try {
  const page = await browser.newPage();
  await page.goto(`http://127.0.0.1:${server.address().port}/`);
  const milliseconds = await page.evaluate(async ({ pieces, device, threads, warm_ups, batches, runs }) => {
    if (threads > 1 && !window.crossOriginIsolated) throw new Error('the page is not isolated, so it has one thread');
    const ort = await import(device === 'webgpu' ? '/ort.webgpu.bundle.min.mjs' : '/ort.wasm.bundle.min.mjs');
    ort.env.wasm.numThreads = threads;
    ort.env.wasm.wasmPaths = '/';
    const executionProviders = [device === 'webgpu' ? 'webgpu' : 'wasm'];
    const session = await ort.InferenceSession.create('/model.onnx', { executionProviders });
    const milliseconds = {};
    for (const [batch, count] of Object.entries(runs)) {
      const shape = [Number(batch), pieces];
      const filled = (value) => new ort.Tensor('int64', new BigInt64Array(shape[0] * pieces).fill(value), shape);
      const feeds = { input_ids: filled(1n), attention_mask: filled(1n), token_type_ids: filled(0n) };
      const read = async () => {
        const outputs = await session.run(feeds);
        // On a GPU the time is over only when the numbers are here.
        for (const output of Object.values(outputs)) await output.getData();
      };
      for (let run = 0; run < warm_ups; run += 1) await read();
      const times = [];
      for (let run = 0; run < count; run += 1) {
        const start = performance.now();
        for (let batch = 0; batch < batches; batch += 1) await read();
        times.push(performance.now() - start);
      }
      milliseconds[batch] = times;
    }
    return milliseconds;
  }, plan);
  console.log(JSON.stringify({ versions: { 'onnxruntime-web': version }, milliseconds }));
} finally {
  await browser.close();
  server.closeAllConnections();
  server.close();
}

/** Serves an empty page, the package's code and the model. */
async function serve() {
  const types = { '': 'text/html', '.mjs': 'text/javascript', '.wasm': 'application/wasm' };
  const server = createServer((request, response) => {
    const name = basename(request.url);
    response.setHeader('content-type', types[extname(name)] ?? 'application/octet-stream');
    if (plan.threads > 1) {
      response.setHeader('cross-origin-opener-policy', 'same-origin');
      response.setHeader('cross-origin-embedder-policy', 'require-corp');
    }
    if (name === '') return response.end('<!doctype html>');
    const file = name === 'model.onnx' ? plan.model : join(plan.package, 'dist', name);
    const missing = () => response.writeHead(404).end();
    return createReadStream(file).on('error', missing).pipe(response);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}
