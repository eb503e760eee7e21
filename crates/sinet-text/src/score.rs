//! Precision, recall and F1 of entities and relations, as the reference counts them.

use std::collections::HashSet;
use std::fmt;
use std::hash::Hash;
use std::iter::Sum;
use std::str::FromStr;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use crate::annotation::WordRange;
use crate::labels::{LabelledPair, Labels};
use crate::schema::Schema;

/// Compares labellings of sentences, one sentence at a time.
///
/// Two labels are the same if these agree: for entities, span and type; for relations, type and both spans; for relations,
/// strictly, also both entities' types. Each sentence is a set: a label given twice counts once.
///
/// ```
/// # use sinet_text::{Schema, Scorer, SymmetricRule, LabelledSpan, Labels, WordRange};
/// # let schema: Schema = serde_json::from_str(r#"{"entities":{"Loc":{}},"relations":{"Near":{}}}"#)?;
/// let loc = |start, end| LabelledSpan { kind: 0, words: WordRange { start, end } };
/// let gold = [loc(0, 1), loc(2, 3)];
/// let found = [loc(0, 1)];
/// let mut scorer = Scorer::new(&schema, SymmetricRule::TextOrder);
/// scorer.add(
///     Labels { entities: &gold, relations: &[] },
///     Labels { entities: &found, relations: &[] },
/// );
/// let report = scorer.report();
/// assert_eq!((report.ner.micro.precision, report.ner.micro.recall), (100.0, 50.0));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Scorer<'s> {
    schema: &'s Schema,
    rule: SymmetricRule,
    sentences: usize,
    ner: Vec<Counts>,
    relations: Vec<Counts>,
    relations_strict: Vec<Counts>,
}

/// How a relation of a symmetric type is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SymmetricRule {
    /// Put in text order, then counted once: SpERT and SINET.
    #[default]
    #[serde(alias = "text_order")]
    TextOrder,
    /// As annotated, the direction must match: DyGIE++ and PURE.
    Directed,
    /// In both directions, so that it counts twice: PL-Marker.
    Doubled,
}

impl SymmetricRule {
    /// All rules, the default first.
    pub const ALL: [Self; 3] = [Self::TextOrder, Self::Directed, Self::Doubled];

    /// Its name on the command line and in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::TextOrder => "text-order",
            Self::Directed => "directed",
            Self::Doubled => "doubled",
        }
    }
}

/// The name, and what it means.
impl fmt::Display for SymmetricRule {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        let meaning = match self {
            Self::TextOrder => "put in text order and counted once",
            Self::Directed => "the direction must match",
            Self::Doubled => "counted in both directions",
        };
        write!(formatter, "{} ({meaning})", self.name())
    }
}

/// A name that no rule has.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no rule {0:?}; the rules are text-order, directed and doubled")]
pub struct UnknownRule(String);

impl FromStr for SymmetricRule {
    type Err = UnknownRule;

    fn from_str(name: &str) -> Result<Self, UnknownRule> {
        Self::ALL.into_iter().find(|rule| rule.name() == name).ok_or_else(|| UnknownRule(name.to_owned()))
    }
}

/// The scores of a labelling; all figures in percent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// Entities: span and type.
    pub ner: Scores,
    /// Relations: type and both spans.
    pub relations: Scores,
    /// Relations: type, both spans and both entity types.
    pub relations_strict: Scores,
    /// Number of sentences compared.
    pub sentences: usize,
    /// How relations of symmetric types were compared.
    pub symmetric_rule: SymmetricRule,
}

/// The scores of one task.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Scores {
    /// All labels counted together.
    pub micro: Figures,
    /// The mean over the types that occur in either labelling.
    #[serde(rename = "macro")]
    pub macro_average: Figures,
    /// Each type of the schema, in its order.
    pub per_type: IndexMap<String, TypeFigures>,
}

/// Precision, recall and F1 in percent; 0 where there is nothing to divide by.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Figures {
    /// Correct among the predicted.
    pub precision: f64,
    /// Correct among the gold.
    pub recall: f64,
    /// Harmonic mean of the two (for a macro average: the mean of the types' F1).
    pub f1: f64,
}

