//! An explanation in words and bars: why something was found, or why not.

use sinet_text::TypeName;
use sinet_text::explanation::{
    Boundary, PairBarrier, PairExplanation, RelationDecision, RelationScore, SpanDecision, SpanExplanation,
};

/// An explanation as it is shown.
#[derive(Debug, Clone, PartialEq)]
pub struct Why {
    /// The decision and its rule.
    pub decision: String,
    /// The scores behind it: one group for words, two for a pair, none where the model was not asked.
    pub groups: Vec<Group>,
}

/// The scores of all types.
#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    /// Their name; empty if there is nothing to tell apart.
    pub title: String,
    /// From this score on something is reported.
    pub threshold: f32,
    /// One for each type.
    pub bars: Vec<Bar>,
}

/// The score of one type.
#[derive(Debug, Clone, PartialEq)]
pub struct Bar {
    /// The type, in words for readers.
    pub name: String,
    /// 0 to 1.
    pub score: f32,
    /// Whether this is what is reported.
    pub is_reported: bool,
    /// The consequence of the score, in a few words; empty where that goes without saying.
    pub note: String,
}

/// Why certain words are an entity or not. `types` are the model's entity types.
pub fn of_span(explanation: &SpanExplanation, types: &[TypeName]) -> Why {
    let SpanExplanation { words, scores, threshold, decision } = explanation;
    let name = |kind: usize| types.get(kind).map_or("?", |kind| kind.verbose.as_str());
    let score = |kind: usize| scores.get(kind + 1).copied().unwrap_or(0.0);
    let told = match *decision {
        SpanDecision::Reported { kind } if *threshold > 0.0 => format!(
            "Reported as {}: it is the likeliest type, and {} is not below the threshold {}.",
            name(kind),
            two(score(kind)),
            two(*threshold)
        ),
        SpanDecision::Reported { kind } => {
            format!("Reported as {}: with {} it is the likeliest.", name(kind), two(score(kind)))
        }
        SpanDecision::NoEntity => {
            let best = (0..types.len()).max_by(|&a, &b| score(a).total_cmp(&score(b)));
            let best = best.map(|kind| format!("; the next is {} with {}", name(kind), two(score(kind))));
            let none = scores.first().copied().unwrap_or(0.0);
            format!("Not reported: “no entity” is the likeliest with {}{}.", two(none), best.unwrap_or_default())
        }
        SpanDecision::BelowThreshold { kind } => {
            format!(
                "Not reported: {} for {} is below the threshold {}.",
                below(score(kind), *threshold),
                name(kind),
                two(*threshold)
            )
        }
        SpanDecision::TooWide { most } => format!(
            "Not considered: the model looks at no more than {most} words at a time, and these are {}.",
            words.end - words.start
        ),
        SpanDecision::Across { boundary: Boundary::Sentences } => {
            "Not considered: these words reach over the end of a sentence, and the model reads each sentence by itself."
                .to_owned()
        }
        SpanDecision::Across { boundary: Boundary::Windows } => {
            "Not considered: this sentence is too long for the model to read at once, and these words lie in two parts of it."
                .to_owned()
        }
        SpanDecision::Nowhere => "Not considered: the text that was read has no such words.".to_owned(),
    };
    let names = std::iter::once("No entity").chain(types.iter().map(|kind| kind.verbose.as_str()));
    let reported = match decision {
        SpanDecision::Reported { kind } => Some(kind + 1),
        _ => None,
    };
    let bars = (names.zip(scores).enumerate())
        .map(|(class, (name, &score))| Bar {
            name: name.to_owned(),
            score,
            is_reported: reported == Some(class),
            note: if reported == Some(class) { "reported".to_owned() } else { String::new() },
        })
        .collect();
    let group = Group { title: String::new(), threshold: *threshold, bars };
    Why { decision: told, groups: if scores.is_empty() { Vec::new() } else { vec![group] } }
}

