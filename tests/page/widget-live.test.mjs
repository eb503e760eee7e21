// The element <sinet-text> with a model that reads: what is fetched and when, from where it works, and what happens if not.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { split } from './browser.mjs';
import { assertInOrder } from './order.mjs';
import { click, embed, event, events, html, run, sample, setUp, stillOf, text } from './widget.mjs';

const browser = setUp();
const { open, serve, visit } = browser;
const own = `<sinet-text model="scierc" live device="cpu">${text}</sinet-text>`;
const manifest = JSON.parse(await readFile(join(embed, 'models/scierc/manifest.json'), 'utf8'));
const worker = (path) => /sinet-worker-[\w-]+\.js$/.test(path);
const limit = { timeout: 180_000 };

/** What `sinet predict` prints for a text. */
async function predict(text) {
  const folder = fileURLToPath(new URL('../../models/scierc', import.meta.url));
  const { stdout } = await promisify(execFile)(process.env.SINET_BIN, ['predict', '--model', folder, text], { maxBuffer: 1 << 26 });
  return JSON.parse(stdout);
}

function assertSame(found, expected) {
  const { types, ...annotation } = found;
  assert.ok(types.entities.length > 0);
  const [mine, theirs] = [split(annotation), split(expected)];
  assert.deepEqual(mine.exact, theirs.exact);
  mine.scores.forEach((score, at) => assert.ok(Math.abs(score - theirs.scores[at]) < 1e-3));
}

test('nothing but the loader comes before the click, and then the result is that of sinet predict', limit, async () => {
  const still = await stillOf(browser, sample, 'live model="scierc" device="cpu"');
  const { page, site, complaints } = await open(still);
  const button = page.getByRole('button', { name: 'Run here · 24 MB, once' });
  await button.waitFor();
  assert.deepEqual(site.asked, ['/', '/embed/sinet.js']);
  const states = () => page.locator('sinet-text').evaluate((it) => ['still', 'waiting', 'loading', 'ready', 'error'].filter((state) => it.matches(`:state(${state})`)));
  assert.deepEqual(await page.locator('sinet-text').evaluate((it) => it.state), 'still');
  const annotation = await run(page);
  assertSame(annotation, await predict(text));
  assert.deepEqual(await states(), ['ready']);
  assert.equal((await event(page, 'ready')).device, 'cpu');
  const last = (await events(page, 'progress')).at(-1);
  assert.equal(last.loaded, last.total);
  assert.equal(await button.isVisible(), false);
  // The picture is there, and the still of another annotation is not shown beside it.
  assert.ok(await page.locator('sinet-text svg.sinet-wide').last().isVisible());
  assert.equal(await page.evaluate(() => document.querySelector('sinet-text > div').getClientRects().length), 0);
  const chunks = site.asked.filter((path) => path.includes('model.safetensors'));
  assert.equal(chunks.length, manifest.files['model.safetensors'].chunks.length);
  assert.equal(new Set(chunks).size, chunks.length);
  assert.deepEqual(complaints, []);
});

test('every file that is served is small', async () => {
  const sums = await readFile(join(embed, 'SHA384SUMS'), 'utf8');
  for (const line of sums.trim().split('\n')) {
    const { length } = await readFile(join(embed, line.split('  ')[1]));
    assert.ok(length <= 8 << 20, `${line}: ${length}`);
  }
});

test('ten elements are one worker and one download, and each has its own text', limit, async () => {
  const texts = Array.from({ length: 10 }, (_, at) => `Parser ${at} uses beam search.`);
  const elements = texts.map((text) => `<sinet-text model="scierc" live="load" device="cpu">${text}</sinet-text>`);
  const { page, site } = await open(elements.join('\n'));
  await event(page, 'result', 10);
  const shown = await page.locator('sinet-text').evaluateAll((all) => all.map((it) => it.annotation.text));
  assert.deepEqual(shown, texts);
  assert.equal((await page.evaluate(() => window.workers)).length, 1);
  for (const path of new Set(site.asked)) {
    // A worker that starts from a file is fetched by the browser once more, out of its cache.
    const most = worker(path) ? 2 : 1;
    assert.ok(site.asked.filter((other) => other === path).length <= most, path);
  }
});

