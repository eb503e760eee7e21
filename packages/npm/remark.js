// remark: fences named `sinet` are figures, in Markdown and in MDX (Docusaurus, Astro).
import { draw } from './draw.js';

/**
 * A plugin. `docs` is the folder with sinet.lock.json. `mdx` says whether the tree of a file that is not called .mdx is MDX all the same,
 * as Docusaurus reads every file.
 */
export default function sinet({ docs = '.', mdx = true } = {}) {
  return (tree, file) => {
    const isMdx = mdx || /\.mdx$/.test(file?.path ?? '');
    const visit = (parent) => {
      parent.children?.forEach((node, index) => {
        if (node.type !== 'code' || node.lang !== 'sinet') return visit(node);
        const { figure } = draw({ words: node.meta ?? '', text: node.value, docs, file: file?.path, line: node.position?.start.line });
        parent.children[index] = isMdx ? element(figure) : { type: 'html', value: figure };
      });
    };
    visit(tree);
  };
}

/** HTML as an element of React, which takes it as it is: MDX has no HTML of its own. */
function element(html) {
  const value = { type: 'Literal', value: html, raw: JSON.stringify(html) };
  const property = { type: 'Property', kind: 'init', method: false, shorthand: false, computed: false, key: { type: 'Identifier', name: '__html' }, value };
  const expression = { type: 'ObjectExpression', properties: [property] };
  const estree = { type: 'Program', sourceType: 'module', comments: [], body: [{ type: 'ExpressionStatement', expression }] };
  const attribute = {
    type: 'mdxJsxAttribute',
    name: 'dangerouslySetInnerHTML',
    value: { type: 'mdxJsxAttributeValueExpression', value: `{__html: ${value.raw}}`, data: { estree } },
  };
  return { type: 'mdxJsxFlowElement', name: 'div', attributes: [attribute], children: [] };
}
