// Corrections of an annotation by the reader. Each gives another annotation; what a person says has no score.

const bySelf = (label) => ({ ...label, score: undefined, source: 'person' });
const isBySelf = ({ source }) => source === 'person';

/** With another type for an entity or relation. */
export function retyped(annotation, { kind, place }, type) {
  const list = kind === 'entity' ? 'entities' : 'relations';
  return { ...annotation, [list]: annotation[list].with(place, bySelf({ ...annotation[list][place], type })) };
}

/** Without an entity and its relations, or without a relation. */
export function removed(annotation, { kind, place }) {
  if (kind === 'relation') return { ...annotation, relations: annotation.relations.toSpliced(place, 1) };
  const moved = (entity) => entity - (entity > place ? 1 : 0);
  const relations = annotation.relations
    .filter(({ head, tail }) => head !== place && tail !== place)
    .map((relation) => ({ ...relation, head: moved(relation.head), tail: moved(relation.tail) }));
  return { ...annotation, entities: annotation.entities.toSpliced(place, 1), relations };
}

/** With a relation from one entity to another, in the place of those that a model sees from that one to that. */
export function related(annotation, head, tail, type) {
  const others = annotation.relations.filter((other) => isBySelf(other) || other.head !== head || other.tail !== tail);
  return { ...annotation, relations: [...others, { type, head, tail, source: 'person' }] };
}

/** With an entity between two places of the text in UTF-16 units, widened to whole words; null where no word is. */
export function marked(annotation, from, to, type) {
  const point = (place) => [...annotation.text.slice(0, place)].length;
  const [first, last] = [point(from), point(to)];
  const words = annotation.words.filter(({ start, end }) => start < last && end > first);
  if (!words.length) return null;
  const entity = { type, start: words[0].start, end: words.at(-1).end, source: 'person' };
  const isSame = ({ start, end }) => start === entity.start && end === entity.end;
  return annotation.entities.some(isSame) ? null : { ...annotation, entities: [...annotation.entities, entity] };
}

/** The words of every entity, as the model counts them. */
export function spansOf({ words, entities }) {
  const at = (end) => words.filter(({ start }) => start < end).length;
  return entities.map(({ start, end }) => ({ start: words.findIndex((word) => word.end > start), end: at(end) }));
}

/** With the relations that the model sees between the entities as they are now; those that a person has said stay. */
export function rescored(annotation, relations) {
  const own = annotation.relations.filter(isBySelf);
  const isNew = ({ head, tail }) => !own.some((other) => other.head === head && other.tail === tail);
  return { ...annotation, relations: [...own, ...relations.filter(isNew)] };
}