test('what is typed is read, and of two texts the last one counts', limit, async () => {
  const { page } = await open(own);
  await run(page);
  const field = page.getByLabel('Text to annotate');
  await field.fill('The first text of a person.');
  const [first, second] = await page.evaluate(async () => {
    const element = document.querySelector('sinet-text');
    const asked = [element.annotate('An early text.'), element.annotate('A late parser.')];
    return (await Promise.allSettled(asked)).map(({ status, reason, value }) => [status, reason?.name, value?.text]);
  });
  assert.deepEqual(first, ['rejected', 'AbortError', undefined]);
  assert.deepEqual(second, ['fulfilled', undefined, 'A late parser.']);
  await field.fill('We parse sentences.');
  await page.waitForFunction(() => document.querySelector('sinet-text').annotation.text === 'We parse sentences.');
  assertSame(await page.evaluate(() => document.querySelector('sinet-text').annotation), await predict('We parse sentences.'));
});

test('keys in the field stay there', limit, async () => {
  const { page } = await open(own);
  await run(page);
  await page.evaluate(() => {
    window.keys = [];
    document.addEventListener('keydown', ({ key }) => window.keys.push(key));
  });
  await page.getByLabel('Text to annotate').press('s');
  await page.getByLabel('Text to annotate').press('ArrowRight');
  await page.getByLabel('Text to annotate').press('Control+b');
  assert.deepEqual(await page.evaluate(() => window.keys), ['Control', 'b']);
});

test('the element starts when it is seen, if the author wants that, and a reader who saves data is asked', limit, async () => {
  const far = `<p style="height: 4000px"></p>${own.replace('live', 'live="visible"')}`;
  const { page, site } = await open(far);
  await page.waitForTimeout(300);
  assert.equal(site.asked.some(worker), false);
  await page.locator('sinet-text').scrollIntoViewIfNeeded();
  await event(page, 'result');

  const saves = () => Object.defineProperty(navigator, 'connection', { value: { saveData: true } });
  const saving = await open(own.replace('live', 'live="load"'), { init: saves });
  await saving.page.getByRole('button', { name: /^Run here/ }).waitFor();
  await saving.page.waitForTimeout(300);
  assert.equal(saving.site.asked.some(worker), false);
});

const policies = {
  'of a still': ["default-src 'none'; script-src 'self'", false],
  'of the own host': ["default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self'", true],
};
for (const [name, [policy, runs]] of Object.entries(policies)) {
  for (const way of ['header', 'meta']) {
    test(`under the policy ${name}, as ${way}, it ${runs ? 'runs' : 'says what is missing'}`, limit, async () => {
      const head = way === 'meta' ? `<meta http-equiv="Content-Security-Policy" content="${policy}">` : '';
      const headers = way === 'header' ? { 'content-security-policy': policy } : {};
      const { page, complaints } = await open(own, { head, headers });
      if (runs) {
        assert.equal((await run(page)).text, text);
        assert.deepEqual(complaints, []);
      } else {
        await page.getByRole('button', { name: /^Run here/ }).click();
        assert.equal((await event(page, 'error')).code, 'csp-blocked');
        assert.ok(await page.getByText(text).isVisible());
      }
    });
  }
}

test('from another origin it runs, also under a policy that allows no more than is told', limit, async () => {
  const cdn = await serve();
  const policy = `default-src 'none'; script-src ${cdn.origin} 'wasm-unsafe-eval'; worker-src blob:; connect-src ${cdn.origin}`;
  for (const headers of [{}, { 'content-security-policy': policy }]) {
    const { page, site, complaints } = await open(own, { script: `${cdn.origin}/embed/sinet.js`, attributes: 'crossorigin="anonymous"', headers });
    assertSame(await run(page), await predict(text));
    assert.deepEqual(site.asked, ['/']);
    assert.ok((await page.evaluate(() => window.workers)).every((address) => address.startsWith('blob:')));
    assert.deepEqual(complaints, []);
  }
});

