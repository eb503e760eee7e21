//! A model on running text: people paste that, while labelled sentences are words already.
//!
//! The words of each labelled sentence are joined as a person would write them, a document's sentences with a space between,
//! and the text is cut again as a model cuts every text. Labels keep their characters, so a label that no words of the text can
//! carry counts as missed.

use std::collections::BTreeMap;
use std::fmt::Write;

use burn::tensor::read_sync;
use rayon::prelude::*;
use serde::Serialize;
use sinet_formats::{Dataset, Example};
use sinet_infer::{AnnotateError, Model, Prediction};
use sinet_text::{
    ByteSpan, Document, LabelledPair, LabelledSpan, Labels, Report, RunningText, Scorer, SymmetricRule, WordRange,
};

use crate::Error;

/// The scores of a model on running text, and the causes of what it loses there.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RunningTextReport {
    /// The scores; a document counts as a sentence.
    pub report: Report,
    /// Labelled entities that the model finds among the given words and not in the running text, by what is in the way, the first
    /// of these that fits.
    pub lost: Lost,
    /// Labelled entities that it finds in the running text only.
    pub gained: usize,
    /// Sentences whose words are cut as they were given.
    pub same_words: usize,
    /// Sentences that are read as several.
    pub cut_sentences: usize,
    /// Stretches that are cut into other words, the most frequent first.
    pub recut: Vec<Recut>,
}

/// Labelled entities that are lost in running text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Lost {
    /// They begin or end inside a word.
    pub inside_a_word: usize,
    /// A sentence ends inside them.
    pub across_sentences: usize,
    /// They have more words than the model looks at.
    pub too_wide: usize,
    /// Their sentence is read as several.
    pub in_cut_sentences: usize,
    /// Other words of their sentence are others than given.
    pub among_other_words: usize,
    /// Only the neighbours of their sentence are others than given.
    pub otherwise: usize,
}

/// Words that were given, and those that the text is cut into.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Recut {
    /// The given words, with a space between.
    pub given: String,
    /// The words of the text.
    pub read: String,
    /// How often.
    pub count: usize,
}

/// Rows of [`RunningTextReport::recut`] in the table.
const SHOWN: usize = 10;

/// Scores a model on the running text of some labelled sentences. `tokenised` is what it says of these sentences as they are
/// given.
///
/// # Errors
///
/// [`Error::Annotate`] if the model cannot read a text.
pub fn on_running_text(
    model: &Model,
    dataset: &Dataset,
    tokenised: &[Prediction],
    rule: SymmetricRule,
) -> Result<RunningTextReport, Error> {
    let documents: Vec<_> = dataset.documents().collect();
    let read = documents.par_iter().map(|document| read(model, document));
    let read = read.collect::<Result<Vec<_>, AnnotateError>>()?;

    let mut scorer = Scorer::new(model.schema(), rule);
    let mut found = RunningTextReport {
        report: scorer.report(),
        lost: Lost::default(),
        gained: 0,
        same_words: 0,
        cut_sentences: 0,
        recut: Vec::new(),
    };
    let (mut recut, mut first) = (BTreeMap::<(String, String), usize>::new(), 0);
    for (document, reading) in documents.into_iter().zip(&read) {
        let gold = reading.gold(document);
        scorer.add(gold.labels(), reading.found.labels());
        let predictions = &tokenised[first..first + document.len()];
        first += document.len();
        reading.compare(document, predictions, model.config().max_span_words, &mut found, &mut recut);
    }
    found.report = scorer.report();
    found.recut = recut.into_iter().map(|((given, read), count)| Recut { given, read, count }).collect();
    found.recut.sort_by_key(|recut| std::cmp::Reverse(recut.count));
    Ok(found)
}

/// A document as running text, and what a model says of it.
struct Reading {
    document: Document,
    /// The places of the given words, a list for each sentence.
    given: Vec<Vec<ByteSpan>>,
    found: Places,
}

/// Entities and relations at bytes of a text, where labels otherwise have words.
struct Places {
    entities: Vec<LabelledSpan>,
    relations: Vec<LabelledPair>,
}

impl Places {
    fn labels(&self) -> Labels<'_> {
        Labels { entities: &self.entities, relations: &self.relations }
    }
}

fn read(model: &Model, document: &[Example]) -> Result<Reading, AnnotateError> {
    let mut joined = RunningText::default();
    let mut sentence = |example: &Example| {
        let first = joined.words.len();
        joined.push_sentence(&example.tokens);
        joined.words[first..].to_vec()
    };
    let given = document.iter().map(&mut sentence).collect();
    let encoded = read_sync(model.encode(Document::parse(joined.text)))?;
    let Prediction { entities, relations, .. } = model.predict(&encoded)?;
    let document = encoded.document().clone();
    let entities = entities.iter().map(|entity| at(entity.kind, &document.words, entity.words)).collect();
    Ok(Reading { document, given, found: Places { entities, relations } })
}

