// The words and sentences of an annotation, each from a start to an end.

/** Words are counted in code points, sentences in words. Where the annotation does not tell them, they are the browser's. */
export function partsOf(annotation) {
  const { words, windows } = annotation;
  if (!words?.length) return found(annotation);
  const { sentences = windows?.map((window) => window.words) ?? [{ start: 0, end: words.length }] } = annotation;
  return { words, sentences };
}

/** The parts of a text as the browser sees them. Where an entity ends a word does too, and no sentence ends within one. */
function found({ text, entities: given }) {
  const entities = Array.isArray(given) ? given.filter(Boolean) : [];
  const points = [...text];
  const ends = (granularity, without) => {
    const parts = Intl.Segmenter ? Array.from(new Intl.Segmenter([], { granularity }).segment(text), ({ segment }) => segment) : without;
    let end = 0;
    return parts.map((part) => (end += [...part].length));
  };
  // Those within the text: others are refused later.
  const edges = entities.flatMap(({ start, end }) => [start, end]).filter((edge) => points[edge]);
  const words = [];
  let start = 0;
  for (const end of [...ends('word', text.split(/(\s+)/)), ...edges].sort((a, b) => a - b)) {
    if (points.slice(start, end).join('').trim()) words.push({ start, end });
    start = end;
  }
  const sentences = [];
  let first = 0;
  for (const end of ends('sentence', [text])) {
    const last = words.filter((word) => word.end <= end).length;
    if (last === first || entities.some((entity) => entity.start < end && entity.end > end)) continue;
    sentences.push({ start: first, end: last });
    first = last;
  }
  return { words, sentences };
}
