// Chromium, and the page in it as a person meets it.
import { chromium } from 'playwright-core';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const flags = [
  '--no-sandbox',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
// A WebGPU adapter that computes on the CPU: slow, but the same shaders as on a real one.
const softwareGpu = ['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader', '--enable-features=Vulkan'];

export function launch({ gpu = false } = {}) {
  const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
  return chromium.launch({ executablePath, args: gpu ? [...flags, ...softwareGpu] : flags });
}

/** Opens the page and notes what its console complains of. */
export async function open(browser, address, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
  const complaints = [];
  page.on('console', (message) => {
    // Chromium's own remark on a machine without a GPU; the page says so itself.
    if (message.text() === 'No available adapters.') return;
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  await page.goto(address);
  return { page, context, complaints };
}

/** Waits until what is shown belongs to the text in the field. */
export async function settled(page, timeout = 60_000) {
  await page.locator('.sentences[aria-busy="false"] svg').first().waitFor({ timeout });
}

/** Puts a text into the field as typing does, and waits for its reading. */
export async function type(page, text, timeout) {
  await page.getByLabel('Text to annotate').fill(text);
  await page.locator('.sentences[aria-busy="true"]').waitFor({ timeout: 5_000 }).catch(() => {});
  await settled(page, timeout);
}

/** What `sinet predict` prints for a text. */
export async function predict(model, text) {
  const binary = process.env.SINET_BIN;
  if (!binary) throw new Error('SINET_BIN must name the sinet program; `cargo xtask test` sets it.');
  const folder = join(process.env.SINET_DIST, 'models', model);
  const { stdout } = await promisify(execFile)(binary, ['predict', '--model', folder, text], { maxBuffer: 1 << 26 });
  return JSON.parse(stdout);
}

/** An annotation with its scores set apart, so that everything else can be compared exactly. */
export function split(annotation) {
  const scores = [];
  const withoutScores = (list) => list.map(({ score, ...rest }) => (scores.push(score), rest));
  const { entities, relations, ...rest } = annotation;
  return { exact: { ...rest, entities: withoutScores(entities), relations: withoutScores(relations) }, scores };
}
