// Chromium, and the page in it as a person meets it.
import { chromium } from 'playwright-core';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { after, afterEach, before } from 'node:test';
import { promisify } from 'node:util';
import { flags, softwareGpu } from './chromium.mjs';
import { serve } from './site.mjs';

/** Starts Chromium; with `gpu` as if it had a graphics card. */
export const launch = ({ gpu = false } = {}) =>
  chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: gpu ? [...flags, ...softwareGpu] : flags });

/**
 * Starts a browser for the tests of a file, and returns `visit`. Each test closes by itself what it has visited. `defaults`
 * are options of every visit.
 */
export function setUp({ gpu = false, ...defaults } = {}) {
  const ends = [];
  let browser;
  before(async () => {
    browser = await launch({ gpu });
  });
  afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end();
  });
  after(() => browser.close());

  /**
   * Opens the page as a new visitor: `query` follows its address, and `init`, one function or several, runs before the page.
   * The visit has a site of its own (`spoil` and `prefix` as in `serve`), or goes to the `site` of another visit. What is
   * left of the options goes to the browser. Complaints are the errors and warnings of the page's console, and `newTab`
   * opens the page once more, beside.
   */
  return async function visit(options = {}) {
    const { query = '', init = [], spoil, prefix, site: shared, ...rest } = { ...defaults, ...options };
    const site = shared ?? (await serve({ spoil, prefix }));
    if (!shared) ends.push(site.stop);
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...rest });
    ends.push(() => context.close());
    for (const script of [init].flat()) await context.addInitScript(script);
    context.setDefaultTimeout(60_000);
    const page = await context.newPage();
    const complaints = [];
    page.on('console', (message) => {
      // Chromium's own remark on a machine without a GPU; the page says so itself.
      if (message.text() === 'No available adapters.') return;
      // The browser's driver, where a test has asked for that.
      if (message.text() === 'Service Worker registration blocked by Playwright') return;
      if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(String(error)));
    await page.goto(site.address + query);
    const newTab = async () => {
      const other = await context.newPage();
      await other.goto(site.address + query);
      return other;
    };
    return { browser, context, page, newTab, site, complaints };
  };
}

/** Waits until the text in the field was read. */
export const answered = (page) => page.locator('.page[aria-busy="false"]').waitFor();

/** Waits until what is shown belongs to the text in the field. */
export async function settled(page, timeout = 60_000) {
  await page.locator('.page[aria-busy="false"] .sentences svg').first().waitFor({ timeout });
}

/** Opens the text for writing, and returns its field. */
export async function edit(page) {
  // A menu may lie over the button.
  if (!(await field(page).isVisible())) await page.getByRole('button', { name: 'Edit the text' }).press('Enter');
  await field(page).waitFor();
  return field(page);
}

/** Puts a text into the field as typing does, and has its labels shown in the place of the field. */
export async function put(page, text) {
  await (await edit(page)).fill(text);
  await field(page).press('Control+Enter');
}

/** Opens a menu of the bar at the top, if it is closed. */
export async function openMenu(page, name) {
  const menu = page.locator('details.menu').filter({ has: page.locator('summary', { hasText: name }) });
  if (!(await menu.evaluate((menu) => menu.open))) await menu.locator('summary').first().click();
}

/** Shows a tab beside the text, and returns it. */
export async function openTab(page, name) {
  const tab = page.getByRole('tab', { name });
  if ((await tab.getAttribute('aria-selected')) !== 'true') await tab.click();
  return page.getByRole('tabpanel');
}

/** Puts a text into the field as typing does, and waits for its reading. */
export async function type(page, text, timeout) {
  await put(page, text);
  await page.locator('.page[aria-busy="true"]').waitFor({ timeout: 5_000 }).catch(() => {});
  await settled(page, timeout);
}

/** The field for the text. */
export const field = (page) => page.getByLabel('Text to annotate');

/** Waits until the field holds a text. */
export const holds = (page, text) => page.waitForFunction((text) => document.querySelector('#text')?.value === text, text);

/** The words of the pictures. */
export const words = (page) => page.locator('svg .words text').allTextContents();

/** Entities with a text in the pictures. */
export const entity = (page, text) => page.locator(`svg .entity[aria-label*="“${text}”"]`);

/** What the page says about the model and its device. */
export const status = (page) => page.locator('.status').getByRole('status');

/** What the page says about a failure of the model. */
export const failure = (page) => page.locator('.status').getByRole('alert');

/** Drops files on the page, each a name and its content. More than one list are as many drops, in one tick. */
export async function drop(page, ...drops) {
  await page.evaluate((drops) => {
    for (const files of drops) {
      const dataTransfer = new DataTransfer();
      for (const [name, content] of files) dataTransfer.items.add(new File([content], name));
      document.body.dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true }));
    }
  }, drops);
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
