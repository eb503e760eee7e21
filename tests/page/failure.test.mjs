// Each way in which something can break: the page says what to do, mends what it can by itself, and loses nothing.
import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { drop, failure, field, holds, openMenu, put, settled, setUp, status, type, words } from './browser.mjs';
import { gated, refuse } from './gate.mjs';
import { isOfCpuWorker } from './site.mjs';

// What keeps the page offline would fetch files a second time.
const visit = setUp({ query: '?device=cpu', serviceWorkers: 'block' });

const typed = 'Nothing typed is lost.';

/** A worker script that answers requests with what `answer`, the body of a function of `request`, returns. */
const fakeWorker = (answer) =>
  Buffer.from(`const say = (reply) => self.postMessage(JSON.stringify(reply));
    const answer = (request) => { ${answer} };
    self.onmessage = ({ data }) => say(answer(JSON.parse(data)));
    say('ready');`);

const loaded = JSON.stringify({
  loaded: {
    model: 'fake',
    entity_types: [],
    relation_types: [],
    device: { device: 'webgpu', reason: 'Fake.' },
    settings: { entity_threshold: 0, relation_threshold: 0.5, switches: { tap: true, entity_looks: true, relation_looks: true } },
  },
});

/** An `init`: a browser with a WebGPU adapter that nobody has looked at. */
const withAdapter = () => {
  const adapter = { info: { vendor: 'test' }, features: new Set(['timestamp-query']) };
  Object.defineProperty(navigator, 'gpu', { value: { requestAdapter: async () => adapter } });
};

/** A WebAssembly module whose memory cannot grow by more than so many pages. */
function capMemory(module, pages) {
  const read = (at) => {
    let [value, shift] = [0, 0];
    for (;;) {
      const byte = module[at++];
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return [value >>> 0, at];
      shift += 7;
    }
  };
  const leb = (value) => {
    const bytes = [];
    do bytes.push((value & 0x7f) | (value > 0x7f ? 0x80 : 0)); while ((value >>>= 7));
    return bytes;
  };
  for (let at = 8; at < module.length;) {
    const [length, start] = read(at + 1);
    if (module[at] === 5) {
      const [count, flags] = [module[start], module[start + 1]];
      assert.equal(count, 1);
      const [initial] = read(start + 2);
      const section = [1, flags | 1, ...leb(initial), ...leb(initial + pages)];
      return Buffer.concat([module.subarray(0, at), Buffer.from([5, ...leb(section.length), ...section]), module.subarray(start + length)]);
    }
    at = start + length;
  }
  throw new Error('the module has no memory');
}

test('a worker that stops is replaced, and what was asked is asked again', async () => {
  const { page } = await visit();
  await settled(page);
  const text = 'We describe a parser that uses a recurrent network.';
  await type(page, text);
  const options = { model: 'scierc', device: 'cpu' };
  const entities = (await page.evaluate(([text, options]) => window.sinet.annotate(text, options), [text, options])).entities;
  const before = await page.evaluate(([entities, options]) => window.sinet.relate(entities, options), [entities, options]);
  assert.ok(before.length > 0);
  await page.workers()[0].evaluate(() => void setTimeout(() => { throw new Error('poisoned'); }));
  await page.getByRole('status').filter({ hasText: 'poisoned' }).waitFor();
  // The new worker has read nothing: the page reads the text to it first.
  const again = await page.evaluate(([entities, options]) => window.sinet.relate(entities, options), [entities, options]);
  assert.deepEqual(again, before);
  assert.match(await status(page).innerText(), /The worker before this one stopped \(.*poisoned\), so the CPU took over\.$/);
  await type(page, typed);
  assert.deepEqual(await words(page), ['Nothing', 'typed', 'is', 'lost', '.']);
});

test('a graphics device that is lost is opened again, and then given up for the CPU', async () => {
  const spoil = (path, bytes) =>
    path.endsWith('worker-gpu_loader.js')
      ? fakeWorker(`return request.load ? ${loaded} : { stopped: { fault: 'device_lost', message: 'Destroyed' } };`)
      : bytes;
  const { page, site } = await visit({ spoil, init: withAdapter, query: '' });
  await settled(page);
  assert.equal(site.asked.filter((path) => path.endsWith('worker-gpu_loader.js')).length, 2);
  assert.match(await status(page).innerText(), /on the CPU\. The graphics device was lost, so the CPU took over\.$/);
  assert.equal(await failure(page).innerText(), '');
});

