//! The report of a conversion: what it kept and what it lost.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

/// A part of a document that the written file, or the document that was read, has not kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Loss {
    /// Documents that their annotator had rejected or skipped; left out.
    Rejected,
    /// Documents without a word; left out.
    Wordless,
    /// Documents of which only the words are kept, not the spaces between them.
    Spacing,
    /// Documents whose text is not in the file.
    Text,
    /// Documents whose words are not marked.
    Words,
    /// Documents whose sentences are not marked.
    Sentences,
    /// Documents whose name is not kept.
    Ids,
    /// Words that were written differently.
    RewrittenWords,
    /// Types that were written differently.
    RewrittenTypes,
    /// Words of nothing but blanks; left out.
    BlankWords,
    /// Tags that do not keep to their scheme.
    RepairedTags,
    /// Cells of a table that were written differently, because a spreadsheet would take them for formulas.
    QuotedCells,
    /// Entities in several pieces, read as one stretch.
    Discontinuous,
    /// Entities widened to whole words.
    OffWords,
    /// Entities without a word; left out.
    NoWord,
    /// Entities that reach over the end of a sentence; left out.
    AcrossSentences,
    /// Entities that overlap another; left out.
    Overlapping,
    /// Entities that are in no relation; left out.
    Unrelated,
    /// Relations; left out.
    Relations,
    /// Relations of an entity that was left out.
    RelationsOfLost,
    /// Relations between sentences; left out.
    RelationsAcrossSentences,
    /// Relations whose end shares its words with another entity.
    SharedSpans,
    /// Relations one of whose ends is no entity.
    NoEntity,
    /// Relations without a type.
    Untyped,
    /// Scores.
    Scores,
    /// Labels that no longer say whether a person or a model made them.
    #[serde(rename = "sources")]
    Provenance,
    /// Whole annotations by further annotators.
    OtherAnnotators,
    /// Predictions beside a person's annotation.
    Predictions,
    /// Regions that are not stretches of text.
    OtherRegions,
    /// Events.
    Events,
    /// Attributes.
    Attributes,
    /// Links to a knowledge base.
    Normalisations,
    /// Notes.
    Notes,
    /// Groups of entities that mean the same.
    Coreference,
    /// Fields that no reader knows.
    UnreadFields,
}

impl Loss {
    /// The sentence that reports `count` of them.
    fn sentence(self, count: usize) -> String {
        let (one, many, fate) = match self {
            Self::Rejected => ("document", "documents", "rejected or skipped by the annotator: left out"),
            Self::Wordless => ("document", "documents", "without a word: left out"),
            Self::Spacing => ("document", "documents", "reduced to words joined by single spaces"),
            Self::Text => ("document", "documents", "written without the text itself"),
            Self::Words => ("document", "documents", "written without word boundaries"),
            Self::Sentences => ("document", "documents", "written without sentence boundaries"),
            Self::Ids => ("document", "documents", "renamed"),
            Self::RewrittenWords => ("word", "words", "written with _ for white space"),
            Self::RewrittenTypes => ("label", "labels", "written with _ for white space in the type"),
            Self::BlankWords => ("word", "words", "of nothing but blanks: left out"),
            Self::RepairedTags => ("tag", "tags", "out of their scheme: read as conlleval reads them"),
            Self::QuotedCells => ("cell", "cells", "written with ' before what a spreadsheet would take for a formula"),
            Self::Discontinuous => ("entity", "entities", "in pieces: read as one stretch from first to last"),
            Self::OffWords => ("entity", "entities", "not on word boundaries: widened to whole words"),
            Self::NoWord => ("entity", "entities", "without a word: left out"),
            Self::AcrossSentences => ("entity", "entities", "across the end of a sentence: left out"),
            Self::Overlapping => ("entity", "entities", "overlapping a longer or earlier one: left out"),
            Self::Unrelated => ("entity", "entities", "in no relation: left out"),
            Self::Relations => ("relation", "relations", "left out"),
            Self::RelationsOfLost => ("relation", "relations", "of an entity that was left out: left out too"),
            Self::RelationsAcrossSentences => ("relation", "relations", "between two sentences: left out"),
            Self::SharedSpans => ("relation", "relations", "moved to another entity with the same words"),
            Self::NoEntity => ("relation", "relations", "with an end that is no entity: left out"),
            Self::Untyped => ("relation", "relations", "without a type: left out"),
            Self::Scores => ("score", "scores", "left out"),
            Self::Provenance => ("label", "labels", "no longer marked as a model's work"),
            Self::OtherAnnotators => ("further annotation", "further annotations", "of the same text: left out"),
            Self::Predictions => ("prediction", "predictions", "beside a person's labels: left out"),
            Self::OtherRegions => ("region", "regions", "other than stretches of text with a type: left out"),
            Self::Events => ("event", "events", "left out"),
            Self::Attributes => ("attribute", "attributes", "left out"),
            Self::Normalisations => ("link", "links", "to a knowledge base: left out"),
            Self::Notes => ("note", "notes", "left out"),
            Self::Coreference => ("group", "groups", "of mentions of the same thing: left out"),
            Self::UnreadFields => ("field", "fields", "not read"),
        };
        format!("{count} {} {fate}.", if count == 1 { one } else { many })
    }
}