test('a policy without the weights’ origin, or without workers, is told as such', limit, async () => {
  const cdn = await serve();
  const weights = await serve();
  const scripts = `script-src ${cdn.origin} 'wasm-unsafe-eval'`;
  const elsewhere = own.replace('model="scierc"', `model="${weights.origin}/embed/models/scierc/"`);
  const cases = [
    [own, `${scripts}; worker-src 'self'; connect-src ${cdn.origin}`],
    [elsewhere, `${scripts}; worker-src blob:; connect-src ${cdn.origin}`],
    [own, `script-src ${cdn.origin}; worker-src blob:; connect-src ${cdn.origin}`],
  ];
  for (const [content, policy] of cases) {
    const headers = { 'content-security-policy': policy };
    const { page } = await open(content, { script: `${cdn.origin}/embed/sinet.js`, headers });
    await page.getByRole('button', { name: /^Run here/ }).click();
    assert.equal((await event(page, 'error')).code, 'csp-blocked', policy);
    assert.ok(await page.getByText(text).isVisible());
  }
});

test('from a page in a file it runs', limit, async () => {
  const cdn = await serve();
  const folder = await mkdtemp(join(tmpdir(), 'sinet-'));
  const path = join(folder, 'page.html');
  await writeFile(path, html(own, { script: `${cdn.origin}/embed/sinet.js` }));
  const { page } = await visit(pathToFileURL(path).href);
  assertSame(await run(page), await predict(text));
  // With files beside the page it cannot, and says so.
  await writeFile(path, html(own, { script: pathToFileURL(join(embed, 'sinet.js')).href }));
  const beside = await visit(pathToFileURL(path).href);
  await beside.page.getByRole('button', { name: /^Run here/ }).click();
  assert.equal((await event(beside.page, 'error')).code, 'file');
  assert.ok(await beside.page.getByText(text).isVisible());
});

test('in a sandboxed frame it runs', limit, async () => {
  const { page } = await open('<iframe sandbox="allow-scripts" src="/frame" width="900" height="600" title="frame"></iframe>', {
    pages: { '/frame': html(own) },
    script: '/none.js',
  });
  const frame = page.frameLocator('iframe');
  await frame.getByRole('button', { name: /^Run here/ }).click();
  await frame.locator('sinet-text svg.sinet-wide').waitFor({ timeout: 120_000 });
  const shown = await frame.locator('sinet-text').evaluate((it) => [it.annotation, window.origin, window.workers]);
  assertSame(shown[0], await predict(text));
  assert.equal(shown[1], 'null');
  assert.ok(shown[2].at(-1).startsWith('blob:'));
});

const flipped = {
  'the rest of the element': /^sinet-live\.js$/,
  'the glue': /^sinet-worker-[\w-]+\.js$/,
  'the program': /^sinet-worker-[\w-]+\.wasm$/,
  'the figure program': /^sinet-figure\.wasm$/,
  'the manifest': /^models\/scierc\/manifest\.json$/,
  'a chunk': /^models\/scierc\/model\.safetensors\.1$/,
};
for (const [name, pattern] of Object.entries(flipped)) {
  test(`a flipped byte in ${name} is told, and the still stays`, limit, async () => {
    const spoil = (path, bytes) => {
      if (!pattern.test(path)) return bytes;
      const spoilt = Buffer.from(bytes);
      spoilt[spoilt.length - 2] ^= 1;
      return spoilt;
    };
    const { page } = await open(own, { spoil });
    await page.getByRole('button', { name: /^Run here/ }).click();
    const fault = await event(page, 'error');
    assert.equal(fault.code, 'integrity', JSON.stringify(fault));
    assert.ok(fault.message && fault.hint);
    if (name === 'a chunk') assert.match(fault.detail, /^model\.safetensors\.1 is not the file/);
    assert.ok(await page.getByText(text).isVisible());
    assert.ok(await page.getByText(/\(integrity\)\.$/).isVisible());
    assert.ok(await page.getByRole('button', { name: 'Try again' }).isVisible());
    assert.equal((await events(page, 'result')).length, 0);
  });
}

test('a flipped byte in the script itself keeps it from running, and the still stays', limit, async () => {
  const { createHash } = await import('node:crypto');
  const hash = createHash('sha384').update(await readFile(join(embed, 'sinet.js'))).digest('base64');
  const spoil = (path, bytes) => (path === 'sinet.js' ? Buffer.concat([bytes, Buffer.from(' ')]) : bytes);
  const { page, site } = await open(own, { spoil, attributes: `integrity="sha384-${hash}" crossorigin="anonymous"` });
  await page.waitForLoadState('load');
  assert.equal(await page.evaluate(() => customElements.get('sinet-text')), undefined);
  assert.ok(site.asked.includes('/embed/sinet.js'));
  assert.ok(await page.getByText(text).isVisible());
});

