// Programs that make pages, each with a site of the six figures as its users would write it.
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { figures, markdown } from './figures.mjs';

const here = dirname(fileURLToPath(import.meta.url));
// Inside of this folder, so that sites find the packages that are installed here.
const sites = join(here, 'sites');
/** The program `sinet-docs`. */
export const docs = process.env.SINET_DOCS ?? 'sinet-docs';
const python = process.env.SINET_PYTHON ?? 'python3';
const lock = join(here, 'sinet.lock.json');

/** Runs a program in a folder; its output is part of the error if it fails. */
function run(folder, program, ...words) {
  const env = { ...process.env, SINET_DOCS: docs, PATH: `${dirname(docs)}:${dirname(python)}:${process.env.PATH}`, NO_UPDATE_NOTIFIER: '1', CI: 'true' };
  try {
    return execFileSync(program, words, { cwd: folder, env, encoding: 'utf8', stdio: 'pipe', maxBuffer: 1 << 26 });
  } catch (error) {
    throw new Error(`${program} ${words.join(' ')}: ${error.message}\n${error.stdout}\n${error.stderr}`);
  }
}

/** Writes the files of a site into a fresh folder, with the lock file, and returns it. */
function site(name, files) {
  const folder = join(sites, name);
  rmSync(folder, { recursive: true, force: true });
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  cpSync(lock, join(folder, 'sinet.lock.json'));
  return folder;
}

const mdbook = (version, program, theme, dark) => ({
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
    await page.locator(theme).click();
    await page.locator(dark).click();
  },
  index: /searchindex.*\.js(on)?$/,
});

const inVenv = (program) => join(dirname(python), program);

export const hosts = [
  mdbook('0.5', process.env.SINET_MDBOOK ?? 'mdbook', '#mdbook-theme-toggle', '#mdbook-theme-coal'),
  mdbook('0.4', process.env.SINET_OLD_MDBOOK ?? 'mdbook-0.4', '#theme-toggle', '#coal'),
  {
    name: 'rustdoc',
    program: 'rustdoc',
    build(program) {
      const folder = site('rustdoc', { 'lib.rs': '' });
      const items = figures.map(({ words = '', content }, place) => {
        writeFileSync(join(folder, `figure-${place}.txt`), content);
        run(folder, docs, 'embed', `figure-${place}.txt`, ...words.split(' ').filter(Boolean), '--html', `figure-${place}`);
        return `#[doc = include_str!("figure-${place}.html")]\n`;
      });
      writeFileSync(join(folder, 'lib.rs'), `//! Figures.\n\n${items.join('///\n')}pub fn figures() {}\n`);
      run(folder, program, 'lib.rs', '--crate-name', 'figures', '--out-dir', 'doc', '-D', 'warnings', '-A', 'rustdoc::invalid_rust_codeblocks');
      return { folder: join(folder, 'doc'), page: 'figures/fn.figures.html' };
    },
    async dark(page) {
      await page.locator('.settings-menu a:visible').first().click();
      await page.locator('#theme-dark').check({ force: true });
    },
    // It searches names of items only.
  },
  {
    name: 'Sphinx with MyST, under -W',
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
    index: /searchindex\.js$/,
  },
  {
    name: 'Material for MkDocs',
    program: inVenv('mkdocs'),
    build(program) {
      const config = `site_name: Figures
theme:
  name: material
  font: false
  palette:
    - scheme: default
      toggle: { icon: material/weather-night, name: Dark }
    - scheme: slate
      toggle: { icon: material/weather-sunny, name: Light }
markdown_extensions:
  - pymdownx.superfences:
      custom_fences:
        - name: sinet
          class: sinet
          format: !!python/name:sinet_docs.fence
          validator: !!python/name:sinet_docs.words
`;
      const folder = site('material', { 'mkdocs.yml': config, 'docs/index.md': markdown({ indent: '    ' }) });
      run(folder, program, 'build', '--quiet');
      return { folder: join(folder, 'site'), page: 'index.html' };
    },
    dark: (page) => page.locator('label.md-header__button[for^="__palette"]:visible').click(),
    index: /search_index\.json$/,
  },
  {
    name: 'VitePress',
    program: join(here, 'node_modules/.bin/vitepress'),
    build(program) {
      const config = "import sinet from '@sinet/text/vitepress';\nexport default sinet({ title: 'Figures', themeConfig: { search: { provider: 'local' } } });\n";
      const folder = site('vitepress', { '.vitepress/config.mjs': config, 'index.md': markdown(), 'package.json': '{ "type": "module" }' });
      run(folder, program, 'build');
      return { folder: join(folder, '.vitepress/dist'), page: 'index.html' };
    },
    dark: (page) => page.locator('.VPSwitchAppearance:visible').click(),
    index: /localSearchIndex.*\.js$/,
  },
  {
    name: 'Docusaurus',
    program: join(here, 'node_modules/.bin/docusaurus'),
    build(program) {
      const config = `export default async () => ({
  title: 'Figures', url: 'https://example.org', baseUrl: '/',
  presets: [['classic', { blog: false, docs: { routeBasePath: '/', remarkPlugins: [(await import('@sinet/text/remark')).default] } }]],
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
    name: 'nbconvert',
    program: inVenv('jupyter'),
    build(program) {
      const shown = figures.map(({ words = '', content }) => `sinet_docs.show(${JSON.stringify(content)}, ${JSON.stringify(words)})`);
      const cell = (source) => ({ cell_type: 'code', metadata: {}, execution_count: null, outputs: [], source });
      const notebook = { nbformat: 4, nbformat_minor: 5, metadata: {}, cells: [cell('import sinet_docs'), ...shown.map(cell)] };
      notebook.cells.forEach((cell, place) => (cell.id = `cell-${place}`));
      const folder = site('nbconvert', { 'figures.ipynb': JSON.stringify(notebook) });
      run(folder, program, 'nbconvert', '--execute', '--to', 'html', 'figures.ipynb');
      return { folder, page: 'figures.html' };
    },
    // It has no button for a theme and no search.
  },
  {
    name: 'a plain folder',
    program: docs,
    build(program) {
      const fence = ({ words = '', content }) => `<pre><code class="language-sinet">${`%| ${words}\n`.replace('%| \n', '')}${escaped(content)}\n</code></pre>`;
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

/** Whether a host is installed. */
export function isThere({ program }) {
  if (existsSync(program)) return true;
  try {
    execFileSync('which', [program]);
    return true;
  } catch {
    return false;
  }
}

/** The text of every file of a folder whose name matches. */
export function texts(folder, name) {
  const files = execFileSync('find', [folder, '-type', 'f'], { encoding: 'utf8' }).trim().split('\n');
  return files.filter((file) => name.test(file)).map((file) => readFileSync(file, 'utf8'));
}

const escaped = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
