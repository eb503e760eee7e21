// Whatever comes in, the page stays alive, says one clear sentence, and loses nothing typed.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { failure, field, predict, put, settled, setUp, status, type, words } from './browser.mjs';
import { assertFits } from './order.mjs';
import { isOfCpuWorker } from './site.mjs';

const visit = setUp();

const alive = async (page) => {
  await type(page, 'We still parse sentences.');
  assert.deepEqual(await words(page), ['We', 'still', 'parse', 'sentences', '.']);
};

test('an empty text shows nothing and harms nothing', async () => {
  const { page } = await visit();
  await settled(page);
  await put(page, '   ');
  await page.locator('.sentence').first().waitFor({ state: 'detached' });
  assert.equal(await failure(page).innerText(), '');
  await alive(page);
});

test('100 kB of text keep the page answering', { timeout: 400_000 }, async () => {
  const { page } = await visit();
  await settled(page);
  const sentence = 'The parser reads a long text and finds the methods in it. ';
  const text = sentence.repeat(Math.ceil(100_000 / sentence.length));
  await put(page, text);
  // While it is read, the page answers, and a newer text is not kept waiting for the end.
  await page.waitForTimeout(4_000);
  await page.getByRole('radio', { name: 'News' }).focus();
  assert.equal(await page.locator('.page').getAttribute('aria-busy'), 'true', 'it is read still');
  await alive(page);
});

test('a sentence over 512 pieces is read in windows, all of it', { timeout: 120_000 }, async () => {
  const { page } = await visit();
  await settled(page);
  const text = `We use ${Array.from({ length: 700 }, (_, index) => `w${index % 10}`).join(' ')} here.`;
  await type(page, text, 90_000);
  const shown = (await words(page)).join('');
  assert.equal(shown, text.replaceAll(' ', ''));
  const expected = await predict('scierc', text);
  assert.ok(expected.windows.length > 1);
  const told = await page.getByRole('region', { name: 'How the text was read' }).innerText();
  assert.equal(told, `Read as one sentence; it was too long and read in ${expected.windows.length} parts.`);
  assert.equal(await page.locator('.sentence').count(), expected.windows.length);
});

test('lone surrogates become replacement characters', async () => {
  const { page } = await visit();
  await settled(page);
  const found = await page.evaluate(() => window.sinet.annotate('A \ud800 broken \udc00 text.'));
  assert.equal(found.text, 'A \ufffd broken \ufffd text.');
  await field(page).evaluate((field) => {
    field.value = 'x\ud83d y.';
    field.dispatchEvent(new InputEvent('input', { bubbles: true }));
  });
  await page.locator('svg .words').getByText('y', { exact: true }).waitFor();
  await alive(page);
});

test('hostile words are shown as they are', async () => {
  const { page, complaints } = await visit();
  await settled(page);
  const long = 'x'.repeat(5_000);
  await type(page, `<img src=x onerror=alert(1)> & ${long} \u202eשלום 中文字 e\u0301\u0301 👩‍👩‍👧.`);
  assert.equal(await page.locator('img').count(), 0);
  const text = (await words(page)).join('');
  assert.ok(text.includes(long) && text.includes('onerror=alert(1)>'));
  assert.deepEqual(complaints, []);
  await assertFits(page);
});

test('scripts get one clear error', async () => {
  const { page } = await visit();
  await settled(page);
  const refuse = (call) => page.evaluate(`${call}.then(() => 'no error', (error) => \`\${error.name}: \${error.message}\`)`);
  assert.equal(
    await refuse("sinet.annotate('a', {model: 'medical'})"),
    'Error: sinet.annotate: there is no model “medical”; there are scierc, conll04.',
  );
  assert.equal(
    await refuse("sinet.annotate('a', {device: 'tpu'})"),
    'Error: sinet.annotate: there is no device “tpu”; there are auto, cpu, webgpu.',
  );
  assert.equal(await refuse('sinet.annotate(7)'), 'TypeError: sinet.annotate: the text must be a string.');
  assert.equal(await refuse("sinet.annotate('a', {model: 7})"), 'TypeError: sinet.annotate: the option model must be a string.');
  assert.equal(
    await refuse("sinet.annotate('a', {device: 'webgpu'})"),
    'Error: sinet.annotate: WebGPU does not run here. WebGPU was asked for, but this browser offers no adapter.',
  );
});

for (const [what, spoil, sentence] of [
  ['a truncated model file', (path, bytes) => (path.endsWith('model.safetensors') ? bytes.subarray(0, 1000) : bytes),
    /^The model cannot be loaded: model\.safetensors has 1000 bytes, manifest\.json says \d+; download the model again\.$/],
  ['a wrong hash', (path, bytes) => (path.endsWith('config.json') ? Buffer.from(bytes.toString().replace('{', ' {').slice(0, bytes.length)) : bytes),
    /^The model cannot be loaded: config\.json is not the file that manifest\.json names: its SHA-256 differs; download the model again\.$/],
  ['a missing model', (path, bytes) => (path.startsWith('models/') ? null : bytes),
    /^The model is not there \(the server answered 404 for manifest\.json\)\. Check that the site was built with its models, then try again\.$/],
  ['a manifest of rubbish', (path, bytes) => (path.endsWith('manifest.json') ? Buffer.from('rubbish') : bytes),
    /^The model cannot be loaded: manifest\.json: .*; download the model again\.$/],
]) {
  test(`${what} gives one sentence, and the text stays`, async () => {
    let spoilt = true;
    const { page } = await visit({ spoil: (path, bytes) => (spoilt ? spoil(path, bytes) : bytes) });
    await put(page, 'Nothing typed is lost.');
    await page.getByRole('alert').filter({ hasText: /The model (cannot be loaded|is not there)/ }).waitFor();
    assert.match(await failure(page).innerText(), sentence);
    assert.equal(await field(page).inputValue(), 'Nothing typed is lost.');
    // And once the files are right, the same page reads the same text.
    spoilt = false;
    await page.getByRole('button', { name: 'Annotate' }).click();
    await settled(page);
    assert.equal(await failure(page).innerText(), '');
    assert.deepEqual(await words(page), ['Nothing', 'typed', 'is', 'lost', '.']);
  });
}

test('a worker that dies is replaced, and the text read again', async () => {
  // The first worker that starts throws as soon as it is told to load; the second is the real one.
  let starts = 0;
  const dying = "self.onmessage = () => { setTimeout(() => { throw new Error('gone'); }); }; self.postMessage('\"ready\"');";
  const { page } = await visit({
    spoil: (path, bytes) => (isOfCpuWorker(path, 'loader.js') && starts++ === 0 ? Buffer.from(dying) : bytes),
  });
  await settled(page);
  assert.equal(starts, 2);
  assert.match(await status(page).innerText(), /on the CPU\. The worker before this one stopped \(.*gone\), so the CPU took over\.$/);
  await alive(page);
});

test('a worker that never starts is told about', async () => {
  const { page } = await visit({ spoil: (path, bytes) => (isOfCpuWorker(path, 'bg.wasm') ? null : bytes) });
  await page.getByRole('alert').filter({ hasText: 'program did not start' }).waitFor();
  await put(page, 'Still here.');
  assert.equal(await field(page).inputValue(), 'Still here.');
});
