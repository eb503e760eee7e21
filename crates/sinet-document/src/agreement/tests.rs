use expect_test::{Expect, expect};
use proptest::prelude::*;
use proptest::sample::Index;
use sinet_formats::{LabelledDocument, LabelledEntity, LabelledRelation, Provenance};
use sinet_text::{
    ByteSpan, EntityType, LabelledPair, LabelledSpan, Labels, RelationType, Schema, Scorer, SymmetricRule, TypeName,
    Types, WordRange,
};

use super::*;

const TEXT: &str = "Zoë Ada wrote a naïve parser in Köln. It reads 😀 trees.";

/// `Near` has no direction.
fn types() -> Types {
    let named = |name: &str, symmetric| TypeName { name: name.to_owned(), verbose: name.to_lowercase(), symmetric };
    Types {
        entities: ["A", "B", "C"].map(|name| named(name, false)).to_vec(),
        relations: vec![named("Of", false), named("In", false), named("Near", true)],
        ..Types::default()
    }
}

fn document(entities: &[(&str, &str)], relations: &[(usize, &str, usize)]) -> LabelledDocument {
    let entity = |&(covered, kind): &(&str, &str)| {
        let start = TEXT.find(covered).expect("the text has it");
        let span = ByteSpan { start, end: start + covered.len() };
        LabelledEntity { kind: kind.to_owned(), span, score: None, provenance: Provenance::Person }
    };
    let relation = |&(head, kind, tail): &(usize, &str, usize)| LabelledRelation {
        kind: kind.to_owned(),
        head,
        tail,
        score: None,
        provenance: Provenance::Person,
    };
    LabelledDocument {
        entities: entities.iter().map(entity).collect(),
        relations: relations.iter().map(relation).collect(),
        ..LabelledDocument::new("d", TEXT)
    }
}

/// The two people of the worked example.
fn people() -> [LabelledDocument; 2] {
    [
        document(
            &[("Zoë Ada", "A"), ("naïve parser", "B"), ("Köln", "C"), ("trees", "B")],
            &[(0, "Of", 1), (0, "Near", 2), (1, "In", 2), (1, "Of", 3)],
        ),
        document(
            &[("Ada", "A"), ("naïve parser", "B"), ("Köln", "A"), ("It", "B"), ("trees", "B")],
            &[(1, "Of", 0), (2, "Near", 0), (1, "Of", 4), (3, "Of", 4)],
        ),
    ]
}

/// Labels, a line each.
fn show(document: &LabelledDocument) -> Vec<String> {
    let text = |index| document.entity_text(index).expect("both ends are there");
    let entities =
        document.entities.iter().enumerate().map(|(index, entity)| format!("{} {}", text(index), entity.kind));
    let relations = (document.relations.iter())
        .map(|relation| format!("{} -{}-> {}", text(relation.head), relation.kind, text(relation.tail)));
    entities.chain(relations).collect()
}

#[test]
fn a_worked_example() {
    // 14 words: Zoë Ada wrote a naïve parser in Köln . It reads 😀 trees .
    //    first:  A   A    -   -   B     B    -   C   -  -   -   -    B   -
    //   second:  -   A    -   -   B     B    -   A   -  B   -   -    B   -
    // The same: all but Zoë, Köln and It, so pₒ = 11/14.
    // First has A 2, B 3, C 1, none 8; second has A 2, B 4, C 0, none 8: pₑ = (2·2 + 3·4 + 1·0 + 8·8) / 14² = 80/196.
    // κ = (154/196 − 80/196) / (196/196 − 80/196) = 74/116.
    let comparison = Comparison::new(people(), &types());
    let agreement = Agreement::over([&comparison]);
    assert_eq!((agreement.words.words(), agreement.words.value()), (14, Some(74.0 / 116.0)));
    // First has 4 entities, second 5. Two are the same, naïve parser and trees; Köln is the same by place: F1 = 2·2/9, 2·3/9.
    let matches = |first, second, both| Matches { first, second, both };
    assert_eq!(agreement.all_entities(), matches(4, 5, 2));
    assert_eq!(agreement.all_entities().f1(), Some(4.0 / 9.0));
    assert_eq!(agreement.entity_boundaries, matches(4, 5, 3));
    let of_types: Vec<_> = agreement.entities.iter().map(|(kind, matches)| (kind.as_str(), *matches)).collect();
    assert_eq!(of_types, [("A", matches(1, 2, 0)), ("B", matches(2, 3, 2)), ("C", matches(1, 0, 0))]);
    // Of four relations each, only that from parser to trees is between the same places: F1 = 2·1/8.
    assert_eq!(agreement.all_relations(), matches(4, 4, 1));
    assert_eq!(agreement.all_relation_boundaries().f1(), Some(0.25));
}