/// The scores of one type.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct TypeFigures {
    /// Its scores.
    #[serde(flatten)]
    pub figures: Figures,
    /// Number of gold labels of the type.
    pub support: usize,
}

/// How many labels there are; what all figures come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// In the gold labelling.
    pub gold: usize,
    /// In the predicted one.
    pub predicted: usize,
    /// In both.
    pub correct: usize,
}

impl<'s> Scorer<'s> {
    /// A scorer that has seen no sentence.
    pub fn new(schema: &'s Schema, rule: SymmetricRule) -> Self {
        Self {
            schema,
            rule,
            sentences: 0,
            ner: vec![Counts::default(); schema.entities.len()],
            relations: vec![Counts::default(); schema.relations.len()],
            relations_strict: vec![Counts::default(); schema.relations.len()],
        }
    }

    /// Compares the labels of one more sentence.
    ///
    /// # Panics
    /// If a kind is not in the schema, or a relation names an entity that is not there.
    pub fn add(&mut self, gold: Labels, predicted: Labels) {
        self.sentences += 1;
        let entities =
            |labels: Labels| -> HashSet<_> { labels.entities.iter().map(|span| (span.kind, span.words)).collect() };
        count(&mut self.ner, &entities(gold), &entities(predicted), |key| key.0);

        let (gold, predicted) = (self.pairs(gold), self.pairs(predicted));
        count(&mut self.relations_strict, &gold, &predicted, |key| key.0);
        let without_types = |pairs: &HashSet<TypedPair>| -> HashSet<_> {
            pairs.iter().map(|(kind, [head, tail])| (*kind, head.0, tail.0)).collect()
        };
        count(&mut self.relations, &without_types(&gold), &without_types(&predicted), |key| key.0);
    }

    /// The scores of all sentences seen.
    pub fn report(&self) -> Report {
        let entity_names = self.schema.entities.iter().map(|kind| &kind.name);
        let relation_names = || self.schema.relations.iter().map(|kind| &kind.name);
        Report {
            ner: Scores::of(entity_names, &self.ner),
            relations: Scores::of(relation_names(), &self.relations),
            relations_strict: Scores::of(relation_names(), &self.relations_strict),
            sentences: self.sentences,
            symmetric_rule: self.rule,
        }
    }

    /// All labels seen, of entities, of relations by boundaries, and of strict relations.
    pub fn counts(&self) -> [Counts; 3] {
        [&self.ner, &self.relations, &self.relations_strict].map(|types| types.iter().copied().sum())
    }

    fn pairs(&self, labels: Labels) -> HashSet<TypedPair> {
        let mut pairs = HashSet::with_capacity(labels.relations.len());
        for &LabelledPair { kind, head, tail } in labels.relations {
            let end = |index: usize| (labels.entities[index].words, labels.entities[index].kind);
            let (head, tail) = (end(head), end(tail));
            let symmetric = self.schema.relations[kind].symmetric;
            match self.rule {
                SymmetricRule::TextOrder if symmetric && tail.0.start < head.0.start => {
                    pairs.insert((kind, [tail, head]));
                }
                SymmetricRule::Doubled if symmetric => {
                    pairs.insert((kind, [head, tail]));
                    pairs.insert((kind, [tail, head]));
                }
                _ => {
                    pairs.insert((kind, [head, tail]));
                }
            }
        }
        pairs
    }
}

/// A relation's kind, then span and kind of its head and of its tail.
type TypedPair = (usize, [(WordRange, usize); 2]);

fn count<K: Eq + Hash>(counts: &mut [Counts], gold: &HashSet<K>, predicted: &HashSet<K>, kind: impl Fn(&K) -> usize) {
    for key in gold {
        counts[kind(key)].gold += 1;
    }
    for key in predicted {
        counts[kind(key)].predicted += 1;
        counts[kind(key)].correct += usize::from(gold.contains(key));
    }
}