for (const query of ['', '?device=webgpu']) {
  test(`a page whose worker for WebGPU is not built yet reads on the CPU, and takes it later: ${query || 'unasked'}`, async () => {
    let isBuilt = false;
    const worker = fakeWorker(`return request.load ? ${loaded} : { fetched: { fetches: [] } };`);
    const spoil = (path, bytes) => (path.endsWith('worker-gpu_loader.js') ? (isBuilt ? worker : null) : bytes);
    const { page } = await visit({ spoil, init: withAdapter, query, serviceWorkers: 'allow' });
    await settled(page);
    assert.match(await status(page).innerText(), /^Read in \d+ ms on the CPU\. [A-Z][^.]+\.$/, 'one sentence says why');
    assert.equal(await failure(page).innerText(), '');
    // What keeps the page offline does not keep that there was none.
    await page.waitForFunction(() => navigator.serviceWorker.controller);
    isBuilt = true;
    await page.reload();
    await status(page).filter({ hasText: 'on WebGPU.' }).waitFor();
  });
}

test('B23: after a text was refused, its relations are asked of a worker that has read it', async () => {
  const { page } = await visit({ init: gated });
  await settled(page);
  const [text, other] = ['We describe a parser that uses a recurrent network.', 'Anna lives in Oslo with her friends and a cat.'];
  const annotate = (text) => page.evaluate((text) => window.sinet.annotate(text), text);
  const relate = (entities) => page.evaluate((entities) => window.sinet.relate(entities), entities);
  const { entities } = await annotate(text);
  const relations = await relate(entities);
  assert.ok(relations.length > 0);
  await annotate(other);
  assert.notDeepEqual(await relate(entities), relations, 'the texts differ in this');
  await refuse(page, text);
  await assert.rejects(annotate(text), /the test refuses it/);
  assert.deepEqual(await relate(entities), relations);
});

test('a model that gets no memory says so, and starts again when asked', { timeout: 120_000 }, async () => {
  let spoilt = true;
  const start = new EventEmitter();
  const spoil = (path, bytes) => {
    if (!isOfCpuWorker(path, 'bg.wasm')) return bytes;
    start.emit('start');
    return spoilt ? capMemory(bytes, 400) : bytes;
  };
  const { page } = await visit({ spoil });
  const alert = page.getByRole('alert').filter({ hasText: 'no more memory' });
  await alert.waitFor();
  // A text that is typed is read after a moment, for which the model starts by itself.
  const restarted = once(start, 'start');
  await put(page, typed);
  await restarted;
  await alert.waitFor();
  assert.match(await failure(page).innerText(), /Close other tabs or shorten the text, then try again\.$/);
  assert.equal(await field(page).inputValue(), typed);
  spoilt = false;
  await page.getByRole('button', { name: 'Try again' }).click();
  await settled(page);
  assert.deepEqual(await words(page), ['Nothing', 'typed', 'is', 'lost', '.']);
  assert.equal(await failure(page).innerText(), '');
});

test('a file that arrives damaged is fetched once more, past every cache', async () => {
  let times = 0;
  const spoil = (path, bytes) => (path.endsWith('config.json') && times++ === 0 ? Buffer.from(bytes).fill(32, 0, 1) : bytes);
  const { page } = await visit({ spoil });
  await settled(page);
  assert.equal(times, 2);
  assert.equal(await failure(page).innerText(), '');
});

test('a file that stays damaged is told, and not fetched for ever', async () => {
  let times = 0;
  const spoil = (path, bytes) => {
    if (!path.endsWith('tokenizer.json')) return bytes;
    times++;
    return Buffer.from(bytes).fill(32, 0, 1);
  };
  const { page } = await visit({ spoil });
  await page.getByRole('alert').filter({ hasText: 'SHA-256 differs' }).waitFor();
  assert.equal(times, 2);
});

test('a cached file that was damaged is fetched again', async () => {
  const { page, site } = await visit();
  await settled(page);
  const damaged = await page.evaluate(async () => {
    const cache = await caches.open('sinet-models');
    const request = (await cache.keys()).find(({ url }) => url.includes('tokenizer.json'));
    await cache.put(request, new Response('rubbish'));
    return request.url;
  });
  assert.match(damaged, /scierc/);
  site.asked.length = 0;
  await page.reload();
  await settled(page);
  const models = site.asked.filter((path) => path.startsWith('models/'));
  assert.deepEqual(models, ['models/scierc/manifest.json', 'models/scierc/tokenizer.json']);
});

test('a connection that fails is waited for', async () => {
  let cut = true;
  const spoil = (path, bytes) => (cut && isOfCpuWorker(path, 'loader.js') ? null : bytes);
  const { page } = await visit({ spoil });
  await page.getByRole('alert').filter({ hasText: 'program did not start' }).waitFor();
  await put(page, typed);
  await page.getByRole('alert').filter({ hasText: 'program did not start' }).waitFor();
  cut = false;
  await page.evaluate(() => window.dispatchEvent(new Event('online')));
  await settled(page);
  assert.deepEqual(await words(page), ['Nothing', 'typed', 'is', 'lost', '.']);
});

