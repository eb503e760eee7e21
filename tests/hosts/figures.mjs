// The six figures of `docs/figures.md`, and pages of Markdown with them.
import { readFileSync } from 'node:fs';

const written = readFileSync(new URL('docs/figures.md', import.meta.url), 'utf8');

/** A figure: its name, the words after its fence's `sinet`, what stands within, the text of that, and its last word. */
function figure([, name, words, content]) {
  const { text, relations = [] } = content.startsWith('{') ? JSON.parse(content) : { text: content };
  return { name, words, content, text, relations, last: text.match(/\p{L}+/gu).at(-1) };
}

export const figures = [...written.matchAll(/^## (.+)\n\n```sinet ?(.*)\n(.+)\n```$/gm)].map(figure);

/** The figures as a page of Markdown. `open` begins a fence from its words, and `indent` is that of a list item's paragraphs. */
export function markdown({ open = (words) => `\`\`\`sinet ${words}`.trim(), indent = '  ' } = {}) {
  const fence = ({ words, content }) => `${open(words)}\n${content}\n\`\`\``;
  const within = (prefix, text) => text.replace(/^/gm, prefix);
  const [plain, list, quote, ...rest] = figures.map(fence);
  const parts = ['# Figures', plain, `-${indent.slice(1)}An item\n\n${within(indent, list)}`, within('> ', quote), ...rest, 'The end.'];
  return `${parts.join('\n\n')}\n`;
}
