// The entities and relations of a picture, as something to select.

/** What a group of a picture stands for: `{kind: 'entity' | 'relation', place}`, the place being that in the annotation. */
export function meantBy(group) {
  const { entity, relation } = group.dataset;
  return entity ? { kind: 'entity', place: +entity } : { kind: 'relation', place: +relation };
}

/** The groups of all pictures below some roots: entities and relations. @returns {SVGGElement[]} */
export const groupsOf = (roots) => roots.flatMap((root) => [...root.querySelectorAll('g[data-entity],g[data-relation]')]);

/** Whether a group is in the picture that is shown: of two, one has no height. */
export const isShown = (group) => group.ownerSVGElement.getBoundingClientRect().height > 0;

/** The text of an entity. Offsets are code points. */
export const textOf = (annotation, { start, end }) => [...annotation.text].slice(start, end).join('');

/** A type in the words of the model. @param {'entities' | 'relations'} list */
export const typeName = ({ types }, list, name) => types?.[list]?.find(([known]) => known === name)?.[1] ?? name;

/** What somebody hears of an entity or relation. */
export function spoken(annotation, { kind, place }) {
  const { entities, relations } = annotation;
  const said = (entity) => `${textOf(annotation, entity)}, ${typeName(annotation, 'entities', entity.type)}`;
  if (kind === 'entity') return said(entities[place]);
  const { type, head, tail } = relations[place];
  return [textOf(annotation, entities[head]), typeName(annotation, 'relations', type), textOf(annotation, entities[tail])].join(' ');
}

/** The entities and relations that belong to a selection: an entity's relations with their other ends, a relation's ends. */
export function around({ relations }, { kind, place }) {
  const isOf = ({ head, tail }, at) => (kind === 'entity' ? head === place || tail === place : at === place);
  const near = { entity: new Set(kind === 'entity' ? [place] : []), relation: new Set() };
  relations.forEach((relation, at) => {
    if (!isOf(relation, at)) return;
    near.relation.add(at);
    near.entity.add(relation.head).add(relation.tail);
  });
  return near;
}
