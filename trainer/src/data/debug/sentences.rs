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
            _ = writeln!(text, "{count} sentences of {one} stand in {other} too: scores there will be too high.");
        }
        for (one, other, count) in &self.leaks_with_other_labels {
            _ = writeln!(text, "{count} sentences of {one} have other labels in {other}.");
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

impl Split {
    fn describe(&self, max_span_words: usize, text: &mut String) {
        let Self { name, documents, sentences, words, longest_sentence, .. } = self;
        _ = writeln!(
            text,
            "{name}: {documents} documents, {sentences} sentences, {words} words, at most {longest_sentence} a sentence"
        );
        for (what, kinds) in [("entities", &self.entities), ("relations", &self.relations)] {
            let counts: Vec<String> = kinds.iter().map(|(kind, count)| format!("{} {count}", shown(kind))).collect();
            _ = writeln!(text, "  {} {what}: {}", kinds.values().sum::<usize>(), counts.join(", "));
        }
        if self.documents > 0 && self.entities.is_empty() {
            _ = writeln!(text, "  no document has an entity: is this the right file, in the right format?");
        }
        self.notes.iter().for_each(|note| _ = writeln!(text, "  {note}"));
        if self.too_wide > 0 {
            _ = writeln!(
                text,
                "  {} entities have more than {max_span_words} words, so recall cannot pass {:.2} %; {} relations go with them",
                self.too_wide,
                100.0 * self.recall_ceiling,
                self.relations_of_too_wide
            );
        }
        for (count, what) in [
            (self.white_space_edges, "entities begin or end in white space"),
            (self.widened, "entities begin or end inside a word: they are widened to whole words"),
            (self.overlapping, "entities overlap another"),
            (self.duplicate_entities, "entities are there twice"),
            (self.two_types, "entities have the words of another with another type"),
            (self.multi_label_pairs, "pairs have several types of relations"),
            (self.duplicate_relations, "relations are there twice"),
            (self.self_relations, "relations are of an entity with itself: no model finds them"),
            (self.split_here, "documents came without sentences and were split as `predict` does"),
            (self.entities_across_sentences, "entities reach over the end of a sentence: no model finds them"),
            (self.across_sentences, "relations link two sentences: no model finds them"),
            (self.repeated_sentences, "sentences are there more than once"),
            (self.labelled_differently, "sentences are there with other labels than before"),
        ] {
            if count > 0 {
                _ = writeln!(text, "  {count} {what}");
            }
        }
        self.labelled_differently_in.iter().for_each(|sentence| _ = writeln!(text, "    {sentence}"));
        if let Some(Pieces { limit, longest, too_long, words, entities, relations }) = &self.pieces {
            _ = writeln!(text, "  the longest sentence has {longest} word pieces, the encoder reads {limit}");
            if *too_long > 0 {
                _ = writeln!(
                    text,
                    "  {too_long} sentences are longer, with {words} words, {entities} entities and {relations} relations: `train` \
                     refuses them, and a model reads them in parts; split them"
                );
            }
        }
        if self.error_count > 0 {
            _ = writeln!(text, "  {} errors:", self.error_count);
            self.errors.iter().for_each(|error| _ = writeln!(text, "    {error}"));
            if self.error_count > self.errors.len() {
                _ = writeln!(text, "    and {} more", self.error_count - self.errors.len());
            }
        }
    }
}