test('one attribute of the script pins all, and one of the element the manifest', limit, async () => {
  const { createHash } = await import('node:crypto');
  const hash = (bytes, name = 'sha384') => `${name}-${createHash(name).update(bytes).digest('base64')}`;
  const script = await readFile(join(embed, 'sinet.js'));
  const pinned = { attributes: `integrity="${hash(script)}" crossorigin="anonymous"` };
  const listed = await readFile(join(embed, 'models/scierc/manifest.json'));
  const { page } = await open(own.replace('live', `live integrity="${hash(listed, 'sha256')}"`), pinned);
  assert.equal((await run(page)).text, text);
  const other = await open(own.replace('live', `live integrity="${hash('other')}"`), pinned);
  await other.page.getByRole('button', { name: /^Run here/ }).click();
  assert.equal((await event(other.page, 'error')).code, 'integrity');
});

test('a missing model and no network are told, and another try succeeds', limit, async () => {
  let isGone = true;
  const spoil = (path, bytes) => (isGone && path.includes('models/') ? undefined : bytes);
  const { page, context } = await open(own, { spoil });
  await page.getByRole('button', { name: /^Run here/ }).click();
  assert.equal((await event(page, 'error')).code, 'missing');
  isGone = false;
  await context.setOffline(true);
  await page.getByRole('button', { name: 'Try again' }).click();
  assert.equal((await event(page, 'error', 2)).code, 'connection');
  await context.setOffline(false);
  await page.getByRole('button', { name: 'Try again' }).click();
  assert.equal((await event(page, 'result')).annotation.text, text);
});

test('leaving by a link within the site and coming back takes the same worker', limit, async () => {
  const { page, site } = await open(own);
  await run(page);
  const before = site.asked.length;
  await page.evaluate((own) => {
    const main = document.querySelector('main');
    main.innerHTML = '<h1>Another page</h1>';
    main.innerHTML = own;
  }, own);
  await page.getByRole('button', { name: /^Run here/ }).click();
  await event(page, 'result', 2);
  assert.equal((await page.evaluate(() => window.workers)).length, 1);
  assert.equal(site.asked.length, before, site.asked.slice(before).join(' '));
  // The same element elsewhere in the page goes on as well.
  await page.evaluate(() => {
    const element = document.querySelector('sinet-text');
    element.remove();
    document.body.prepend(element);
    return element.annotate('We parse.');
  });
  assert.equal((await events(page, 'result')).at(-1).annotation.text, 'We parse.');
  assert.equal((await page.evaluate(() => window.workers)).length, 1);
});

test('a worker that nobody has used for half a minute ends', limit, async () => {
  const { page } = await open(own);
  await page.clock.install();
  await run(page);
  const leaveFor = (milliseconds) =>
    page.evaluate(() => document.querySelector('sinet-text').remove())
      .then(() => page.clock.fastForward(milliseconds))
      .then(() => page.evaluate((own) => (document.querySelector('main').innerHTML = own), own));
  const started = async () => (await page.evaluate(() => window.workers)).length;
  const start = async (count) => {
    await page.getByRole('button', { name: /^Run here/ }).click();
    await event(page, 'result', count);
  };
  await leaveFor(25_000);
  await start(2);
  assert.equal(await started(), 1);
  await leaveFor(31_000);
  await start(3);
  assert.equal(await started(), 2);
});

test('model, device and text can change while it runs', limit, async () => {
  const { page } = await open(own);
  await run(page);
  await page.evaluate(() => {
    const element = document.querySelector('sinet-text');
    element.annotate('Police in Lisbon shot Elena Marsh.').catch(() => {});
    element.model = 'conll04';
  });
  await page.waitForFunction(() => document.querySelector('sinet-text').annotation.types.entities.some(([name]) => name === 'Peop'), null, { timeout: 90_000 });
  assert.equal(await page.evaluate(() => document.querySelector('sinet-text').annotation.text), 'Police in Lisbon shot Elena Marsh.');
  const count = (await events(page, 'result')).length;
  await page.evaluate(() => (document.querySelector('sinet-text').device = 'auto'));
  await event(page, 'result', count + 1);
  assert.equal((await events(page, 'ready')).at(-1).device, 'cpu');
  await page.evaluate(() => (document.querySelector('sinet-text').threshold = '0.99'));
  await event(page, 'result', count + 2);
  const scores = await page.evaluate(() => document.querySelector('sinet-text').annotation.entities.map(({ score }) => score));
  assert.ok(scores.every((score) => score >= 0.99), String(scores));
});

