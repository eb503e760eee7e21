//! How well the words and sentences of raw text agree with those of the data sets.
//!
//! Their tokens are joined to running text as a typist would write it, and split again.

use std::collections::HashMap;
use std::collections::HashSet;

use sinet_text::{Document, RunningText};

use crate::read_data;

/// Correct, found and expected, counted.
#[derive(Default)]
struct Agreement {
    correct: usize,
    found: usize,
    expected: usize,
    missed: HashMap<String, usize>,
}

impl Agreement {
    fn report(&self, title: &str) -> f64 {
        let percent = |part, whole| 100.0 * part as f64 / whole as f64;
        let f1 = percent(2 * self.correct, self.found + self.expected);
        println!(
            "{title}: F1 {f1:.2} %, recall {:.2} %, precision {:.2} % of {} in the data",
            percent(self.correct, self.expected),
            percent(self.correct, self.found),
            self.expected,
        );
        let mut missed: Vec<_> = self.missed.iter().collect();
        missed.sort_by(|a, b| b.1.cmp(a.1).then(a.0.cmp(b.0)));
        for (case, times) in missed.iter().take(25) {
            println!("  {times} x {case}");
        }
        f1
    }
}

/// Words with both boundaries the same.
fn words(file: &str) -> Option<f64> {
    let sentences: Vec<serde_json::Value> = serde_json::from_str(&read_data(file)?).unwrap();
    let mut agreement = Agreement::default();
    for sentence in &sentences {
        let tokens: Vec<String> = serde_json::from_value(sentence["tokens"].clone()).unwrap();
        let mut joined = RunningText::default();
        joined.push_sentence(&tokens);
        let document = Document::parse(joined.text);
        let found: HashSet<_> = document.words.iter().copied().collect();
        // Of a quote that was given as two words, one has an empty place.
        joined.words.retain(|word| word.start < word.end);
        agreement.found += found.len();
        agreement.expected += joined.words.len();
        for token in joined.words {
            if found.contains(&token) {
                agreement.correct += 1;
                continue;
            }
            let touching = document.words.iter().filter(|word| word.start < token.end && token.start < word.end);
            let touching: Vec<_> = touching.filter_map(|word| word.of(&document.text)).collect();
            let case = format!("{:?} came back as {touching:?}", token.of(&document.text).unwrap());
            *agreement.missed.entry(case).or_default() += 1;
        }
    }
    Some(agreement.report(&format!("words of {file}")))
}

/// Ends of sentences within whole abstracts, the last included.
fn sentence_ends(file: &str) -> Option<f64> {
    let mut agreement = Agreement::default();
    for line in read_data(file)?.lines() {
        let document: serde_json::Value = serde_json::from_str(line).unwrap();
        let sentences: Vec<Vec<String>> = serde_json::from_value(document["sentences"].clone()).unwrap();
        let mut joined = RunningText::default();
        let mut ends = HashSet::new();
        for sentence in &sentences {
            joined.push_sentence(sentence);
            ends.insert(joined.text.len());
        }
        let document = Document::parse(joined.text);
        let found: HashSet<_> = document.sentences.iter().map(|range| document.words[range.end - 1].end).collect();
        agreement.correct += ends.intersection(&found).count();
        agreement.found += found.len();
        agreement.expected += ends.len();
        let around = |&end: &usize| {
            let before: String = document.text[..end].chars().rev().take(30).collect();
            let before: String = before.chars().rev().collect();
            let after: String = document.text[end..].chars().take(20).collect();
            format!("{before}|{after}")
        };
        for end in ends.difference(&found) {
            *agreement.missed.entry(format!("missed: {}", around(end))).or_default() += 1;
        }
        for end in found.difference(&ends) {
            *agreement.missed.entry(format!("too many: {}", around(end))).or_default() += 1;
        }
    }
    Some(agreement.report(&format!("sentence ends of {file}")))
}

#[test]
fn words_come_back() {
    for file in ["scierc/dev.json", "conll04/dev.json"] {
        if let Some(f1) = words(file) {
            assert!(f1 >= 97.0, "{file}: {f1}");
        }
    }
}

#[test]
fn sentence_ends_come_back() {
    for file in ["scierc/dygie/dev.json", "scierc/dygie/train.json"] {
        if let Some(f1) = sentence_ends(file) {
            assert!(f1 >= 97.0, "{file}: {f1}");
        }
    }
}
