//! Sentences that a model reads worst, drawn as the page draws them.

use std::collections::BTreeSet;

use sinet_figure::{Drawn, estimated_width, figure};
use sinet_formats::{Dataset, Example};
use sinet_formats::{LabelledDocument, LabelledEntity, LabelledRelation, Provenance};
use sinet_infer::Prediction;
use sinet_text::{Document, Labels, Schema, Types};

/// The number of sentences that are drawn.
const MOST: usize = 20;

/// The most relations of a sentence that are drawn. A model that has hardly learned finds hundreds, which nobody can follow.
const MOST_RELATIONS: usize = 24;

/// The sentences with the most errors, each as it is labelled and as it was read.
pub(super) fn worst(schema: &Schema, dataset: &Dataset, predictions: &[Prediction]) -> String {
    let read = dataset.sentences.iter().zip(predictions);
    let mut errors: Vec<_> =
        read.map(|(example, found)| (count(example.labels(), found.labels()), example, found)).collect();
    // The sort is stable: of equal ones the first in the file come first.
    errors.sort_by_key(|(count, ..)| std::cmp::Reverse(*count));
    errors.retain(|(count, ..)| *count > 0);
    let types = Types::from(schema);
    let shown = errors.iter().take(MOST).map(|(count, example, found)| {
        let person = |_| (None, Provenance::Person);
        let model = |scores: &[f32]| {
            let scores = scores.to_vec();
            move |place: usize| (scores.get(place).copied(), Provenance::Model)
        };
        let labelled = document(schema, example, example.labels(), person, person);
        let (found, left_out) = (*found).clone().likeliest_relations(MOST_RELATIONS);
        let left_out = match left_out {
            0 => String::new(),
            _ => format!(", without the {left_out} least likely relations"),
        };
        let read =
            document(schema, example, found.labels(), model(&found.entity_scores), model(&found.relation_scores));
        format!(
            "<h3>{count} errors</h3>\n<figure><figcaption>As it is labelled</figcaption>\n{}</figure>\n\
             <figure><figcaption>As it was read{left_out}</figcaption>\n{}</figure>\n",
            drawn(labelled, &types, "The sentence as it is labelled"),
            drawn(read, &types, "The sentence as the model has read it"),
        )
    });
    shown.collect()
}

/// Entities and relations, with their types, that only one of both has.
fn count(gold: Labels, found: Labels) -> usize {
    let all = |labels: Labels| -> BTreeSet<_> {
        let words = |entity: usize| labels.entities[entity].words;
        let entities = labels.entities.iter().map(|entity| (entity.words, None, entity.kind));
        let relations = labels.relations.iter().map(|pair| (words(pair.head), Some(words(pair.tail)), pair.kind));
        entities.chain(relations).collect()
    };
    all(gold).symmetric_difference(&all(found)).count()
}

fn document(
    schema: &Schema,
    example: &Example,
    labels: Labels,
    of_entity: impl Fn(usize) -> (Option<f32>, Provenance),
    of_relation: impl Fn(usize) -> (Option<f32>, Provenance),
) -> LabelledDocument {
    let Document { text, words, sentences, .. } = Document::from_words(&example.tokens);
    let span = |range: sinet_text::WordRange| sinet_text::ByteSpan {
        start: words[range.start].start,
        end: words[range.end - 1].end,
    };
    let entities = labels.entities.iter().enumerate().map(|(place, entity)| {
        let (score, provenance) = of_entity(place);
        let kind = schema.entities[entity.kind].name.clone();
        LabelledEntity { kind, span: span(entity.words), score, provenance }
    });
    let relations = labels.relations.iter().enumerate().map(|(place, pair)| {
        let (score, provenance) = of_relation(place);
        let kind = schema.relations[pair.kind].name.clone();
        LabelledRelation { kind, head: pair.head, tail: pair.tail, score, provenance }
    });
    let (entities, relations) = (entities.collect(), relations.collect());
    LabelledDocument { id: String::new(), text, words, sentences, entities, relations }
}

fn drawn(document: LabelledDocument, types: &Types, name: &str) -> String {
    let sentences = Drawn::all(document, types, estimated_width);
    sentences.iter().map(|sentence| figure(sentence, types, name)).collect()
}

#[cfg(test)]
mod tests {
    use sinet_text::{LabelledPair, LabelledSpan, WordRange};

    use super::*;

    #[test]
    fn the_worst_sentence_comes_first_and_a_good_one_not_at_all() {
        let schema: Schema =
            serde_json::from_str(r#"{"entities":{"K":{}},"relations":{"R":{"verbose":"is <R>"}}}"#).unwrap();
        let json = r#"[{"tokens":["good"],"entities":[],"relations":[]},
            {"tokens":["one","error"],"entities":[{"type":"K","start":0,"end":1}],"relations":[]},
            {"tokens":["three","errors"],"entities":[{"type":"K","start":0,"end":1},{"type":"K","start":1,"end":2}],
             "relations":[{"type":"R","head":0,"tail":1}]}]"#;
        let dataset = Dataset::from_spert(json.as_bytes(), &schema, "x.json").unwrap();
        let html = worst(&schema, &dataset, &vec![Prediction::default(); 3]);
        let places = ["<h3>3 errors", "three", "is &lt;R&gt;", "<h3>1 errors", ">one<"]
            .map(|wanted| html.find(wanted).expect(wanted));
        assert!(places.is_sorted(), "{places:?}");
        assert!(!html.contains("good"));
    }

    #[test]
    fn of_too_many_relations_the_likeliest_are_drawn() {
        let schema: Schema = serde_json::from_str(r#"{"entities":{"K":{}},"relations":{"R":{}}}"#).unwrap();
        let words: Vec<_> = (0..30).map(|word| word.to_string()).collect();
        let json = serde_json::json!([{"tokens": words, "entities": [], "relations": []}]).to_string();
        let dataset = Dataset::from_spert(json.as_bytes(), &schema, "x.json").unwrap();
        let entities = (0..30).map(|word| LabelledSpan { words: WordRange { start: word, end: word + 1 }, kind: 0 });
        let pairs = (0..900).map(|pair| LabelledPair { head: pair / 30, tail: pair % 30, kind: 0 });
        let relations: Vec<_> = pairs.filter(|pair| pair.head != pair.tail).collect();
        let relation_scores: Vec<f32> = (0..870).map(|pair| if pair < 847 { 0.51 } else { 0.99 }).collect();
        let found =
            Prediction { entities: entities.collect(), entity_scores: vec![0.5; 30], relations, relation_scores };
        let html = worst(&schema, &dataset, &[found]);
        assert!(html.contains("<h3>900 errors") && html.contains("without the 846 least likely relations"), "{html}");
    }
}