test('a worker that dies is started once more, and a second death is told', limit, async () => {
  const watch = () => {
    window.running = [];
    window.Worker = class extends window.Worker {
      constructor(...options) {
        super(...options);
        window.running.push(this);
      }
    };
  };
  const { page } = await open(own, { init: watch });
  await run(page);
  const stop = () => {
    const worker = window.running.at(-1);
    worker.dispatchEvent(new ErrorEvent('error', { message: 'Uncaught RuntimeError: unreachable', cancelable: true }));
  };
  await page.evaluate(stop);
  await page.evaluate(() => document.querySelector('sinet-text').annotate('We parse.'));
  assert.equal((await page.evaluate(() => window.workers)).length, 2);
  await page.evaluate(stop);
  await event(page, 'ready', 3);
  await page.evaluate(stop);
  assert.equal((await event(page, 'error')).code, 'memory');
  assert.ok(await page.getByText(text).isVisible());
});

test('a person corrects what the model says', limit, async () => {
  const { page } = await open(own.replace('live', 'live editable'));
  const annotation = await run(page);
  const picture = page.locator('sinet-text [part=picture]');
  await click(page, picture.getByRole('button', { name: /^beam search, / }).first());
  await page.getByLabel('Type', { exact: true }).selectOption('Material');
  await page.waitForFunction(() => document.querySelector('sinet-text').annotation.entities.some(({ source }) => source === 'person'));
  const corrected = async () => page.evaluate(() => document.querySelector('sinet-text').annotation);
  const changed = (await corrected()).entities.find(({ source }) => source === 'person');
  assert.deepEqual([changed.type, 'score' in changed && changed.score], ['Material', undefined]);
  await picture.getByRole('button', { name: /^beam search, / }).first().waitFor();
  await picture.getByRole('button', { name: /^beam search, / }).first().focus();
  await page.keyboard.press('Delete');
  await page.waitForFunction((count) => document.querySelector('sinet-text').annotation.entities.length === count, annotation.entities.length - 1);
  const field = page.getByLabel('Text to annotate');
  await field.evaluate((it) => it.setSelectionRange(it.value.indexOf('earch'), it.value.indexOf('earch') + 2));
  await page.getByRole('button', { name: 'Mark what is selected in the text' }).click();
  await page.waitForFunction(() => document.querySelector('sinet-text').annotation.entities.some(({ start, end }) => start === 42 && end === 48));
  await page.getByLabel('Relate to').waitFor();
  await page.getByLabel('Relate to').selectOption({ index: 1 });
  await page.waitForFunction(() => document.querySelector('sinet-text').annotation.relations.some(({ source }) => source === 'person'));
  await assertInOrder(page, 'widget-editable');
});

test('the element is accessible while it is live, and after a failure', limit, async () => {
  const { page } = await open(own);
  await run(page);
  await assertInOrder(page, 'widget-live');
  const failed = await open(own, { spoil: (path, bytes) => (path.includes('models/') ? undefined : bytes) });
  await failed.page.getByRole('button', { name: /^Run here/ }).click();
  await event(failed.page, 'error');
  await assertInOrder(failed.page, 'widget-failed');
});

test('in a browser without WebAssembly the still stays', limit, async () => {
  const { page, site } = await open(own, { init: () => delete window.WebAssembly });
  await page.getByRole('button', { name: /^Run here/ }).click();
  assert.equal((await event(page, 'error')).code, 'too-old');
  assert.ok(await page.getByText(text).isVisible());
  await page.evaluate(() => (document.querySelector('sinet-text').annotation = { text: 'Another text.' }));
  assert.equal((await event(page, 'error', 2)).code, 'too-old');
  assert.ok(await page.getByText(text).isVisible());
  assert.equal(site.asked.some(worker), false);
});

test('in a browser without vector instructions the still stays', limit, async () => {
  const without = () => (WebAssembly.validate = () => false);
  const { page, site } = await open(own, { init: without });
  await page.getByRole('button', { name: /^Run here/ }).click();
  assert.equal((await event(page, 'error')).code, 'no-wasm-simd');
  assert.ok(await page.getByText(text).isVisible());
  assert.equal(site.asked.some(worker), false);
});