impl Scores {
    fn of<'n>(names: impl Iterator<Item = &'n String>, counts: &[Counts]) -> Self {
        let mut sum = Figures::default();
        let mut occurring = 0;
        let mut per_type = IndexMap::new();
        for (name, type_counts) in names.zip(counts) {
            let figures = type_counts.figures();
            per_type.insert(name.clone(), TypeFigures { figures, support: type_counts.gold });
            if type_counts.gold + type_counts.predicted > 0 {
                occurring += 1;
                sum.precision += figures.precision;
                sum.recall += figures.recall;
                sum.f1 += figures.f1;
            }
        }
        let mean = |sum: f64| {
            if occurring == 0 { 0.0 } else { sum / f64::from(occurring) }
        };
        Self {
            micro: counts.iter().copied().sum::<Counts>().figures(),
            macro_average: Figures { precision: mean(sum.precision), recall: mean(sum.recall), f1: mean(sum.f1) },
            per_type,
        }
    }
}

impl Sum for Counts {
    fn sum<I: Iterator<Item = Self>>(counts: I) -> Self {
        counts.fold(Self::default(), |all, one| Self {
            gold: all.gold + one.gold,
            predicted: all.predicted + one.predicted,
            correct: all.correct + one.correct,
        })
    }
}

impl Counts {
    /// Precision, recall and F1.
    pub fn figures(&self) -> Figures {
        let percent = |part: usize, whole: usize| {
            if whole == 0 { 0.0 } else { 100.0 * part as f64 / whole as f64 }
        };
        Figures {
            precision: percent(self.correct, self.predicted),
            recall: percent(self.correct, self.gold),
            f1: percent(2 * self.correct, self.predicted + self.gold),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::labels::LabelledSpan;
    use expect_test::expect;

    fn schema() -> Schema {
        let types = r#"{"entities": {"A": {}, "B": {}, "C": {}}, "relations": {"Of": {}, "And": {"symmetric": true}}}"#;
        serde_json::from_str(types).unwrap()
    }

    /// Entities of one word each, by word and kind; relations by kind, head and tail.
    fn score(rule: SymmetricRule, gold: Sentence, predicted: Sentence) -> Report {
        let schema = schema();
        let mut scorer = Scorer::new(&schema, rule);
        let spans = |sentence: Sentence| -> Vec<LabelledSpan> {
            let spans = sentence.0.iter();
            spans.map(|&(word, kind)| LabelledSpan { kind, words: WordRange { start: word, end: word + 1 } }).collect()
        };
        let pairs = |sentence: Sentence| -> Vec<LabelledPair> {
            let pairs = sentence.1.iter();
            pairs.map(|&(kind, head, tail)| LabelledPair { kind, head, tail }).collect()
        };
        let (gold_spans, gold_pairs) = (spans(gold), pairs(gold));
        let (predicted_spans, predicted_pairs) = (spans(predicted), pairs(predicted));
        scorer.add(
            Labels { entities: &gold_spans, relations: &gold_pairs },
            Labels { entities: &predicted_spans, relations: &predicted_pairs },
        );
        scorer.report()
    }

    type Sentence<'a> = (&'a [(usize, usize)], &'a [(usize, usize, usize)]);

    const OF: usize = 0;
    const AND: usize = 1;

    #[test]
    fn nothing_to_count_gives_zero() {
        let report = score(SymmetricRule::TextOrder, (&[], &[]), (&[], &[]));
        assert_eq!(report.ner.micro, Figures::default());
        assert_eq!(report.relations_strict.macro_average, Figures::default());
        assert_eq!(report.sentences, 1);
    }

    #[test]
    fn duplicates_count_once() {
        let gold: Sentence = (&[(0, 0), (1, 0)], &[(OF, 0, 1), (OF, 0, 1)]);
        let report = score(SymmetricRule::TextOrder, gold, (gold.0, &[(OF, 0, 1)]));
        assert_eq!(report.relations.micro.recall, 100.0);
        assert_eq!(report.relations.per_type["Of"].support, 1);
    }

    #[test]
    fn strict_relations_need_the_entity_types() {
        let gold: Sentence = (&[(0, 0), (1, 0)], &[(OF, 0, 1)]);
        let report = score(SymmetricRule::TextOrder, gold, (&[(0, 0), (1, 1)], &[(OF, 0, 1)]));
        assert_eq!(report.relations.micro.f1, 100.0);
        assert_eq!(report.relations_strict.micro.f1, 0.0);
    }

    #[test]
    fn symmetric_rules() {
        let gold: Sentence = (&[(0, 0), (1, 0)], &[(AND, 1, 0), (OF, 0, 1)]);
        // One found in the other direction; one in both; the directed one, turned round.
        let turned: Sentence = (gold.0, &[(AND, 0, 1)]);
        let both: Sentence = (gold.0, &[(AND, 0, 1), (AND, 1, 0)]);
        let wrong: Sentence = (gold.0, &[(OF, 1, 0)]);
        for (rule, predicted, [precision, recall]) in [
            (SymmetricRule::TextOrder, turned, [100.0, 50.0]),
            (SymmetricRule::TextOrder, both, [100.0, 50.0]),
            (SymmetricRule::TextOrder, wrong, [0.0, 0.0]),
            (SymmetricRule::Directed, turned, [0.0, 0.0]),
            (SymmetricRule::Directed, both, [50.0, 50.0]),
            (SymmetricRule::Directed, wrong, [0.0, 0.0]),
            (SymmetricRule::Doubled, turned, [100.0, 200.0 / 3.0]),
            (SymmetricRule::Doubled, both, [100.0, 200.0 / 3.0]),
            (SymmetricRule::Doubled, wrong, [0.0, 0.0]),
        ] {
            let micro = score(rule, gold, predicted).relations.micro;
            assert_eq!([micro.precision, micro.recall], [precision, recall], "{rule:?} {predicted:?}");
        }
    }

    #[test]
    fn rules_go_by_the_same_name_everywhere() {
        for rule in SymmetricRule::ALL {
            assert_eq!(rule.name().parse(), Ok(rule));
            assert_eq!(serde_json::to_value(rule).unwrap(), rule.name());
            assert!(rule.to_string().starts_with(rule.name()));
        }
        assert!("text_order".parse::<SymmetricRule>().is_err());
    }

    #[test]
    fn the_report_as_json() {
        let gold: Sentence = (&[(0, 0), (1, 0)], &[(OF, 0, 1)]);
        let report = score(SymmetricRule::TextOrder, gold, (&[(0, 0), (1, 1)], &[]));
        expect![[r#"
            {
              "ner": {
                "micro": {
                  "precision": 50.0,
                  "recall": 50.0,
                  "f1": 50.0
                },
                "macro": {
                  "precision": 50.0,
                  "recall": 25.0,
                  "f1": 33.333333333333336
                },
                "per_type": {
                  "A": {
                    "precision": 100.0,
                    "recall": 50.0,
                    "f1": 66.66666666666667,
                    "support": 2
                  },
                  "B": {
                    "precision": 0.0,
                    "recall": 0.0,
                    "f1": 0.0,
                    "support": 0
                  },
                  "C": {
                    "precision": 0.0,
                    "recall": 0.0,
                    "f1": 0.0,
                    "support": 0
                  }
                }
              },
              "relations": {
                "micro": {
                  "precision": 0.0,
                  "recall": 0.0,
                  "f1": 0.0
                },
                "macro": {
                  "precision": 0.0,
                  "recall": 0.0,
                  "f1": 0.0
                },
                "per_type": {
                  "Of": {
                    "precision": 0.0,
                    "recall": 0.0,
                    "f1": 0.0,
                    "support": 1
                  },
                  "And": {
                    "precision": 0.0,
                    "recall": 0.0,
                    "f1": 0.0,
                    "support": 0
                  }
                }
              },
              "relations_strict": {
                "micro": {
                  "precision": 0.0,
                  "recall": 0.0,
                  "f1": 0.0
                },
                "macro": {
                  "precision": 0.0,
                  "recall": 0.0,
                  "f1": 0.0
                },
                "per_type": {
                  "Of": {
                    "precision": 0.0,
                    "recall": 0.0,
                    "f1": 0.0,
                    "support": 1
                  },
                  "And": {
                    "precision": 0.0,
                    "recall": 0.0,
                    "f1": 0.0,
                    "support": 0
                  }
                }
              },
              "sentences": 1,
              "symmetric_rule": "text-order"
            }"#]]
        .assert_eq(&serde_json::to_string_pretty(&report).unwrap());
    }
}
