// The npm package as it is installed: in Node, for a compiler of types, as a plugin, and in React.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { compile } from 'svelte/compiler';
import sinet from '@sinet/text/remark';
import { serve, setUp } from './browser.mjs';
import { run, site } from './hosts.mjs';

const visit = setUp();
const here = dirname(fileURLToPath(import.meta.url));
const text = join(here, 'node_modules/@sinet/text');
const json = (file) => JSON.parse(readFileSync(join(text, file), 'utf8'));

test('an import in Node touches no window, and leaves nothing', () => {
  // Whether there is a document may be asked.
  const script = `
    for (const name of ['window', 'self', 'navigator', 'location']) {
      Object.defineProperty(globalThis, name, { get() { throw new Error(name + ' was touched'); } });
    }
    const before = Object.getOwnPropertyNames(globalThis);
    const { SinetText } = await import('@sinet/text');
    const left = Object.getOwnPropertyNames(globalThis).filter((name) => !before.includes(name));
    console.log(JSON.stringify({ version: SinetText.version, left }));`;
  const said = execFileSync(process.execPath, ['--input-type=module', '--eval', script], { cwd: here, encoding: 'utf8' });
  assert.deepEqual(JSON.parse(said), { version: json('package.json').version, left: [] });
});

test('everything that the package names is in it', () => {
  const { exports, customElements, sideEffects } = json('package.json');
  const named = [...Object.values(exports).flatMap((target) => (typeof target === 'string' ? target : Object.values(target))), customElements, ...sideEffects];
  assert.deepEqual(named.filter((file) => !existsSync(join(text, file))), []);
  const fetched = ['sinet-live.js', 'sinet-figure.wasm', 'sinet-worker-cpu.js', 'sinet-worker-cpu.wasm'];
  assert.deepEqual(fetched.filter((file) => !existsSync(join(text, 'dist', file))), [], 'what the element fetches');
  assert.ok(!existsSync(join(text, 'dist/models')), 'models belong on a host of files');
});

test('the list of what the element has is right', async () => {
  const { SinetText } = await import('@sinet/text');
  const [{ attributes, members, events, cssStates }] = json('custom-elements.json').modules[0].declarations;
  const names = (list) => list.map(({ name }) => name).sort();
  assert.deepEqual(names(attributes), [...SinetText.observedAttributes].sort());
  const own = (of) => Object.getOwnPropertyNames(of);
  const isOfBrowser = /^(constructor|.*Callback)$/;
  const has = [...own(SinetText.prototype).filter((name) => !isOfBrowser.test(name)), 'configure'];
  assert.deepEqual(names(members), has.sort());
  const types = readFileSync(join(text, 'element.d.ts'), 'utf8');
  const eventMap = types.slice(types.indexOf('interface SinetTextEventMap'));
  assert.deepEqual(names(events), [...eventMap.slice(0, eventMap.indexOf('\n}')).matchAll(/'(sinet-\w+)'/g)].map(([, name]) => name).sort());
  const [, states] = types.match(/readonly state: (.+);/);
  assert.deepEqual(names(cssStates), states.match(/\w+/g).sort());
});

test('the types are right, also in React, Vue and Svelte', { timeout: 120_000 }, () => {
  run(here, join(here, 'node_modules/.bin/tsc'), '--project', '.');
});

test('a fence is HTML in Markdown and an element of React in MDX', () => {
  const docs = join(here, 'docs');
  const drawn = (options, path) => {
    const fence = { type: 'code', lang: 'sinet', meta: 'scierc', value: 'We present a parser that uses beam search.' };
    const tree = { type: 'root', children: [{ type: 'blockquote', children: [fence] }, { type: 'code', lang: 'js', value: '1' }] };
    sinet({ docs, ...options })(tree, { path });
    assert.equal(tree.children[1].type, 'code');
    return tree.children[0].children[0];
  };
  for (const [options, path] of [[{}, 'a.md'], [{ mdx: false }, 'a.mdx']]) {
    const { type, attributes } = drawn(options, path);
    assert.equal(type, 'mdxJsxFlowElement');
    assert.match(JSON.parse(attributes[0].value.value.slice('{__html: '.length, -1)), /^<figure class="sinet">.*beam search/);
  }
  const { type, value } = drawn({ mdx: false }, 'a.md');
  assert.equal(type, 'html');
  assert.match(value, /^<figure class="sinet">/);
});

test('a fence without an entry ends the build, with file and line', () => {
  const fence = { type: 'code', lang: 'sinet', meta: 'scierc', value: 'Nobody has read this.', position: { start: { line: 7 } } };
  const plugin = sinet({ docs: join(here, 'docs') });
  assert.throws(() => plugin({ type: 'root', children: [fence] }, { path: 'guide.md' }), /guide\.md.*line 7.*sinet docs update/);
});

/** Has esbuild read components of Svelte, for the server or the client. */
const components = (generate) => ({
  name: 'svelte',
  setup({ onLoad }) {
    onLoad({ filter: /\.svelte$/ }, ({ path }) => {
      const { js, warnings } = compile(readFileSync(path, 'utf8'), { filename: path, generate });
      return { contents: js.code, warnings: warnings.map(({ message }) => ({ text: message })) };
    });
  },
});

for (const framework of ['react', 'vue', 'svelte']) {
  test(`${framework} writes the element on the server, takes it up, tells it things and hears of it`, { timeout: 120_000 }, async (t) => {
    const folder = site(framework, {});
    const bundle = (side, options) => {
      const files = { entryPoints: [join(here, 'frameworks', `${framework}-${side}.js`)], outfile: join(folder, `${side}.mjs`) };
      return build({ ...files, bundle: true, format: 'esm', jsx: 'automatic', plugins: [components(side)], ...options });
    };
    await bundle('server', { platform: 'node', packages: 'external' });
    // With warnings, such as one of a page that is another than the server's.
    const defined = { 'process.env.NODE_ENV': '"development"', __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: 'true', __VUE_OPTIONS_API__: 'true', __VUE_PROD_DEVTOOLS__: 'false' };
    await bundle('client', { define: defined, conditions: ['browser', 'development'] });
    const { html } = await import(pathToFileURL(join(folder, 'server.mjs')).href);
    assert.match(html, /<sinet-text base="\/sinet\/" scores[^>]*>We present a parser\.<\/sinet-text>/);
    const head = `<meta charset="utf-8"><title>${framework}</title><link rel="icon" href="data:,">`;
    writeFileSync(join(folder, 'index.html'), `<!doctype html><html lang="en">${head}<div id="root">${html}</div><script type="module" src="client.mjs"></script></html>`);
    symlinkSync(join(text, 'dist'), join(folder, 'sinet'));
    const served = await serve(folder);
    t.after(served.stop);
    const { page, complaints } = await visit(t, served.address);
    const entity = (name) => page.getByRole('button', { name });
    await entity('parser, Method').focus();
    await page.keyboard.press('Enter');
    await page.locator('output', { hasText: 'Method' }).waitFor();
    await page.getByRole('button', { name: 'Next' }).click();
    await entity('We, Task').waitFor();
    assert.equal(await entity('parser, Method').count(), 0);
    assert.equal(await page.locator('sinet-text').textContent(), 'We present a parser.', 'the text stays where nothing is drawn');
    assert.deepEqual(complaints, []);
  });
}