/// Why two spans are related or not. `head` and `tail` are their texts, `types` the model's relation types.
pub fn of_pair(explanation: &PairExplanation, head: &str, tail: &str, types: &[TypeName]) -> Why {
    let PairExplanation { threshold, barrier, forward, backward, .. } = explanation;
    let directions = [(forward, head, tail), (backward, tail, head)];
    let decision = match barrier {
        Some(barrier) => tell_barrier(*barrier, head, tail),
        None => tell_relations(directions, types, *threshold),
    };
    let group = |(scores, from, to): (&Vec<RelationScore>, &str, &str)| Group {
        title: format!("From “{from}” to “{to}”"),
        threshold: *threshold,
        bars: scores.iter().zip(types).map(|(score, kind)| bar(*score, kind)).collect(),
    };
    let groups = if forward.is_empty() { Vec::new() } else { directions.map(group).into() };
    Why { decision, groups }
}

fn bar(score: RelationScore, kind: &TypeName) -> Bar {
    let note = match score.decision {
        RelationDecision::Reported { score: told } if told > score.score => {
            format!("reported with {}, the score of the other direction", two(told))
        }
        RelationDecision::Reported { .. } => "reported".to_owned(),
        RelationDecision::OtherWayRound => "has no direction: counted the other way round".to_owned(),
        RelationDecision::BelowThreshold | RelationDecision::Barred => String::new(),
    };
    Bar { name: kind.verbose.clone(), score: score.score, is_reported: score.is_reported(), note }
}

/// The relation that is reported between two entities, or the one that came nearest.
fn tell_relations(directions: [(&Vec<RelationScore>, &str, &str); 2], types: &[TypeName], threshold: f32) -> String {
    let all = || {
        let each = |(scores, from, to)| {
            let scores: &Vec<RelationScore> = scores;
            scores.iter().zip(types).map(move |(score, kind)| (score, kind, from, to))
        };
        directions.into_iter().flat_map(each)
    };
    let reported: Vec<String> = all()
        .filter_map(|(score, kind, from, to)| match score.decision {
            RelationDecision::Reported { score } => {
                let [between, and] = if kind.symmetric { ["between", "and"] } else { ["from", "to"] };
                Some(format!("{} {between} “{from}” {and} “{to}” with {}", kind.verbose, two(score)))
            }
            _ => None,
        })
        .collect();
    if !reported.is_empty() {
        return format!("Reported: {}. The threshold is {}.", reported.join("; "), two(threshold));
    }
    let best = all().max_by(|(a, ..), (b, ..)| a.score.total_cmp(&b.score));
    best.map_or_else(String::new, |(score, kind, from, to)| {
        format!(
            "Not reported: {} for {} from “{from}” to “{to}”, the likeliest, is below the threshold {}.",
            below(score.score, threshold),
            kind.verbose,
            two(threshold)
        )
    })
}

fn tell_barrier(barrier: PairBarrier, head: &str, tail: &str) -> String {
    match barrier {
        PairBarrier::Nowhere => "Not considered: the text that was read has no such words.".to_owned(),
        PairBarrier::Apart { boundary: Boundary::Sentences } => {
            "Not considered: the two are not in one sentence, and the model looks for relations within a sentence."
                .to_owned()
        }
        PairBarrier::Apart { boundary: Boundary::Windows } => {
            "Not considered: this sentence is too long for the model to read at once, and the two lie in different parts of it."
                .to_owned()
        }
        PairBarrier::Same => format!("Not considered: nothing is related to itself, and both are “{head}”."),
        PairBarrier::HeadIsNoEntity => format!("Not considered: “{head}” is no entity."),
        PairBarrier::TailIsNoEntity => format!("Not considered: “{tail}” is no entity."),
        PairBarrier::NeitherIsEntity => format!("Not considered: neither “{head}” nor “{tail}” is an entity."),
    }
}

