//! The findings in sentences.

use std::fmt::Write;

use super::{Findings, Pieces, Split};

impl Findings {
    /// For people to read.
    pub fn table(&self, max_span_words: usize) -> String {
        let mut text = String::new();
        for split in &self.splits {
            split.describe(max_span_words, &mut text);
        }
        for (one, other, count) in &self.leaks {
            _ = writeln!(text, "Sentences of {one} that stand in {other} too, where scores will be too high: {count}.");
        }
        for (one, other, count) in &self.leaks_with_other_labels {
            _ = writeln!(text, "Sentences of {one} with other labels in {other}: {count}.");
        }
        for (kind, names) in &self.types_in_some {
            _ = writeln!(text, "The type {kind:?} is only in {}.", names.join(", "));
        }
        text
    }
}

/// A type as it is, or in quotes where it could not be seen otherwise.
fn shown(kind: &str) -> String {
    if kind.trim() == kind && !kind.is_empty() { kind.to_owned() } else { format!("{kind:?}") }
}

/// So many things of a kind.
fn counted((count, kind): (usize, &str)) -> String {
    if count == 1 { format!("1 {kind}") } else { format!("{count} {kind}s") }
}

impl Split {
    fn describe(&self, max_span_words: usize, text: &mut String) {
        let Self { name, longest_sentence, .. } = self;
        let [documents, sentences, words] =
            [(self.documents, "document"), (self.sentences, "sentence"), (self.words, "word")].map(counted);
        _ = writeln!(text, "{name}: {documents}, {sentences}, {words}, at most {longest_sentence} a sentence");
        for (what, kinds) in [("entities", &self.entities), ("relations", &self.relations)] {
            let counts: Vec<String> = kinds.iter().map(|(kind, count)| format!("{} {count}", shown(kind))).collect();
            let sum = kinds.values().sum::<usize>();
            _ = writeln!(text, "  {what}: {sum}{}{}", if sum > 0 { ", of them " } else { "" }, counts.join(", "));
        }
        if self.documents > 0 && self.entities.is_empty() {
            _ = writeln!(text, "  no document has an entity: is this the right file, in the right format?");
        }
        self.notes.iter().for_each(|note| _ = writeln!(text, "  {note}"));
        if self.too_wide > 0 {
            _ = writeln!(
                text,
                "  entities of more than {max_span_words} words: {}, so recall cannot pass {:.2} %; relations that go with them: {}",
                self.too_wide,
                100.0 * self.recall_ceiling,
                self.relations_of_too_wide
            );
        }
        for (count, what) in [
            (self.white_space_edges, "entities that begin or end in white space"),
            (self.widened, "entities that begin or end inside a word, widened to whole words"),
            (self.overlapping, "entities that overlap another"),
            (self.duplicate_entities, "entities that are there twice"),
            (self.two_types, "entities with the words of another, and another type"),
            (self.multi_label_pairs, "pairs with several types of relations"),
            (self.duplicate_relations, "relations that are there twice"),
            (self.self_relations, "relations of an entity with itself, which no model finds"),
            (self.split_here, "documents without sentences, split as `predict` does"),
            (self.entities_across_sentences, "entities over the end of a sentence, which no model finds"),
            (self.across_sentences, "relations between two sentences, which no model finds"),
            (self.repeated_sentences, "sentences that are there more than once"),
            (self.labelled_differently, "sentences with other labels than before"),
        ] {
            if count > 0 {
                _ = writeln!(text, "  {what}: {count}");
            }
        }
        self.labelled_differently_in.iter().for_each(|sentence| _ = writeln!(text, "    {sentence}"));
        if let Some(Pieces { limit, longest, too_long, words, entities, relations }) = &self.pieces {
            _ = writeln!(text, "  the longest sentence has {longest} word pieces, the encoder reads {limit}");
            if *too_long > 0 {
                _ = writeln!(
                    text,
                    "  longer sentences: {too_long}, with words: {words}, entities: {entities}, relations: {relations}; `train` \
                     refuses them, and a model reads them in parts; split them"
                );
            }
        }
        if self.error_count > 0 {
            _ = writeln!(text, "  errors: {}", self.error_count);
            self.errors.iter().for_each(|error| _ = writeln!(text, "    {error}"));
            if self.error_count > self.errors.len() {
                _ = writeln!(text, "    and {} more", self.error_count - self.errors.len());
            }
        }
    }
}
