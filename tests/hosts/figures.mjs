// Six figures, and pages of Markdown with them: plain, in a list, in a quote, from right to left, overlapping, from JSON.

const labelled = (text, entities, relations = []) => JSON.stringify({ text, entities, relations });

export const figures = [
  { name: 'plain', words: 'scierc', content: 'We present a parser that uses beam search.', word: 'parser' },
  { name: 'in a list', words: 'scierc', content: 'A tagger is trained on the Penn Treebank.', word: 'Treebank' },
  { name: 'in a quote', words: 'scierc list="open"', content: 'Recall is a metric for retrieval.', word: 'metric' },
  {
    name: 'from right to left',
    content: labelled(
      'דנה גרה בחיפה ועובדת באוניברסיטה.',
      [
        { type: 'Person', start: 0, end: 3 },
        { type: 'Place', start: 8, end: 13 },
      ],
      [{ type: 'lives in', head: 0, tail: 1 }],
    ),
    word: 'ועובדת',
  },
  {
    name: 'overlapping',
    content: labelled(
      'The University of Southern California hired Ada Byron.',
      [
        { type: 'Organisation', start: 4, end: 37 },
        { type: 'Place', start: 18, end: 37 },
        { type: 'Person', start: 44, end: 53 },
        { type: 'Name', start: 44, end: 47 },
      ],
      [
        { type: 'located in', head: 0, tail: 1 },
        { type: 'hired', head: 0, tail: 2 },
      ],
    ),
    word: 'Byron',
  },
  {
    name: 'from JSON',
    words: 'scores',
    content: labelled(
      'A <b>bold</b> & “quoted” {{ text }} reaches ${home} from `here` to </svg> there, over more than one line of a narrow window.',
      [
        { type: 'Thing "x" <i>', start: 2, end: 13, score: 0.91 },
        { type: 'Place', start: 46, end: 50, score: 0.5 },
      ],
      [{ type: 'reaches & <s>', head: 0, tail: 1, score: 0.75 }],
    ),
    word: 'narrow',
  },
];

/** A page in Markdown. `open` begins a fence from its words, and `indent` is that of a list item's paragraphs. */
export function markdown({ open = (words) => `\`\`\`sinet ${words}`.trim(), indent = '  ' } = {}) {
  const fence = ({ words = '', content }) => `${open(words)}\n${content}\n\`\`\``;
  const within = (prefix, text) => text.replace(/^/gm, prefix);
  const [plain, list, quote, ...rest] = figures.map(fence);
  const parts = ['# Figures', plain, `-${indent.slice(1)}An item\n\n${within(indent, list)}`, within('> ', quote), ...rest, 'The end.'];
  return `${parts.join('\n\n')}\n`;
}