/// An entity at the bytes of its words.
fn at(kind: usize, words: &[ByteSpan], range: WordRange) -> LabelledSpan {
    LabelledSpan { kind, words: WordRange { start: words[range.start].start, end: words[range.end - 1].end } }
}

impl Reading {
    /// The labels of the document's sentences.
    fn gold(&self, document: &[Example]) -> Places {
        let mut gold = Places { entities: Vec::new(), relations: Vec::new() };
        for (example, words) in document.iter().zip(&self.given) {
            let first = gold.entities.len();
            gold.entities.extend(example.entities.iter().map(|entity| at(entity.kind, words, entity.words)));
            let moved =
                |pair: &LabelledPair| LabelledPair { head: first + pair.head, tail: first + pair.tail, ..*pair };
            gold.relations.extend(example.relations.iter().map(moved));
        }
        gold
    }

    /// Adds the differences of what was found here from what was found among the given words.
    fn compare(
        &self,
        document: &[Example],
        tokenised: &[Prediction],
        max_span_words: usize,
        found: &mut RunningTextReport,
        recut: &mut BTreeMap<(String, String), usize>,
    ) {
        for ((example, given), tokenised) in document.iter().zip(&self.given).zip(tokenised) {
            let (Some(first), Some(last)) = (given.first(), given.last()) else { continue };
            let is_cut = self.holding(ByteSpan { start: first.start, end: last.end }).is_none();
            let others = self.recut(example, given);
            found.cut_sentences += usize::from(is_cut);
            found.same_words += usize::from(!is_cut && others.is_empty());
            for entity in &example.entities {
                let here = at(entity.kind, given, entity.words);
                let (was, is) = (tokenised.entities.contains(entity), self.found.entities.contains(&here));
                found.gained += usize::from(is && !was);
                if is || !was {
                    continue;
                }
                let bytes = ByteSpan { start: here.words.start, end: here.words.end };
                let lost = &mut found.lost;
                *match self.words(bytes) {
                    None => &mut lost.inside_a_word,
                    Some(_) if self.holding(bytes).is_none() => &mut lost.across_sentences,
                    Some(words) if words > max_span_words => &mut lost.too_wide,
                    Some(_) if is_cut => &mut lost.in_cut_sentences,
                    Some(_) if !others.is_empty() => &mut lost.among_other_words,
                    Some(_) => &mut lost.otherwise,
                } += 1;
            }
            others.into_iter().for_each(|pair| *recut.entry(pair).or_default() += 1);
        }
    }

    /// The sentence that holds a stretch of the text, if one does.
    fn holding(&self, bytes: ByteSpan) -> Option<&WordRange> {
        let holds = |sentence: &&WordRange| {
            let span = self.document.byte_span(**sentence);
            span.is_some_and(|span| span.start <= bytes.start && bytes.end <= span.end)
        };
        self.document.sentences.iter().find(holds)
    }

    /// The number of words that fill a stretch of the text, if it ends where words do.
    fn words(&self, bytes: ByteSpan) -> Option<usize> {
        let words = &self.document.words;
        let first = words.binary_search_by_key(&bytes.start, |word| word.start).ok()?;
        let last = words.binary_search_by_key(&bytes.end, |word| word.end).ok()?;
        Some(last + 1 - first)
    }

    /// The stretches of a sentence between common ends of words, where the words are others than given, as given and as read.
    fn recut(&self, example: &Example, given: &[ByteSpan]) -> Vec<(String, String)> {
        let words = &self.document.words;
        let mut differences = Vec::new();
        let (mut token, mut word) = (0, words.partition_point(|word| word.start < given[0].start));
        while token < given.len() && word < words.len() {
            let (first_token, first_word) = (token, word);
            (token, word) = (token + 1, word + 1);
            while given[token - 1].end != words[word - 1].end {
                let behind = given[token - 1].end < words[word - 1].end;
                match if behind { token < given.len() } else { word < words.len() } {
                    true if behind => token += 1,
                    true => word += 1,
                    false => break,
                }
            }
            let as_given = example.tokens[first_token..token].join(" ");
            let as_read: Vec<_> = (first_word..word).filter_map(|word| self.document.word_text(word)).collect();
            let as_read = as_read.join(" ");
            if as_given != as_read {
                differences.push((as_given, as_read));
            }
        }
        differences
    }
}