#[test]
fn a_type_of_an_end_counts_only_strictly() {
    let first = document(&[("Ada", "A"), ("Köln", "B")], &[(0, "Near", 1)]);
    let second = document(&[("Ada", "A"), ("Köln", "C")], &[(1, "Near", 0)]);
    let agreement = Agreement::over([&Comparison::new([first, second], &types())]);
    assert_eq!(agreement.all_relations().f1(), Some(0.0));
    assert_eq!(agreement.all_relation_boundaries().f1(), Some(1.0));
}

#[test]
fn differences_are_side_by_side_in_the_order_of_the_text() {
    let comparison = Comparison::new(people(), &types());
    let label = |label: &Option<Label>| label.as_ref().map_or("–".to_owned(), |label| label.tell(TEXT, &types()));
    let line = |it: &Disagreement| format!("{:?}: {} | {}\n", it.kind(), label(&it.labels[0]), label(&it.labels[1]));
    expect![[r#"
        OtherBoundaries: a “Zoë Ada” | a “Ada”
        Reversed: of from “Zoë Ada” to “naïve parser” | of from “naïve parser” to “Ada”
        OtherType: c “Köln” | a “Köln”
        Only(First): in from “naïve parser” to “Köln” | –
        Only(Second): – | b “It”
        Only(Second): – | of from “It” to “trees”
    "#]]
    .assert_eq(&comparison.disagreements().iter().map(line).collect::<String>());
    let spans = comparison.disagreements().iter().map(|it| it.span().of(TEXT).unwrap());
    assert!(spans.eq([
        "Zoë Ada",
        "Zoë Ada wrote a naïve parser",
        "Köln",
        "naïve parser in Köln",
        "It",
        "It reads 😀 trees"
    ]));
}

#[track_caller]
fn check(decisions: &[(usize, Decision)], expected: Expect) {
    let mut adjudication = Adjudication::new(vec![Comparison::new(people(), &types())]);
    for (disagreement, decision) in decisions {
        let place = Place { document: 0, disagreement: *disagreement };
        adjudication.decide(place, decision.clone()).unwrap();
    }
    let third = adjudication.document(0);
    assert_eq!(third.check(), Ok(()));
    expected.assert_eq(&show(&third).join("\n"));
}

#[test]
fn a_third_document_is_made_of_decisions() {
    use Decision::{Both, First, Neither, Second};
    // What both agree on. Near is agreed on too, but its ends are not there yet.
    check(
        &[],
        expect![[r#"
        naïve parser B
        trees B
        naïve parser -Of-> trees"#]],
    );
    check(
        &[(0, First), (1, Second), (2, Second), (3, First), (4, Neither)],
        expect![[r#"
        Zoë Ada A
        naïve parser B
        Köln A
        trees B
        Zoë Ada -Near-> Köln
        naïve parser -Of-> Zoë Ada
        naïve parser -In-> Köln
        naïve parser -Of-> trees"#]],
    );
    check(
        &[(0, Both), (1, Both), (2, First), (4, Second), (5, Second)],
        expect![[r#"
        Zoë Ada A
        Ada A
        naïve parser B
        Köln C
        It B
        trees B
        Zoë Ada -Of-> naïve parser
        Zoë Ada -Near-> Köln
        naïve parser -Of-> Ada
        naïve parser -Of-> trees
        Köln -Near-> Ada
        It -Of-> trees"#]],
    );
    let own = Decision::Entity { kind: "C".to_owned(), words: WordRange { start: 0, end: 1 } };
    check(
        &[(0, own), (1, Decision::Relation { kind: "In".to_owned(), reversed: true })],
        expect![[r#"
        Zoë C
        naïve parser B
        trees B
        naïve parser -In-> Zoë
        naïve parser -Of-> trees"#]],
    );
}

#[test]
fn decisions_that_make_no_sense_are_refused_and_the_others_are_taken_back() {
    let mut adjudication = Adjudication::new(vec![Comparison::new(people(), &types())]);
    let place = |disagreement| Place { document: 0, disagreement };
    let words = |start, end| Decision::Entity { kind: "A".to_owned(), words: WordRange { start, end } };
    let relation = Decision::Relation { kind: "Of".to_owned(), reversed: false };
    for (place, decision, refusal) in [
        (place(6), Decision::First, NotDecidable::Gone),
        (Place { document: 1, disagreement: 0 }, Decision::First, NotDecidable::Gone),
        (place(0), relation, NotDecidable::OtherSort),
        (place(1), words(0, 1), NotDecidable::OtherSort),
        (place(0), words(1, 1), NotDecidable::NoWords),
        (place(0), words(13, 15), NotDecidable::NoWords),
        (place(0), words(5, 2), NotDecidable::NoWords),
    ] {
        assert_eq!(adjudication.decide(place, decision), Err(refusal));
    }
    assert_eq!((adjudication.undo(), adjudication.decided()), (None, 0));
    adjudication.decide(place(0), Decision::First).unwrap();
    adjudication.decide(place(2), Decision::Second).unwrap();
    adjudication.decide(place(0), Decision::Both).unwrap();
    assert_eq!(adjudication.undo(), Some(place(0)));
    assert_eq!(adjudication.decision(place(0)), Some(&Decision::First));
    assert_eq!(adjudication.undo(), Some(place(2)));
    assert_eq!((adjudication.decision(place(2)), adjudication.decided()), (None, 1));
    assert_eq!(adjudication.places().count(), 6);
}

#[test]
fn an_excerpt_has_the_sentences_of_a_difference() {
    let comparison = Comparison::new(people(), &types());
    let relation = &comparison.disagreements()[3];
    let [first, second] = Side::ALL.map(|side| comparison.excerpt(side, relation.span()));
    assert_eq!([first.check(), second.check()], [Ok(()), Ok(())]);
    assert_eq!(first.text, "Zoë Ada wrote a naïve parser in Köln.");
    assert_eq!(first.sentences, [WordRange { start: 0, end: 9 }]);
    // The relation to the trees of the next sentence has lost an end.
    assert_eq!(show(&first).len(), 3 + 3);
    assert_eq!(show(&second).len(), 3 + 2);
    let last = comparison.disagreements().last().unwrap();
    let third = comparison.excerpt(Side::Second, last.span());
    assert_eq!(show(&third), ["It B", "trees B", "It -Of-> trees"]);
    let nowhere = ByteSpan { start: 0, end: 0 };
    assert_eq!(comparison.excerpt(Side::First, nowhere), LabelledDocument::default());
}

#[test]
fn words_are_those_that_both_can_share() {
    let words = |document: &LabelledDocument| LabelledDocument { words: vec![], ..document.clone() }.with_words();
    let [first, second] = people();
    let own = words(&first);
    assert_eq!(own.words.len(), 14);
    // One word for the whole name, as only one of the files has it.
    let mut joined = own.clone();
    joined.words[0].end = joined.words.remove(1).end;
    joined.sentences = vec![];
    for (pair, expected) in [
        ([joined.clone(), second.clone()], 14),
        ([first.clone(), joined.clone()], 13),
        ([joined.clone(), joined.clone()], 13),
        ([joined.clone(), own.clone()], 14),
    ] {
        let [a, b] = &pair;
        let there_and_back = [pair.clone(), [b.clone(), a.clone()]].map(|pair| Comparison::new(pair, &types()));
        for comparison in &there_and_back {
            assert_eq!(comparison.words().len(), expected);
            let covered: usize = comparison.sentences().iter().map(|sentence| sentence.end - sentence.start).sum();
            assert_eq!(covered, expected);
        }
    }
}

/// Entities as (first word, number of words, type), relations as (head, type, tail).
type Script = (Vec<(Index, usize, usize)>, Vec<(Index, usize, Index)>);

fn script() -> impl Strategy<Value = Script> {
    (
        prop::collection::vec((any::<Index>(), 1..4usize, 0..3usize), 0..8),
        prop::collection::vec((any::<Index>(), 0..3usize, any::<Index>()), 0..8),
    )
}

fn play((entities, relations): &Script) -> LabelledDocument {
    let words = LabelledDocument::new("", TEXT).with_words().words;
    let entities: Vec<LabelledEntity> = (entities.iter())
        .map(|(start, length, kind)| {
            let start = start.index(words.len());
            let end = words.len().min(start + length);
            let span = ByteSpan { start: words[start].start, end: words[end - 1].end };
            LabelledEntity {
                kind: types().entities[*kind].name.clone(),
                span,
                score: None,
                provenance: Provenance::Person,
            }
        })
        .collect();
    let relations = (relations.iter().filter(|_| !entities.is_empty()))
        .map(|(head, kind, tail)| LabelledRelation {
            kind: types().relations[*kind].name.clone(),
            head: head.index(entities.len()),
            tail: tail.index(entities.len()),
            score: None,
            provenance: Provenance::Person,
        })
        .collect();
    LabelledDocument { entities, relations, ..LabelledDocument::new("", TEXT) }
}

fn agreement(pair: [LabelledDocument; 2]) -> Agreement {
    Agreement::over([&Comparison::new(pair, &types())])
}

/// The labels of a document as sets, whatever their order.
fn sets(document: &LabelledDocument) -> (BTreeSet<End>, BTreeSet<RelationKey>) {
    let comparison = Comparison::new([document.clone(), document.clone()], &types());
    assert_eq!(comparison.disagreements(), []);
    (comparison.entity_set(Side::First), comparison.relation_set(Side::First))
}

/// The scorer of trained models, as (first, second, both) of entities, relations by place, and relations strictly.
fn scored([first, second]: &[LabelledDocument; 2]) -> [Matches; 3] {
    let named = |name: &TypeName| (name.name.clone(), name.symmetric);
    let schema = Schema {
        entities: (types().entities.iter().map(named))
            .map(|(name, _)| EntityType { short: name.clone(), verbose: name.clone(), name })
            .collect(),
        relations: (types().relations.iter().map(named))
            .map(|(name, symmetric)| RelationType { short: name.clone(), verbose: name.clone(), name, symmetric })
            .collect(),
    };
    let bare = LabelledDocument::new("", TEXT).with_words();
    let spans = |document: &LabelledDocument| -> Vec<LabelledSpan> {
        let kind = |entity: &LabelledEntity| schema.entity_index(&entity.kind).unwrap();
        let spans = document.entities.iter();
        spans.map(|it| LabelledSpan { kind: kind(it), words: bare.words_of(it.span).unwrap() }).collect()
    };
    let pairs = |document: &LabelledDocument| -> Vec<LabelledPair> {
        let pair = |it: &LabelledRelation| LabelledPair {
            kind: schema.relation_index(&it.kind).unwrap(),
            head: it.head,
            tail: it.tail,
        };
        document.relations.iter().map(pair).collect()
    };
    let (first, second) = ((spans(first), pairs(first)), (spans(second), pairs(second)));
    let mut scorer = Scorer::new(&schema, SymmetricRule::TextOrder);
    scorer
        .add(Labels { entities: &first.0, relations: &first.1 }, Labels { entities: &second.0, relations: &second.1 });
    scorer.counts().map(|counts| Matches { first: counts.gold, second: counts.predicted, both: counts.correct })
}

proptest! {
    #[test]
    fn measures_are_the_same_from_both_sides(first in script(), second in script()) {
        let [first, second] = [play(&first), play(&second)];
        let there = agreement([first.clone(), second.clone()]);
        let back = agreement([second, first]);
        prop_assert_eq!(there.words.value(), back.words.value());
        prop_assert_eq!(there.entity_boundaries.f1(), back.entity_boundaries.f1());
        let f1 = |all: &BTreeMap<String, Matches>| all.iter().map(|(kind, it)| (kind.clone(), it.f1())).collect::<Vec<_>>();
        prop_assert_eq!(f1(&there.entities), f1(&back.entities));
        prop_assert_eq!(f1(&there.relations), f1(&back.relations));
        prop_assert_eq!(f1(&there.relation_boundaries), f1(&back.relation_boundaries));
    }

    #[test]
    fn equal_labels_agree_wholly(labels in script()) {
        let document = play(&labels);
        let same = agreement([document.clone(), document.clone()]);
        prop_assert_eq!(same.words.value(), Some(1.0));
        for matches in [same.all_entities(), same.entity_boundaries, same.all_relations(), same.all_relation_boundaries()] {
            prop_assert!(matches.f1().is_none_or(|f1| f1 == 1.0));
        }
        let comparison = Comparison::new([document.clone(), document], &types());
        prop_assert_eq!(comparison.disagreements(), []);
    }

    #[test]
    fn f1_is_what_models_are_scored_by(first in script(), second in script()) {
        let mut pair = [play(&first), play(&second)];
        // The scorer puts two ends that start together in no order.
        for document in &mut pair {
            let entities = document.entities.clone();
            let start = |end: usize| entities[end].span.start;
            document.relations.retain(|it| it.kind != "Near" || start(it.head) != start(it.tail));
        }
        let agreement = agreement(pair.clone());
        let all = [agreement.all_entities(), agreement.all_relation_boundaries(), agreement.all_relations()];
        prop_assert_eq!(all, scored(&pair));
    }

    #[test]
    fn the_decisions_of_one_side_give_its_document(first in script(), second in script()) {
        let pair = [play(&first), play(&second)];
        for (decision, expected) in [Decision::First, Decision::Second].into_iter().zip(&pair) {
            let mut adjudication = Adjudication::new(vec![Comparison::new(pair.clone(), &types())]);
            let nothing = adjudication.documents();
            for place in adjudication.places().collect::<Vec<_>>() {
                adjudication.decide(place, decision.clone()).unwrap();
                prop_assert_eq!(adjudication.document(0).check(), Ok(()));
            }
            prop_assert_eq!(sets(&adjudication.document(0)), sets(expected));
            while adjudication.undo().is_some() {}
            prop_assert_eq!(adjudication.documents(), nothing);
        }
    }

    #[test]
    fn both_give_the_labels_of_both(first in script(), second in script()) {
        let pair = [play(&first), play(&second)];
        let mut adjudication = Adjudication::new(vec![Comparison::new(pair.clone(), &types())]);
        for place in adjudication.places().collect::<Vec<_>>() {
            adjudication.decide(place, Decision::Both).unwrap();
        }
        let third = adjudication.document(0);
        let [first, second] = Side::ALL.map(|side| {
            let comparison = &adjudication.comparisons()[0];
            (comparison.entity_set(side), comparison.relation_set(side))
        });
        let third = Comparison::new([third.clone(), third], &types());
        prop_assert_eq!(third.entity_set(Side::First), &first.0 | &second.0);
        prop_assert_eq!(third.relation_set(Side::First), &first.1 | &second.1);
        for disagreement in adjudication.comparisons()[0].disagreements() {
            for side in Side::ALL {
                let excerpt = adjudication.comparisons()[0].excerpt(side, disagreement.span());
                prop_assert_eq!(excerpt.check(), Ok(()));
                prop_assert!(TEXT.contains(&excerpt.text));
            }
        }
    }

    #[test]
    fn any_spans_are_compared(
        spans in prop::collection::vec((any::<Index>(), any::<Index>(), any::<bool>()), 0..8),
    ) {
        let bounds: Vec<usize> = TEXT.char_indices().map(|(byte, _)| byte).chain([TEXT.len()]).collect();
        let mut pair = [LabelledDocument::new("", TEXT), LabelledDocument::new("", TEXT)];
        for (from, to, side) in spans {
            let [from, to] = [from, to].map(|it| bounds[it.index(bounds.len())]);
            if from != to {
                let span = ByteSpan { start: from.min(to), end: from.max(to) };
                let entity = LabelledEntity { kind: "A".to_owned(), span, score: None, provenance: Provenance::Model };
                pair[usize::from(side)].entities.push(entity);
            }
        }
        let expected = sets(&pair[1]);
        let comparison = Comparison::new(pair, &types());
        // Every label begins and ends with a word, but for white space.
        let edges: BTreeSet<usize> = comparison.words().iter().flat_map(|word| [word.start, word.end]).collect();
        for end in comparison.entities.iter().flatten() {
            for edge in [end.span.start, end.span.end] {
                let is_inside = comparison.words().iter().any(|word| word.start < edge && edge < word.end);
                prop_assert!(edges.contains(&edge) || !is_inside);
            }
        }
        let mut adjudication = Adjudication::new(vec![comparison]);
        for place in adjudication.places().collect::<Vec<_>>() {
            adjudication.decide(place, Decision::Second).unwrap();
        }
        prop_assert_eq!(adjudication.document(0).check(), Ok(()));
        prop_assert_eq!(sets(&adjudication.document(0)), expected);
    }
}
