// Programs that make pages, each with a site of the six figures as its users would write it.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { appendFileSync, cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { figures, markdown } from './figures.mjs';

const here = dirname(fileURLToPath(import.meta.url));
/** The folder of all sites: inside of this one, so that they find the packages that are installed here. */
export const sites = join(here, 'sites');
/** The program `sinet-docs`. */
export const docs = process.env.SINET_DOCS ?? 'sinet-docs';
const python = process.env.SINET_PYTHON ?? 'python3';
const inVenv = (program) => join(dirname(python), program);
const inNode = (program) => join(here, 'node_modules/.bin', program);
/** The extension of Quarto. */
const quarto = process.env.SINET_QUARTO ?? join(here, '../../packages/quarto');

/** Runs a program in a folder; its output is part of the error if it fails. */
export function run(folder, program, ...words) {
  const path = [dirname(python), dirname(docs), process.env.PATH].join(delimiter);
  // The packages bring a program of their own.
  const { SINET_DOCS, ...inherited } = process.env;
  const env = { ...inherited, PATH: path, CI: 'true', NO_UPDATE_NOTIFIER: '1', ASTRO_TELEMETRY_DISABLED: '1', DO_NOT_TRACK: '1' };
  try {
    return execFileSync(program, words, { cwd: folder, env, encoding: 'utf8', stdio: 'pipe', maxBuffer: 1 << 26 });
  } catch (error) {
    throw new Error(`${program} ${words.join(' ')}: ${error.message}\n${error.stdout}\n${error.stderr}`);
  }
}

/** Writes the files of a site into a fresh folder, with the lock file, and returns it. */
export function site(name, files) {
  const folder = join(sites, name);
  rmSync(folder, { recursive: true, force: true });
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  cpSync(join(here, 'docs/sinet.lock.json'), join(folder, 'sinet.lock.json'));
  return folder;
}

/** Types into a search that listens to keys. */
async function typed(field, word) {
  await field.fill('');
  await field.pressSequentially(word);
}

const mdbook = (version, program, prefix) => ({
  name: `mdBook ${version}`,
  program,
  build(program) {
    const folder = site(`mdbook-${version}`, {
      'book.toml': '[book]\ntitle = "Figures"\n',
      'src/SUMMARY.md': '# Summary\n\n- [Figures](figures.md)\n',
      'src/figures.md': markdown(),
    });
    run(folder, docs, 'install', 'mdbook');
    run(folder, program, 'build');
    return { folder: join(folder, 'book'), page: 'figures.html' };
  },
  async dark(page) {
    await page.locator(`#${prefix}theme-toggle`).click();
    await page.locator('#mdbook-theme-coal, #coal').click();
  },
  async search(page, word) {
    const field = page.locator(`#${prefix}searchbar`);
    if (!(await field.isVisible())) await page.locator(`#${prefix}search-toggle`).click();
    await typed(field, word);
  },
  found: `#${prefix}searchresults li`,
});

/** The settings of Material for MkDocs, which Zensical reads too. */
const mkdocs = `site_name: Figures
theme:
  name: material
  font: false
  palette:
    - scheme: default
      toggle: { icon: material/weather-night, name: Dark }
    - scheme: slate
      toggle: { icon: material/weather-sunny, name: Light }
extra_css: [sinet.css]
`;

const withSuperfences = (name, program, { search, found }) => ({
  name,
  program: inVenv(program),
  build(program) {
    const host = name.split(' ')[0].toLowerCase();
    const folder = site(host, { 'mkdocs.yml': mkdocs, 'docs/index.md': markdown({ indent: '    ' }) });
    const [, ...lines] = run(folder, docs, 'install', host).split('\n');
    appendFileSync(join(folder, 'mkdocs.yml'), lines.join('\n'));
    writeFileSync(join(folder, 'docs/sinet.css'), run(folder, docs, 'style'));
    run(folder, program, 'build');
    return { folder: join(folder, 'site'), page: 'index.html' };
  },
  dark: (page) => page.locator('label.md-header__button[for^="__palette"]:visible').click(),
  search,
  found,
});

