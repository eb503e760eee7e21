// The WebGPU path, on SwiftShader: seconds a sentence, so one sentence only.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { failure, openMenu, openTab, predict, settled, setUp, split, status, type } from './browser.mjs';

const visit = setUp({ gpu: true });

const minutes = 60_000;

test('WebGPU gives the same annotation', { timeout: 12 * minutes }, async () => {
  const { page, complaints } = await visit({ query: '?device=webgpu' });
  await settled(page, 5 * minutes);
  const text = 'We use a hidden Markov model for speech recognition.';
  await type(page, text, 3 * minutes);
  assert.match(await status(page).innerText(), /^Read in .* on WebGPU\. The adapter is “google/);
  const found = await page.evaluate((text) => window.sinet.annotate(text), text);
  const expected = await predict('scierc', text);
  const [a, b] = [split(found), split(expected)];
  assert.deepEqual(a.exact, b.exact);
  a.scores.forEach((score, index) => assert.ok(Math.abs(score - b.scores[index]) <= 1e-3, `${score} ${b.scores[index]}`));
  assert.equal(await page.locator('svg .entity').count(), expected.entities.length);
  await openTab(page, 'Attention');
  assert.equal(await page.locator('.attention .heat').count(), 3);
  assert.deepEqual(complaints.filter((complaint) => /Content Security Policy/.test(complaint)), []);
});

test('a software adapter is not taken unasked', { timeout: 3 * minutes }, async () => {
  const { page, site } = await visit();
  await settled(page);
  assert.match(await status(page).innerText(), /on the CPU\. The WebGPU adapter here is a software one/);
  assert.ok(!site.asked.some((path) => path.includes('worker-gpu')), 'the shaders are not even fetched');
});

test('a page whose program for WebGPU is not built yet says so and reads on the CPU', { timeout: 3 * minutes }, async () => {
  const mark = '<meta name="sinet-webgpu" content="missing" />';
  const spoil = (path, bytes) => {
    if (path.includes('worker-gpu')) return null;
    return path === 'index.html' ? String(bytes).replace('<head>', `<head>${mark}`) : bytes;
  };
  const { page, site, complaints } = await visit({ spoil, query: '?device=webgpu' });
  await settled(page);
  assert.match(await status(page).innerText(), /on the CPU\. The program for WebGPU is still being built/);
  await openMenu(page, 'Model and device');
  assert.match(await page.getByRole('region', { name: 'Device' }).innerText(), /The program for WebGPU is still being built/);
  assert.ok(!site.asked.some((path) => path.includes('worker-gpu')), 'nothing is asked for that is not there');
  assert.deepEqual(complaints, []);
});

test('a GPU process that crashes is started again, and then given up for the CPU', { timeout: 6 * minutes }, async () => {
  const { page, browser } = await visit({ query: '?device=webgpu' });
  await settled(page, 5 * minutes);
  const debuggerOfBrowser = await browser.newBrowserCDPSession();
  const text = 'We use a hidden Markov model for speech recognition.';
  await type(page, text);
  await page.locator('svg .entity[aria-label*="“hidden Markov model”"]').focus();
  await page.keyboard.press('Delete');
  const left = await page.locator('svg .entity').count();

  for (const [told, end] of [[/on WebGPU\. The graphics device was lost; it was opened again\.$/, ' Yes.'], [/on the CPU\. /, ' Yes. No.']]) {
    await debuggerOfBrowser.send('Browser.crashGpuProcess');
    await type(page, text + end, minutes);
    assert.match(await status(page).innerText(), told);
    assert.equal(await page.locator('.sentence').first().locator('svg .entity').count(), left, 'what was removed stays removed');
    assert.equal(await failure(page).innerText(), '');
  }
});
