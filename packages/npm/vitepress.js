// VitePress: fences named `sinet` are figures, and Vue knows the element.
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { draw } from './draw.js';

const style = readFileSync(new URL('dist/sinet.css', import.meta.url), 'utf8');

/** The configuration of a site with figures. `docs` is the folder with sinet.lock.json. */
export default function sinet(config = {}, { docs = '.' } = {}) {
  const { head = [], markdown = {}, vue = {} } = config;
  const compilerOptions = vue.template?.compilerOptions ?? {};
  const isCustomElement = (tag) => tag === 'sinet-text' || (compilerOptions.isCustomElement?.(tag) ?? false);
  const extend = (md) => {
    drawFences(md, docs);
    return markdown.config?.(md);
  };
  return {
    ...config,
    head: [...head, ['style', {}, style]],
    markdown: { ...markdown, config: extend },
    vue: { ...vue, template: { ...vue.template, compilerOptions: { ...compilerOptions, isCustomElement } } },
  };
}

/** Has a markdown-it draw fences named `sinet`. */
function drawFences(md, docs) {
  const others = md.renderer.rules.fence;
  md.renderer.rules.fence = (tokens, index, options, env, self) => {
    const { info, content, map } = tokens[index];
    const [name, ...words] = info.trim().split(/[\s,]+/);
    if (name !== 'sinet') return others(tokens, index, options, env, self);
    const file = env.path && relative('.', env.path);
    return draw({ form: 'vue', words: words.join(' '), text: content, docs, file, line: map && map[0] + 1 }).figure;
  };
}