export const hosts = [
  mdbook('0.5', process.env.SINET_MDBOOK ?? 'mdbook', 'mdbook-'),
  mdbook('0.4', process.env.SINET_OLD_MDBOOK ?? 'mdbook-0.4', ''),
  {
    name: 'rustdoc',
    program: 'rustdoc',
    build(program) {
      const folder = site('rustdoc', {});
      const items = figures.map(({ words, content }, place) => {
        writeFileSync(join(folder, `figure-${place}.txt`), content);
        run(folder, docs, 'embed', `figure-${place}.txt`, ...words.split(' ').filter(Boolean), '--html', `figure-${place}`);
        return `#[doc = include_str!("figure-${place}.html")]\n`;
      });
      writeFileSync(join(folder, 'lib.rs'), `//! Figures.\n\n${items.join('///\n')}pub fn figures() {}\n`);
      run(folder, program, 'lib.rs', '--crate-name', 'figures', '--out-dir', 'doc', '-D', 'warnings');
      return { folder: join(folder, 'doc'), page: 'figures/fn.figures.html' };
    },
    async dark(page) {
      await page.locator('.settings-menu a:visible').first().click();
      await page.locator('#theme-dark').check({ force: true });
      await page.keyboard.press('Escape');
    },
    // It searches names of items only.
  },
  {
    name: 'Sphinx with MyST',
    program: inVenv('sphinx-build'),
    build(program) {
      const folder = site('sphinx', {
        'conf.py': 'project = "Figures"\nextensions = ["myst_parser", "sinet_docs.sphinx"]\nhtml_theme = "furo"\n',
        'index.md': markdown({ open: (words) => `\`\`\`{sinet} ${words}` }),
      });
      run(folder, program, '-W', '-q', '-b', 'html', '.', 'site');
      return { folder: join(folder, 'site'), page: 'index.html' };
    },
    async dark(page) {
      const theme = () => page.evaluate(() => document.body.dataset.theme);
      while ((await theme()) !== 'dark') await page.locator('.theme-toggle:visible').first().click();
    },
    search: (page, word) => page.goto(new URL(`search.html?q=${word}`, page.url()).href),
    found: '#search-results li',
  },
  withSuperfences('Material for MkDocs', 'mkdocs', {
    async search(page, word) {
      const field = page.locator('input.md-search__input');
      await field.click();
      await typed(field, word);
    },
    found: '.md-search-result__item',
  }),
  withSuperfences('Zensical', 'zensical', {
    async search(page, word) {
      const field = page.getByRole('combobox', { name: 'Search' });
      if (!(await field.isVisible())) await page.locator('.md-search__button').click();
      await field.fill(word);
    },
    found: '[role=listbox] a[role=option]',
  }),
  {
    name: 'VitePress',
    program: inNode('vitepress'),
    build(program) {
      const config = `import sinet from '@sinet/text/vitepress';
export default sinet({ title: 'Figures', themeConfig: { search: { provider: 'local' } } });
`;
      const folder = site('vitepress', { '.vitepress/config.mjs': config, 'index.md': markdown(), 'package.json': '{ "type": "module" }' });
      run(folder, program, 'build');
      return { folder: join(folder, '.vitepress/dist'), page: 'index.html' };
    },
    dark: (page) => page.locator('.VPSwitchAppearance:visible').click(),
    async search(page, word) {
      const field = page.locator('#localsearch-input');
      if (!(await field.isVisible())) await page.locator('.DocSearch-Button:visible').click();
      await field.fill(word);
    },
    found: '.VPLocalSearchBox .result',
  },
  {
    name: 'Docusaurus',
    program: inNode('docusaurus'),
    build(program) {
      const config = `export default async () => ({
  title: 'Figures', url: 'https://example.org', baseUrl: '/',
  presets: [['classic', {
    blog: false,
    docs: { routeBasePath: '/', remarkPlugins: [(await import('@sinet/text/remark')).default] },
    theme: { customCss: [require.resolve('@sinet/text/style.css')] },
  }]],
});
`;
      const folder = site('docusaurus', { 'docusaurus.config.js': config, 'docs/index.md': markdown(), 'package.json': '{}' });
      run(folder, program, 'build');
      return { folder: join(folder, 'build'), page: 'index.html' };
    },
    async dark(page) {
      const theme = () => page.evaluate(() => document.documentElement.dataset.theme);
      while ((await theme()) !== 'dark') await page.locator('button[class*="toggleButton"]').first().click();
    },
    // Its search is a service or a plugin of somebody else's.
  },
  {
    name: 'Starlight on Astro',
    program: inNode('astro'),
    build(program) {
      const folder = site('starlight', {
        'astro.config.mjs': `import { defineConfig } from 'astro/config';
import starlight from '@astrojs/starlight';
import sinet from '@sinet/text/remark';
export default defineConfig({
  integrations: [starlight({ title: 'Figures', customCss: ['@sinet/text/style.css'] })],
  markdown: { remarkPlugins: [[sinet, { mdx: false }]] },
});
`,
        'src/content.config.ts': `import { defineCollection } from 'astro:content';
import { docsLoader } from '@astrojs/starlight/loaders';
import { docsSchema } from '@astrojs/starlight/schema';
export const collections = { docs: defineCollection({ loader: docsLoader(), schema: docsSchema() }) };
`,
        'src/content/docs/index.md': markdown().replace('# Figures\n', '---\ntitle: Figures\n---\n'),
        'package.json': '{ "type": "module" }',
      });
      run(folder, program, 'build');
      return { folder: join(folder, 'dist'), page: 'index.html' };
    },
    dark: (page) => page.locator('starlight-theme-select select:visible').selectOption('dark'),
    async search(page, word) {
      const field = page.locator('.pagefind-ui__search-input');
      if (!(await field.isVisible())) await page.locator('button[data-open-modal]').click();
      await field.fill(word);
    },
    found: '.pagefind-ui__result',
  },
  {
    name: 'nbconvert',
    program: inVenv('jupyter'),
    build(program) {
      const shown = figures.map(({ words, content }) => `sinet_docs.show(${JSON.stringify(content)}, ${JSON.stringify(words)})`);
      const cell = (source, place) => ({ cell_type: 'code', id: `cell-${place}`, metadata: {}, execution_count: null, outputs: [], source });
      const notebook = { nbformat: 4, nbformat_minor: 5, metadata: {}, cells: ['import sinet_docs', ...shown].map(cell) };
      const folder = site('nbconvert', { 'figures.ipynb': JSON.stringify(notebook) });
      run(folder, program, 'nbconvert', '--execute', '--to', 'html', 'figures.ipynb');
      return { folder, page: 'figures.html' };
    },
    // It has no button for a theme and no search.
  },
  {
    // Quarto itself comes from no package registry; its pages are pandoc's, which runs the filter.
    name: 'pandoc with the filter for Quarto',
    program: inVenv('python'),
    build(program) {
      const open = (words) => `\`\`\`{.sinet ${words.replace(/^\w+/, (word) => `.${word}`)}}`;
      const folder = site('pandoc', { 'figures.qmd': markdown({ open }) });
      // As `quarto add` does.
      cpSync(join(quarto, '_extensions'), join(folder, '_extensions'), { recursive: true });
      const pandoc = run(folder, program, '-c', 'import pypandoc; print(pypandoc.get_pandoc_path())').trim();
      const words = ['figures.qmd', '--from', 'markdown', '--lua-filter', '_extensions/sinet/sinet.lua', '--metadata', 'title=Figures', '--standalone'];
      run(folder, pandoc, ...words, '--to', 'html', '--output', 'figures.html');
      assert.match(run(folder, pandoc, ...words, '--to', 'latex'), /^\\usepackage\{tikz\}[^]*\\begin\{tikzpicture\}/m);
      assert.match(run(folder, pandoc, ...words, '--to', 'plain'), /beam search \(Method\)/);
      return { folder, page: 'figures.html' };
    },
    // It has no button for a theme and no search.
  },
  {
    name: 'a plain folder',
    program: docs,
    build(program) {
      const escaped = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
      const fence = ({ words, content }) => `<pre><code class="language-sinet">${words && `%| ${words}\n`}${escaped(content)}\n</code></pre>`;
      const [plain, list, quote, ...rest] = figures.map(fence);
      const body = [plain, `<ul><li>An item ${list}</li></ul>`, `<blockquote>${quote}</blockquote>`, ...rest].join('\n');
      const style = '<style>:root { color-scheme: light dark } main { max-width: 800px; margin: auto }</style>';
      const html = `<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>Figures</title><meta name="viewport" content="width=device-width">${style}</head><body><main><h1>Figures</h1>${body}</main></body></html>\n`;
      const folder = site('plain', { 'site/index.html': html });
      run(folder, program, 'render', 'site', '--docs', '.');
      return { folder: join(folder, 'site'), page: 'index.html' };
    },
    dark: (page) => page.emulateMedia({ colorScheme: 'dark' }),
  },
];
