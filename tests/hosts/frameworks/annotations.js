// The annotation that the element shows first, and the next one.
export const text = 'We present a parser.';

const entities = [
  { type: 'Method', start: 13, end: 19, score: 0.9 },
  { type: 'Task', start: 0, end: 2, score: 0.4 },
];

export const annotations = entities.map((entity) => ({ text, entities: [entity], relations: [] }));

/** The type of what an event `sinet-select` says. */
export const typeOf = ({ detail }) => (detail.entity ?? detail.relation)?.type ?? 'nothing';