impl RunningTextReport {
    /// For people; `tokenised` are the scores among the given words.
    pub fn table(&self, tokenised: &Report) -> String {
        let f1 = |report: &Report| [&report.ner, &report.relations, &report.relations_strict].map(|task| task.micro.f1);
        let (before, after) = (f1(tokenised), f1(&self.report));
        let mut table = String::from("micro F1             words as given  running text  difference\n");
        // Writing to a String cannot fail.
        for (task, name) in ["entities", "relations", "relations, strict"].into_iter().enumerate() {
            let (before, after) = (before[task], after[task]);
            let _ = writeln!(table, "  {name:<18}{before:>15.2}{after:>14.2}{:>+12.2}", after - before);
        }
        let Self { lost, gained, same_words, cut_sentences, recut, .. } = self;
        let _ = writeln!(
            table,
            "{same_words} of {} sentences have the words that were given, {cut_sentences} are read as several.\n\
             Entities that are found only among the given words:",
            tokenised.sentences
        );
        for (cause, count) in [
            ("they begin or end inside a word", lost.inside_a_word),
            ("a sentence ends inside them", lost.across_sentences),
            ("they have too many words", lost.too_wide),
            ("their sentence is read as several", lost.in_cut_sentences),
            ("other words of their sentence differ", lost.among_other_words),
            ("only the sentences around differ", lost.otherwise),
        ] {
            let _ = writeln!(table, "  {cause:<38}{count:>6}");
        }
        let _ = writeln!(table, "Entities that are found only in running text: {gained}\nCut into other words:");
        for Recut { given, read, count } in recut.iter().take(SHOWN) {
            let _ = writeln!(table, "  {given:<24} {read:<24}{count:>6}");
        }
        table
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn example(tokens: &str, entities: &[(usize, usize)]) -> Example {
        let entity = |&(start, end): &(usize, usize)| LabelledSpan { kind: 0, words: WordRange { start, end } };
        Example {
            tokens: tokens.split(' ').map(str::to_owned).collect(),
            entities: entities.iter().map(entity).collect(),
            relations: Vec::new(),
            document_id: String::new(),
            document: 0,
            sentence: 0,
        }
    }

    /// What is said of a sentence all of whose labels were found among the given words, and none in the running text.
    fn compared(example: &Example, max_span_words: usize) -> (RunningTextReport, Vec<(String, String)>) {
        let mut joined = RunningText::default();
        joined.push_sentence(&example.tokens);
        let found = Places { entities: Vec::new(), relations: Vec::new() };
        let reading = Reading { document: Document::parse(joined.text), given: vec![joined.words], found };
        let schema = serde_json::from_str(r#"{"entities": {"A": {}}, "relations": {"R": {}}}"#).unwrap();
        let mut all = RunningTextReport {
            report: Scorer::new(&schema, SymmetricRule::default()).report(),
            lost: Lost::default(),
            gained: 0,
            same_words: 0,
            cut_sentences: 0,
            recut: Vec::new(),
        };
        let tokenised = [Prediction { entities: example.entities.clone(), ..Prediction::default() }];
        let mut recut = BTreeMap::new();
        reading.compare(std::slice::from_ref(example), &tokenised, max_span_words, &mut all, &mut recut);
        assert_eq!(reading.gold(std::slice::from_ref(example)).entities.len(), example.entities.len());
        (all, recut.into_keys().collect())
    }

    #[test]
    fn what_is_lost_has_a_cause() {
        let check = |tokens: &str, entity: (usize, usize), expected: Lost, recut: &[(&str, &str)]| {
            let (found, others) = compared(&example(tokens, &[entity]), 3);
            assert_eq!((found.lost, found.gained), (expected, 0), "{tokens}");
            let others: Vec<_> = others.iter().map(|(given, read)| (given.as_str(), read.as_str())).collect();
            assert_eq!(others, recut, "{tokens}");
            assert_eq!(found.same_words == 1, recut.is_empty() && found.cut_sentences == 0, "{tokens}");
        };
        let none = Lost::default();
        check("the parser works .", (1, 2), Lost { otherwise: 1, ..none }, &[]);
        // One word to the reader of running text.
        check("we don 't parse .", (2, 3), Lost { inside_a_word: 1, ..none }, &[("don 't", "do n't")]);
        check("we don 't parse .", (3, 4), Lost { among_other_words: 1, ..none }, &[("don 't", "do n't")]);
        check("a It! Works of art .", (1, 3), Lost { across_sentences: 1, ..none }, &[("It!", "It !")]);
        check("a It! Works of art .", (4, 5), Lost { in_cut_sentences: 1, ..none }, &[("It!", "It !")]);
        check("a (b) c", (1, 3), Lost { too_wide: 1, ..none }, &[("(b)", "( b )")]);
        check("nets ( `` CNN '' )", (3, 4), Lost { among_other_words: 1, ..none }, &[("''", "\""), ("``", "\"")]);
    }
}
