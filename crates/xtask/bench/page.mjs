// How long the built page takes from a text to its annotation, in Chromium:
//
//   SINET_DIST=dist node page.mjs '{"text":…,"pieces":32,"device":"cpu","gpu":false,"warm_ups":40,"runs":{"8":15}}'
//
// `runs` holds, for each number of copies of the text that are read together, how often. Prints one JSON object: the
// browser's version, and times in milliseconds by the number of copies.
import { launch, settled } from '../../../tests/page/browser.mjs';
import { serve } from '../../../tests/page/site.mjs';

const plan = JSON.parse(process.argv[2]);
const [browser, site] = [await launch({ gpu: plan.gpu }), await serve()];
try {
  // The service worker would fetch the whole page for a visit without a network meanwhile.
  const context = await browser.newContext({ serviceWorkers: 'block' });
  const page = await context.newPage();
  await page.goto(`${site.address}?device=${plan.device}`);
  await settled(page, 5 * 60_000);
  const milliseconds = await page.evaluate(async ({ text, pieces, device, warm_ups, runs }) => {
    const milliseconds = {};
    for (const [copies, count] of Object.entries(runs)) {
      const long = Array(Number(copies)).fill(text).join(' ');
      const times = [];
      for (let run = 0; run < warm_ups + count; run += 1) {
        const start = performance.now();
        const { windows } = await window.sinet.annotate(long, { model: 'scierc', device });
        if (run >= warm_ups) times.push(performance.now() - start);
        // The peer reads exactly this much.
        if (windows.length !== Number(copies) || windows.some((window) => window.pieces !== pieces)) {
          throw new Error(`${copies} copies are read as something other than that many sentences of ${pieces} pieces`);
        }
      }
      milliseconds[copies] = times;
    }
    return milliseconds;
  }, plan);
  console.log(JSON.stringify({ versions: { Chromium: browser.version() }, milliseconds }));
} finally {
  await browser.close();
  await site.stop();
}
