// Figures in the pages of every host, built for real and looked at in a browser.
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { getDocument } from 'pdfjs-dist/legacy/build/pdf.mjs';
import { serve, setUp } from './browser.mjs';
import { figures } from './figures.mjs';
import { hosts } from './hosts.mjs';

const axe = await readFile(createRequire(import.meta.url).resolve('axe-core'), 'utf8');
const visit = setUp();

/** What the figures of a page show, measured in the page. */
function look() {
  const box = (element) => {
    const { left, right, top, bottom, width, height } = element.getBoundingClientRect();
    return { left, right, top, bottom, width, height };
  };
  return [...document.querySelectorAll('figure.sinet')].map((figure) => {
    const pictures = [...figure.querySelectorAll('svg')].filter((svg) => svg.getBoundingClientRect().height > 4);
    const [svg] = pictures;
    const words = [...(svg?.querySelectorAll('tspan') ?? [])].map((word) => ({ text: word.textContent, ...box(word) }));
    return {
      pictures: pictures.length,
      box: svg && box(svg),
      words: words.filter(({ text }) => text.trim()),
      arcs: [...(svg?.querySelectorAll('path') ?? [])].filter((arc) => box(arc).width > 0).length,
      list: [...figure.querySelectorAll('li')].map((item) => item.textContent),
      label: figure.querySelector('[role=img]')?.getAttribute('aria-label'),
    };
  });
}

/** Every figure shows all its words, none over another, its arcs, and all its triples in the list. */
function assertWhole(found, width) {
  assert.equal(found.length, figures.length, `figures at ${width}`);
  found.forEach((shown, place) => {
    const { name, text, relations } = figures[place];
    const where = `${name} at ${width}`;
    assert.equal(shown.pictures, 1, `${where}: one picture is visible`);
    assert.equal(shown.label, text, where);
    assert.equal(shown.words.map(({ text }) => text.trim()).join('').replace(/\s/g, ''), text.replace(/\s/g, ''), where);
    shown.words.forEach((one, index) => {
      assert.ok(one.width > 0 && one.height > 0, `${where}: “${one.text}” is visible`);
      assert.ok(one.left >= shown.box.left - 1 && one.right <= shown.box.right + 1, `${where}: “${one.text}” lies in its picture`);
      for (const other of shown.words.slice(index + 1)) {
        const over = Math.min(one.right, other.right) - Math.max(one.left, other.left);
        const above = Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top);
        assert.ok(over <= 1 || above <= 3, `${where}: “${one.text}” and “${other.text}” overlap by ${over}`);
      }
    });
    for (const { type } of relations) assert.ok(shown.list.some((line) => line.includes(type)), `${where}: ${shown.list}`);
    assert.ok(shown.arcs >= relations.length, `${where}: arcs`);
  });
}

