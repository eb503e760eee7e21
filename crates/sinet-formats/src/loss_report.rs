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
    /// Documents that only a model has labelled; left out.
    OnlyPredicted,
    /// Documents of which a person has judged some stretches only; kept.
    PartlyJudged,
    /// Entities that begin or end in white space; kept so.
    WhiteSpaceEdges,
    /// Entities that begin or end inside a word; kept so.
    CutWords,
    /// Labels of another text of the same document; left out.
    FurtherTexts,
    /// Types of a whole text; left out.
    WholeTexts,
    /// Relations of more than two entities; left out.
    ManyArguments,
    /// Stretches that structure a text, such as sections; left out.
    Blocks,
    /// Labels without a type, which are kept.
    EmptyTypes,
    /// Labels without a place in the text; left out.
    NoPlace,
    /// Mentions whose words stand in the text more than once; the first was taken.
    Ambiguous,
    /// Texts beside a span that are not the text there.
    OtherTexts,
    /// Scores that are no probability; left out.
    BadScores,
    /// Names that several labels of a document have; the first keeps it.
    RepeatedNames,
    /// Documents that nobody has labelled yet; left out.
    Unlabelled,
    /// Documents that cannot be read; left out.
    Unreadable,
    /// Records of a file, such as lines, that hold no document; left out.
    UnreadRecords,
    /// Annotations of layers that are neither entities nor relations; left out.
    OtherLayers,
    /// Pairs of entities that somebody has judged to be in no relation.
    NoRelation,
    /// Relations between things that a document mentions several times, placed between two mentions.
    BetweenThings,
    /// Relations with other than two ends; left out.
    SeveralEnds,
    /// Characters that the written format cannot hold.
    UnwritableCharacters,
    /// Fields that no reader knows.
    UnreadFields,
    /// Files of a folder or an archive that no reader knows.
    UnreadFiles,
}

impl Loss {
    /// The sentence that reports `count` of them, without its full stop.
    fn clause(self, count: usize) -> String {
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
            Self::RepairedTags => ("tag", "tags", "out of the scheme of the others: read by the rules of conlleval"),
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
            Self::OnlyPredicted => ("document", "documents", "that only a model has labelled: left out"),
            Self::PartlyJudged => ("document", "documents", "of which only some stretches were judged: kept"),
            Self::WhiteSpaceEdges => ("entity", "entities", "beginning or ending in white space: kept so"),
            Self::CutWords => ("entity", "entities", "beginning or ending inside a word: kept so"),
            Self::FurtherTexts => ("label", "labels", "of another text of the same document: left out"),
            Self::WholeTexts => ("type", "types", "of a whole text: left out"),
            Self::ManyArguments => ("relation", "relations", "between more than two entities: left out"),
            Self::Blocks => ("block", "blocks", "of text, such as sections: left out"),
            Self::EmptyTypes => ("label", "labels", "without a type: kept with an empty one"),
            Self::NoPlace => ("label", "labels", "without a place in the text: left out"),
            Self::Ambiguous => ("mention", "mentions", "found several times in the text: the first was taken"),
            Self::OtherTexts => {
                ("entity", "entities", "with another text beside it than at its place: the place was kept")
            }
            Self::BadScores => ("score", "scores", "not between 0 and 1: left out"),
            Self::RepeatedNames => ("id", "ids", "given twice in a document: the first was kept"),
            Self::Unlabelled => ("document", "documents", "that nobody has labelled yet: left out"),
            Self::Unreadable => ("document", "documents", "that cannot be read: left out"),
            Self::UnreadRecords => ("record", "records", "that no document was read from: left out"),
            Self::OtherLayers => {
                ("annotation", "annotations", "of a layer that holds no entities or relations: left out")
            }
            Self::NoRelation => {
                ("pair", "pairs", "of entities judged to be in no relation: only the entities were kept")
            }
            Self::BetweenThings => {
                ("relation", "relations", "between things, not mentions: placed between their two nearest mentions")
            }
            Self::SeveralEnds => ("relation", "relations", "with other than two ends: left out"),
            Self::UnwritableCharacters => ("character", "characters", "that XML cannot hold: written as U+FFFD"),
            Self::UnreadFields => ("field", "fields", "not read"),
            Self::UnreadFiles => ("file", "files", "not read"),
        };
        format!("{count} {} {fate}", if count == 1 { one } else { many })
    }
}