test('a browser without WebGPU says so and takes the CPU', async () => {
  const init = () => Object.defineProperty(navigator, 'gpu', { value: undefined });
  const { page } = await visit({ init, query: '?device=webgpu' });
  await settled(page);
  assert.match(await status(page).innerText(), /on the CPU\. WebGPU was asked for, but this browser offers no adapter\.$/);
});

test('a browser without vector instructions is told what to use', async () => {
  const init = () => {
    WebAssembly.validate = () => false;
  };
  const { page, site } = await visit({ init });
  const alert = page.getByRole('alert').filter({ hasText: 'cannot run the model' });
  assert.match(await alert.innerText(), /Use a newer one: Chrome or Edge 91, Firefox 114, Safari 16\.4, or later\.$/);
  assert.deepEqual(site.asked.filter((path) => path.includes('worker')), [], 'no worker is even tried');
});

test('a worker that talks nonsense is replaced', async () => {
  let starts = 0;
  const spoil = (path, bytes) =>
    isOfCpuWorker(path, 'loader.js') && starts++ === 0 ? Buffer.from("self.postMessage({ 'not': 'a string' });") : bytes;
  const { page } = await visit({ spoil });
  await settled(page);
  assert.equal(starts, 2);
  assert.match(await status(page).innerText(), /a message that this page does not know\), so the CPU took over\.$/);
});

test('the program for files says that it has not arrived or has stopped, and begins anew', async () => {
  let loader = null;
  const spoil = (path, bytes) => (path === 'sinet-files_loader.js' && loader !== 'good' ? loader : bytes);
  const { page, site } = await visit({ spoil });
  await settled(page);
  assert.ok(!site.asked.includes('sinet-files_loader.js'), 'nobody has opened a file');
  const file = ['a.txt', 'Ada lives.'];
  const told = (words) => page.getByRole('alert').getByText(words).first().waitFor();
  await drop(page, [file]);
  await told('did not arrive: check the connection');
  loader = Buffer.from("onmessage = () => { throw new Error('it broke'); }; postMessage(['\"ready\"', new Uint8Array()]);");
  await drop(page, [file], [['b.txt', 'Bob sings.']]);
  await told(/has stopped: .*it broke/);
  loader = 'good';
  await drop(page, [file]);
  await holds(page, 'Ada lives.');
  assert.equal(await page.getByRole('alert').getByText('has stopped').count(), 0);
  await drop(page, [['b.txt', 'Bob sings.']]);
  await holds(page, 'Bob sings.');
  assert.equal(site.asked.filter((path) => path === 'sinet-files_bg.wasm').length, 1, 'it stays');
});

test('what could not be written is written when it is asked for once more', async () => {
  let arrives = false;
  const spoil = (path, bytes) => (path === 'sinet-files_loader.js' && !arrives ? null : bytes);
  const { page } = await visit({ spoil });
  await settled(page);
  await openMenu(page, 'Take away');
  await page.locator('.terms').getByText('did not arrive: check the connection').waitFor();
  arrives = true;
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.locator('.take-away').getByRole('button', { name: 'Download', exact: true }).click(),
  ]);
  assert.match(await readFile(await download.path(), 'utf8'), /"text":"We present a neural dependency parser/);
});

test('a page that does not start says what to do', async () => {
  const spoil = (path, bytes) => (/sinet-page-.*\.wasm$/.test(path) ? null : bytes);
  const { page } = await visit({ spoil });
  await page.getByRole('alert').filter({ hasText: 'The page did not start. Check the connection and reload it' }).waitFor();
});

test('a browser that cannot even start the page is told what to use', async () => {
  // Such a browser refuses the page's program as it refuses any other with vectors.
  const init = () => {
    WebAssembly.validate = () => false;
    const refuse = () => Promise.reject(new WebAssembly.CompileError('invalid opcode'));
    Object.assign(WebAssembly, { instantiate: refuse, instantiateStreaming: refuse, compile: refuse, compileStreaming: refuse });
  };
  const { page } = await visit({ init });
  await page.getByRole('alert').filter({ hasText: 'This browser cannot run the page. Use a newer one' }).waitFor();
});

test('a page that stops says that nothing is lost', async () => {
  const { page } = await visit();
  await settled(page);
  await put(page, typed);
  await page.getByText('Saved in this browser').waitFor();
  // Something that cannot happen: a document without a body.
  await page.evaluate(() => {
    Object.defineProperty(document, 'body', { get: () => null });
    const transfer = new DataTransfer();
    transfer.items.add(new File(['a'], 'a.txt'));
    window.dispatchEvent(new DragEvent('dragover', { dataTransfer: transfer }));
  });
  await page.getByRole('alert').filter({ hasText: 'has stopped on a fault of its own. Reload it' }).waitFor();
  await page.reload();
  await holds(page, typed);
});