fn two(score: f32) -> String {
    format!("{score:.2}")
}

/// A score that is below a threshold, and reads as if it were: it is cut where rounding would reach the threshold.
fn below(score: f32, threshold: f32) -> String {
    let rounded = two(score);
    if score < threshold && rounded == two(threshold) {
        format!("{:.2}", (score * 100.0).floor() / 100.0)
    } else {
        rounded
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};
    use sinet_text::WordRange;

    use super::*;

    fn named(name: &str, symmetric: bool) -> TypeName {
        TypeName { name: name.to_owned(), verbose: name.replace('-', " "), symmetric }
    }

    fn show(why: &Why) -> String {
        let mut lines = vec![why.decision.clone()];
        for group in &why.groups {
            lines.push(format!("{} (from {})", group.title, group.threshold));
            for Bar { name, score, is_reported, note } in &group.bars {
                lines.push(
                    format!("  {} {name} {score} {note}", if *is_reported { "*" } else { "-" }).trim_end().to_owned(),
                );
            }
        }
        lines.join("\n")
    }

    #[track_caller]
    fn check_span(scores: &[f32], threshold: f32, decision: SpanDecision, expected: Expect) {
        let words = WordRange { start: 2, end: 12 };
        let explanation = SpanExplanation { words, scores: scores.to_vec(), threshold, decision };
        expected.assert_eq(&show(&of_span(&explanation, &[named("Method", false), named("Other-Term", false)])));
    }

    #[test]
    fn every_decision_about_words_is_a_sentence() {
        let scores = [0.125, 0.25, 0.625];
        check_span(
            &scores,
            0.0,
            SpanDecision::Reported { kind: 1 },
            expect![[r#"
            Reported as Other Term: with 0.62 it is the likeliest.
             (from 0)
              - No entity 0.125
              - Method 0.25
              * Other Term 0.625 reported"#]],
        );
        check_span(
            &scores,
            0.5,
            SpanDecision::Reported { kind: 1 },
            expect![[r#"
            Reported as Other Term: it is the likeliest type, and 0.62 is not below the threshold 0.50.
             (from 0.5)
              - No entity 0.125
              - Method 0.25
              * Other Term 0.625 reported"#]],
        );
        check_span(
            &scores,
            0.75,
            SpanDecision::BelowThreshold { kind: 1 },
            expect![[r#"
            Not reported: 0.62 for Other Term is below the threshold 0.75.
             (from 0.75)
              - No entity 0.125
              - Method 0.25
              - Other Term 0.625"#]],
        );
        check_span(
            &[0.75, 0.25, 0.0],
            0.0,
            SpanDecision::NoEntity,
            expect![[r#"
            Not reported: “no entity” is the likeliest with 0.75; the next is Method with 0.25.
             (from 0)
              - No entity 0.75
              - Method 0.25
              - Other Term 0"#]],
        );
        check_span(
            &[],
            0.0,
            SpanDecision::TooWide { most: 8 },
            expect![[r#"Not considered: the model looks at no more than 8 words at a time, and these are 10."#]],
        );
        check_span(
            &[],
            0.0,
            SpanDecision::Across { boundary: Boundary::Sentences },
            expect![[
                r#"Not considered: these words reach over the end of a sentence, and the model reads each sentence by itself."#
            ]],
        );
        check_span(
            &[],
            0.0,
            SpanDecision::Across { boundary: Boundary::Windows },
            expect![[
                r#"Not considered: this sentence is too long for the model to read at once, and these words lie in two parts of it."#
            ]],
        );
        check_span(
            &[],
            0.0,
            SpanDecision::Nowhere,
            expect![[r#"Not considered: the text that was read has no such words."#]],
        );
    }

    #[track_caller]
    fn check_pair(
        barrier: Option<PairBarrier>,
        forward: &[(f32, RelationDecision)],
        backward: &[(f32, RelationDecision)],
        expected: Expect,
    ) {
        let words = |start| WordRange { start, end: start + 1 };
        let scores = |scores: &[(f32, RelationDecision)]| {
            scores.iter().map(|&(score, decision)| RelationScore { score, decision }).collect()
        };
        let explanation = PairExplanation {
            head: words(0),
            tail: words(4),
            threshold: 0.5,
            barrier,
            forward: scores(forward),
            backward: scores(backward),
        };
        let types = [named("Used-for", false), named("Conjunction", true)];
        expected.assert_eq(&show(&of_pair(&explanation, "beam search", "parser", &types)));
    }

    #[test]
    fn every_decision_about_a_pair_is_a_sentence() {
        use RelationDecision::{Barred, BelowThreshold, OtherWayRound, Reported};
        check_pair(
            None,
            &[(0.75, Reported { score: 0.75 }), (0.25, Reported { score: 0.625 })],
            &[(0.125, BelowThreshold), (0.625, OtherWayRound)],
            expect![[r#"
            Reported: Used for from “beam search” to “parser” with 0.75; Conjunction between “beam search” and “parser” with 0.62. The threshold is 0.50.
            From “beam search” to “parser” (from 0.5)
              * Used for 0.75 reported
              * Conjunction 0.25 reported with 0.62, the score of the other direction
            From “parser” to “beam search” (from 0.5)
              - Used for 0.125
              - Conjunction 0.625 has no direction: counted the other way round"#]],
        );
        check_pair(
            None,
            &[(0.25, BelowThreshold), (0.125, BelowThreshold)],
            &[(0.4999, BelowThreshold), (0.0, BelowThreshold)],
            expect![[r#"
            Not reported: 0.49 for Used for from “parser” to “beam search”, the likeliest, is below the threshold 0.50.
            From “beam search” to “parser” (from 0.5)
              - Used for 0.25
              - Conjunction 0.125
            From “parser” to “beam search” (from 0.5)
              - Used for 0.4999
              - Conjunction 0"#]],
        );
        check_pair(
            Some(PairBarrier::TailIsNoEntity),
            &[(0.75, Barred), (0.0, Barred)],
            &[(0.0, Barred), (0.0, Barred)],
            expect![[r#"
            Not considered: “parser” is no entity.
            From “beam search” to “parser” (from 0.5)
              - Used for 0.75
              - Conjunction 0
            From “parser” to “beam search” (from 0.5)
              - Used for 0
              - Conjunction 0"#]],
        );
        check_pair(
            Some(PairBarrier::HeadIsNoEntity),
            &[],
            &[],
            expect![[r#"Not considered: “beam search” is no entity."#]],
        );
        check_pair(
            Some(PairBarrier::NeitherIsEntity),
            &[],
            &[],
            expect![[r#"Not considered: neither “beam search” nor “parser” is an entity."#]],
        );
        check_pair(
            Some(PairBarrier::Same),
            &[],
            &[],
            expect![[r#"Not considered: nothing is related to itself, and both are “beam search”."#]],
        );
        check_pair(
            Some(PairBarrier::Nowhere),
            &[],
            &[],
            expect![[r#"Not considered: the text that was read has no such words."#]],
        );
        check_pair(
            Some(PairBarrier::Apart { boundary: Boundary::Sentences }),
            &[],
            &[],
            expect![[
                r#"Not considered: the two are not in one sentence, and the model looks for relations within a sentence."#
            ]],
        );
        check_pair(
            Some(PairBarrier::Apart { boundary: Boundary::Windows }),
            &[],
            &[],
            expect![[
                r#"Not considered: this sentence is too long for the model to read at once, and the two lie in different parts of it."#
            ]],
        );
    }

    #[test]
    fn a_score_below_a_threshold_never_reads_as_the_threshold() {
        assert_eq!([below(0.4999, 0.5), below(0.5, 0.5), below(0.296, 0.5)], ["0.49", "0.50", "0.30"]);
    }
}