/// The things that a loss befell, by name, and how often.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Named {
    /// In the order of their first appearance.
    counts: Vec<(String, usize)>,
    /// Further ones, for which there was no room.
    others: usize,
}

/// So many names a loss are kept; files come from strangers.
const NAMES: usize = 50;
/// So many of them are said in a sentence.
const NAMES_SAID: usize = 8;

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
    named: BTreeMap<Loss, Named>,
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
        self.losses().map(|(loss, count)| match self.named.get(&loss) {
            // Each of them is a sentence.
            Some(named) if loss == Loss::Unreadable => {
                format!("{}:\n  {}", loss.clause(count), named.said(NAMES, "\n  ", "\n  and "))
            }
            Some(named) => format!("{}: {}.", loss.clause(count), named.said(NAMES_SAID, ", ", " and ")),
            None => format!("{}.", loss.clause(count)),
        })
    }

    /// The names of the things that `loss` befell, each with how often; at most fifty.
    pub fn names(&self, loss: Loss) -> impl Iterator<Item = (&str, usize)> {
        let named = self.named.get(&loss).into_iter().flat_map(|named| &named.counts);
        named.map(|(name, count)| (name.as_str(), *count))
    }

    /// The complaint that no document has an entity, a sentence; `None` where one has, and where there is no document.
    pub fn complaint(&self) -> Option<String> {
        match (self.documents, self.entities) {
            (1, 0) => Some("The document has no entity.".to_owned()),
            (documents @ 2.., 0) => Some(format!("None of the {documents} documents has an entity.")),
            _ => None,
        }
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
        for (&loss, before) in &before.named {
            let named = self.named.entry(loss).or_default();
            let now = std::mem::replace(named, before.clone());
            now.counts.iter().for_each(|(name, count)| named.add(name, *count));
            named.others += now.others;
        }
        self.notes.retain(|note| !before.notes.contains(note));
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

    /// Counts one `loss` of the thing called `name`: the path of a field, say, or of a file.
    pub fn lose(&mut self, loss: Loss, name: &str) {
        self.lose_all(loss, name, 1);
    }

    /// Counts `count` losses of the things called `name`.
    pub(crate) fn lose_all(&mut self, loss: Loss, name: &str, count: usize) {
        self.add(loss, count);
        if count > 0 {
            self.named.entry(loss).or_default().add(name, count);
        }
    }

    /// Undoes [`LossReport::lose`], which has been called with the same.
    pub(crate) fn take_back(&mut self, loss: Loss, name: &str) {
        let (Some(named), Some(count)) = (self.named.get_mut(&loss), self.counts.get_mut(&loss)) else { return };
        match named.counts.iter().position(|(known, _)| known == name) {
            Some(index) if named.counts[index].1 == 1 => drop(named.counts.remove(index)),
            Some(index) => named.counts[index].1 -= 1,
            None if named.others > 0 => named.others -= 1,
            None => return,
        }
        *count -= 1;
        if *count == 0 {
            self.counts.remove(&loss);
            self.named.remove(&loss);
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

impl Named {
    fn add(&mut self, name: &str, count: usize) {
        match self.counts.iter().position(|(known, _)| known == name) {
            Some(index) => self.counts[index].1 += count,
            None if self.counts.len() < NAMES => self.counts.push((name.to_owned(), count)),
            None => self.others += count,
        }
    }

    /// The first `most` names with `between` between them, and the number of the others after `last`.
    fn said(&self, most: usize, between: &str, last: &str) -> String {
        let names = self.counts.iter().take(most).map(|(name, count)| match count {
            1 => name.clone(),
            count => format!("{name} ({count} times)"),
        });
        let said = names.collect::<Vec<_>>().join(between);
        let unsaid = self.others + self.counts.iter().skip(most).map(|(_, count)| count).sum::<usize>();
        if unsaid == 0 { said } else { format!("{said}{last}{unsaid} more") }
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
        match self.complaint() {
            Some(complaint) => writeln!(formatter, "{complaint}")?,
            None if self.is_lossless() => return writeln!(formatter, "Nothing is lost."),
            None => {}
        }
        self.sentences().try_for_each(|sentence| writeln!(formatter, "{sentence}"))
    }
}