/** The colours of all texts of the pictures, as the browser has mixed them, over what lies behind: contrasts, the least first. */
function contrasts() {
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const over = (behind, colour, opacity = 1) => {
    canvas.globalAlpha = 1;
    canvas.fillStyle = `rgb(${behind.join(' ')})`;
    canvas.fillRect(0, 0, 1, 1);
    canvas.globalAlpha = opacity;
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data.slice(0, 3)];
  };
  const luminance = (colour) => {
    const [r, g, b] = colour.map((value) => (value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (a, b) => {
    const [dark, light] = [luminance(a), luminance(b)].sort((a, b) => a - b);
    return (light + 0.05) / (dark + 0.05);
  };
  const pageBehind = (element) => {
    const chain = [];
    for (let at = element; at; at = at.parentElement) chain.unshift(getComputedStyle(at).backgroundColor);
    const root = matchMedia('(prefers-color-scheme: dark)').matches && getComputedStyle(document.documentElement).colorScheme.includes('dark') ? [18, 18, 18] : [255, 255, 255];
    return chain.reduce((behind, colour) => over(behind, colour), root);
  };
  const found = [];
  for (const svg of document.querySelectorAll('figure.sinet svg')) {
    if (svg.getBoundingClientRect().height <= 4) continue;
    const behind = pageBehind(svg.parentElement);
    const boxes = [...svg.querySelectorAll('rect')].map((rect) => ({ at: rect.getBoundingClientRect(), fill: getComputedStyle(rect).fill, opacity: getComputedStyle(rect).fillOpacity }));
    for (const word of svg.querySelectorAll('text, tspan')) {
      if (word.querySelector('tspan') || !word.textContent.trim()) continue;
      const at = word.getBoundingClientRect();
      const [x, y] = [(at.left + at.right) / 2, (at.top + at.bottom) / 2];
      const below = boxes.filter(({ at, fill }) => fill !== 'none' && at.left <= x && x <= at.right && at.top <= y && y <= at.bottom);
      const ground = below.reduce((ground, { fill, opacity }) => over(ground, fill, Number(opacity)), behind);
      const ink = getComputedStyle(word).fill;
      found.push({ text: word.textContent, ink, ground, contrast: contrast(over(ground, ink), ground) });
    }
  }
  return found.sort((a, b) => a.contrast - b.contrast);
}

/** The text of the printed page. */
async function printed(page) {
  const pdf = await getDocument({ data: new Uint8Array(await page.pdf()), verbosity: 0 }).promise;
  let text = '';
  for (let number = 1; number <= pdf.numPages; number++) {
    const { items } = await (await pdf.getPage(number)).getTextContent();
    text += items.map(({ str }) => str).join(' ');
  }
  return text;
}

/** Leaves a picture of a figure for the guide, with a little of the page around it. */
async function picture(page, host, theme) {
  const shots = process.env.SINET_SHOTS;
  if (!shots) return;
  const figure = page.locator('figure.sinet').nth(figures.findIndex(({ name }) => name === 'overlapping'));
  await figure.evaluate((element) => element.scrollIntoView({ block: 'center', behavior: 'instant' }));
  const { x, y, height } = await figure.boundingBox();
  const png = await page.screenshot({ clip: { x: x - 16, y: y - 12, width: 520, height: height + 24 } });
  const blank = await page.context().newPage();
  const webp = await blank.evaluate(async (png) => {
    const bitmap = await createImageBitmap(await (await fetch(png)).blob());
    const canvas = Object.assign(document.createElement('canvas'), { width: bitmap.width, height: bitmap.height });
    canvas.getContext('2d').drawImage(bitmap, 0, 0);
    return canvas.toDataURL('image/webp', 0.85);
  }, `data:image/png;base64,${png.toString('base64')}`);
  await blank.close();
  const name = `${host.name.toLowerCase().replace(/[^a-z0-9]+/g, '-')}-${theme}.webp`;
  await writeFile(join(shots, name), Buffer.from(webp.split(',')[1], 'base64'));
}

for (const host of hosts) {
  describe(host.name, () => {
    let started;
    async function start() {
      const { folder, page } = host.build(host.program);
      const { address, ...served } = await serve(folder);
      return { ...served, figures: address + page };
    }
    /** The served site, built for the first test that runs. */
    const site = () => (started ??= start());
    after(async () => (await started?.catch(() => null))?.stop());

    /** Opens the page with the figures. */
    async function open(t, options) {
      const { page } = await visit(t, (await site()).figures, options);
      await page.locator('figure.sinet').nth(figures.length - 1).waitFor();
      return page;
    }

    test('without script everything is visible and no two words overlap', { timeout: 300_000 }, async (t) => {
      for (const width of [1280, 390]) {
        const page = await open(t, { javaScriptEnabled: false, viewport: { width, height: 900 } });
        assertWhole(await page.evaluate(look), width);
      }
    });

    test('words can be read on the page, and after its theme button, which asks for nothing', { timeout: 300_000 }, async (t) => {
      const page = await open(t, { deviceScaleFactor: 2 });
      await page.waitForLoadState('networkidle');
      const light = await page.evaluate(contrasts);
      assert.ok(light.length > 30 && light[0].contrast >= 4.5, JSON.stringify(light[0]));
      await picture(page, host, 'light');
      if (!host.dark) return;
      const { asked } = await site();
      const before = asked.length;
      await host.dark(page);
      // Hosts fade their colours.
      await page.waitForTimeout(600);
      const dark = await page.evaluate(contrasts);
      assert.ok(dark[0].contrast >= 4.5, JSON.stringify(dark[0]));
      const inks = (all) => all.map(({ ink }) => ink).sort().join();
      assert.notEqual(inks(dark), inks(light));
      // A host may fetch files of its own theme.
      assert.deepEqual(asked.slice(before).filter((path) => /sinet|wasm|model/.test(path)), []);
      await picture(page, host, 'dark');
    });

    test('all figures are printed', { timeout: 300_000 }, async (t) => {
      const text = await printed(await open(t));
      for (const { last, name } of figures) {
        const backwards = [...last].reverse().join('');
        assert.ok(text.includes(last) || text.includes(backwards), `${name}: ${last} in ${text.slice(0, 300)}`);
      }
    });

    test('axe finds nothing in the figures', { timeout: 300_000 }, async (t) => {
      const page = await open(t);
      await page.evaluate(axe);
      const { violations } = await page.evaluate(() => window.axe.run({ include: [['figure.sinet']] }));
      assert.deepEqual(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 200)).join('\n  ')}`), []);
    });

    test('the search of the host finds words of figures', { skip: !host.search && 'it has none of its own', timeout: 300_000 }, async (t) => {
      const page = await open(t);
      const found = page.locator(host.found);
      const absent = async () => {
        await host.search(page, 'zeppelin');
        await page.waitForTimeout(500);
        await found.first().waitFor({ state: 'detached' });
      };
      await absent();
      for (const { last } of figures.slice(0, 3)) {
        await host.search(page, last);
        await found.first().waitFor();
        await absent();
      }
    });
  });
}