/// The report of a conversion: counts of all that was kept, and of all that was lost.
///
/// Displays as plain sentences, one a line.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LossReport {
    /// Documents in the result.
    pub documents: usize,
    /// Entities in the result.
    pub entities: usize,
    /// Relations in the result.
    pub relations: usize,
    counts: BTreeMap<Loss, usize>,
    notes: Vec<String>,
}

/// Numbers of labels that a writer left out.
pub(crate) struct LeftOut {
    pub entities: usize,
    pub relations: usize,
}

impl LossReport {
    /// How often `loss` occurred.
    pub fn count(&self, loss: Loss) -> usize {
        self.counts.get(&loss).copied().unwrap_or(0)
    }

    /// Every loss that occurred, with its count.
    pub fn losses(&self) -> impl Iterator<Item = (Loss, usize)> {
        self.counts.iter().map(|(&loss, &count)| (loss, count))
    }

    /// One sentence for each loss.
    pub fn sentences(&self) -> impl Iterator<Item = String> {
        self.losses().map(|(loss, count)| loss.sentence(count))
    }

    /// Findings about the file, such as its unit; each a sentence.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// Whether everything was kept.
    pub fn is_lossless(&self) -> bool {
        self.counts.is_empty()
    }

    /// Puts what was lost before, while reading, in front of what is lost now, while writing.
    pub fn after(mut self, before: &LossReport) -> Self {
        for (&loss, &count) in &before.counts {
            self.add(loss, count);
        }
        self.notes.splice(0..0, before.notes.iter().cloned());
        self
    }

    /// How many labels were left out so far.
    pub(crate) fn left_out(&self) -> LeftOut {
        let sum = |losses: &[Loss]| losses.iter().map(|&loss| self.count(loss)).sum();
        LeftOut {
            entities: sum(&[Loss::NoWord, Loss::AcrossSentences, Loss::Overlapping, Loss::Unrelated]),
            relations: sum(&[Loss::Relations, Loss::RelationsOfLost, Loss::RelationsAcrossSentences]),
        }
    }

    pub(crate) fn add(&mut self, loss: Loss, count: usize) {
        if count > 0 {
            *self.counts.entry(loss).or_default() += count;
        }
    }

    /// Counts fields called `name` that were not read.
    pub(crate) fn unread(&mut self, name: &str, count: usize) {
        self.add(Loss::UnreadFields, count);
        if count > 0 {
            self.note(format!("{count} not read: {name}."));
        }
    }

    /// Says `note` once.
    pub fn note(&mut self, note: impl Into<String>) {
        let note = note.into();
        if !self.notes.contains(&note) {
            self.notes.push(note);
        }
    }
}

impl fmt::Display for LossReport {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        let counted = |count: usize, one: &str, many: &str| format!("{count} {}", if count == 1 { one } else { many });
        writeln!(
            formatter,
            "{}, {}, {}.",
            counted(self.documents, "document", "documents"),
            counted(self.entities, "entity", "entities"),
            counted(self.relations, "relation", "relations"),
        )?;
        for note in &self.notes {
            writeln!(formatter, "{note}")?;
        }
        if self.is_lossless() {
            return writeln!(formatter, "Nothing is lost.");
        }
        self.sentences().try_for_each(|sentence| writeln!(formatter, "{sentence}"))
    }
}
