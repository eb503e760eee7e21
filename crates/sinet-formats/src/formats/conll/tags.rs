//! Tags beside words, and the entities that they mean by the rules of `conlleval`.

use sinet_text::WordRange;

use crate::loss_report::{Loss, LossReport};

/// The type of entities whose tags name none.
pub(crate) const UNTYPED: &str = "Entity";

/// How a column writes its tags.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Style {
    /// `B-PER`, or `B` where there is one type.
    Prefixed,
    /// `PER-B`.
    Suffixed,
    /// `PER`: neighbours of one type are one entity.
    Plain,
}

/// The place of a word in an entity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Position {
    Outside,
    Begin,
    Inside,
    End,
    Single,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Tag<'t> {
    pub position: Position,
    pub kind: &'t str,
}

impl Style {
    /// The tag that `text` is, if it is one. The letters are those of IOB, BIOES, BILOU and BMEWO.
    pub(crate) fn parse(self, text: &str) -> Option<Tag<'_>> {
        if is_outside(text) {
            return Some(Tag { position: Position::Outside, kind: "" });
        }
        let (letter, kind) = match self {
            Self::Plain => return Some(Tag { position: Position::Inside, kind: text }),
            Self::Prefixed if text.len() == 1 => (text, ""),
            Self::Prefixed => text.split_once(SEPARATORS)?,
            Self::Suffixed => text.rsplit_once(SEPARATORS).map(|(kind, letter)| (letter, kind))?,
        };
        let position = match letter {
            "B" | "b" => Position::Begin,
            "I" | "i" | "M" | "m" => Position::Inside,
            "E" | "e" | "L" | "l" => Position::End,
            "S" | "s" | "U" | "u" | "W" | "w" => Position::Single,
            _ => return None,
        };
        Some(Tag { position, kind: if kind.is_empty() { UNTYPED } else { kind } })
    }
}

/// Between the letter and the type.
const SEPARATORS: [char; 3] = ['-', '_', ':'];

/// Whether `text` stands for a word in no entity.
pub(crate) fn is_outside(text: &str) -> bool {
    matches!(text, "O" | "o" | "0" | "_" | "-")
}

/// Entities as they grow from tags.
#[derive(Default)]
pub(crate) struct Tagger {
    open: Option<Open>,
    /// Types and words of the entities that have ended.
    pub spans: Vec<(String, WordRange)>,
}

/// An entity that may go on, and the last of its tags.
struct Open {
    kind: String,
    words: WordRange,
    position: Position,
}

impl Tagger {
    /// Takes in the tag of `word`. An entity begins where `conlleval` sees one begin: at every `B` and `S`, and at an `I` or
    /// `E` that nothing of its type goes before.
    pub(crate) fn take(&mut self, tag: Tag, word: usize, scheme: &mut Scheme) {
        let Tag { position, kind } = tag;
        if position == Position::Outside {
            return self.close(scheme);
        }
        let beside_its_like = self.open.as_ref().is_some_and(|open| open.kind == kind);
        let ended = |open: &Open| matches!(open.position, Position::End | Position::Single);
        let continues = matches!(position, Position::Inside | Position::End)
            && beside_its_like
            && self.open.as_ref().is_some_and(|open| !ended(open));
        scheme.see(position, continues, beside_its_like);
        match &mut self.open {
            Some(open) if continues => {
                open.position = position;
                open.words.end = word + 1;
            }
            _ => {
                self.close(scheme);
                self.open =
                    Some(Open { kind: kind.to_owned(), words: WordRange { start: word, end: word + 1 }, position });
            }
        }
    }

    /// Ends the entity that may go on.
    pub(crate) fn close(&mut self, scheme: &mut Scheme) {
        if let Some(Open { kind, words, position }) = self.open.take() {
            scheme.unended += usize::from(matches!(position, Position::Begin | Position::Inside));
            self.spans.push((kind, words));
        }
    }
}

/// The evidence so far of how the tags mark beginnings and ends.
#[derive(Default)]
pub(crate) struct Scheme {
    /// `I` and `E` that begin an entity.
    inside_begins: usize,
    /// `B` that begins an entity where IOB1 would write `I`.
    begin_begins: usize,
    /// `B` between neighbours of one type.
    begin_between: usize,
    /// `E`.
    ends: usize,
    /// `S`.
    singles: usize,
    /// Entities without an `E` or `S` at their end.
    unended: usize,
}

impl Scheme {
    fn see(&mut self, position: Position, continues: bool, beside_its_like: bool) {
        self.inside_begins += usize::from(!continues && matches!(position, Position::Inside | Position::End));
        match position {
            Position::Begin if beside_its_like => self.begin_between += 1,
            Position::Begin => self.begin_begins += 1,
            Position::End => self.ends += 1,
            Position::Single => self.singles += 1,
            _ => {}
        }
    }

    /// Names the scheme, and counts the tags that do not keep to it.
    pub(crate) fn report(&self, style: Style, report: &mut LossReport) {
        let begun = self.begin_begins + self.begin_between;
        let (name, repaired) = if style == Style::Plain {
            ("The tags are types without B- or I-: neighbours of one type are one entity.", 0)
        } else if self.ends + self.singles > 0 {
            // Some files mark single words, but no ends.
            let unended = if self.ends > self.unended { self.unended } else { 0 };
            ("The tags are BIOES: single words and ends are marked.", self.inside_begins + unended)
        } else if self.inside_begins > self.begin_begins {
            if begun == 0 {
                ("The tags are IO: no B- stands among them, so neighbours of one type are one entity.", 0)
            } else {
                ("The tags are IOB1: B- stands only between neighbours of one type.", self.begin_begins)
            }
        } else if self.begin_begins > 0 {
            ("The tags are IOB2: every entity begins with B-.", self.inside_begins)
        } else {
            return;
        };
        report.note(name);
        report.add(Loss::RepairedTags, repaired);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The entities of one sentence as `conlleval` finds them, transcribed from its two tables of beginnings and ends.
    fn conlleval(tags: &[(char, &'static str)]) -> Vec<(&'static str, usize, usize)> {
        let (mut spans, mut start) = (Vec::new(), None);
        let (mut last, mut last_kind) = ('O', "");
        for (at, &(tag, kind)) in tags.iter().chain(&[('O', "")]).enumerate() {
            let ends = matches!(
                (last, tag),
                ('B', 'B') | ('B', 'S') | ('B', 'O') | ('I', 'B') | ('I', 'S') | ('I', 'O') | ('E', _) | ('S', _)
            ) || (last != 'O' && last_kind != kind);
            let begins = matches!((last, tag), (_, 'B') | (_, 'S') | ('E' | 'S' | 'O', 'E') | ('E' | 'S' | 'O', 'I'))
                || (tag != 'O' && last_kind != kind);
            if ends && let Some(start) = start.take() {
                spans.push((last_kind, start, at));
            }
            if begins {
                start = Some(at);
            }
            (last, last_kind) = (tag, kind);
        }
        spans
    }

    proptest! {
        #[test]
        fn any_tags_are_read_as_conlleval_reads_them(
            tags in prop::collection::vec((prop::sample::select(vec!['O', 'B', 'I', 'E', 'S']), prop::sample::select(vec!["K", "L"])), 0..14)
        ) {
            let tags: Vec<(char, &'static str)> =
                tags.into_iter().map(|(letter, kind)| (letter, if letter == 'O' { "" } else { kind })).collect();
            for style in [Style::Prefixed, Style::Suffixed] {
                let (mut tagger, mut scheme) = (Tagger::default(), Scheme::default());
                for (word, (letter, kind)) in tags.iter().enumerate() {
                    let text = match (*letter, style) {
                        ('O', _) => "O".to_owned(),
                        (letter, Style::Prefixed) => format!("{letter}-{kind}"),
                        (letter, _) => format!("{kind}-{letter}"),
                    };
                    tagger.take(style.parse(&text).unwrap(), word, &mut scheme);
                }
                tagger.close(&mut scheme);
                let found: Vec<_> =
                    tagger.spans.iter().map(|(kind, words)| (kind.as_str(), words.start, words.end)).collect();
                prop_assert_eq!(found, conlleval(&tags));
            }
        }
    }

    #[test]
    fn tags_are_told_from_other_text() {
        for (style, text, expected) in [
            (Style::Prefixed, "B-PER", Some((Position::Begin, "PER"))),
            (Style::Prefixed, "I_Work-of-art", Some((Position::Inside, "Work-of-art"))),
            (Style::Prefixed, "M-PER", Some((Position::Inside, "PER"))),
            (Style::Prefixed, "L-PER", Some((Position::End, "PER"))),
            (Style::Prefixed, "W-PER", Some((Position::Single, "PER"))),
            (Style::Prefixed, "B", Some((Position::Begin, UNTYPED))),
            (Style::Prefixed, "U", Some((Position::Single, UNTYPED))),
            (Style::Prefixed, "O", Some((Position::Outside, ""))),
            (Style::Prefixed, "X-PER", None),
            (Style::Prefixed, "PER", None),
            (Style::Prefixed, "é", None),
            (Style::Suffixed, "PER-I", Some((Position::Inside, "PER"))),
            (Style::Suffixed, "B-PER", None),
            (Style::Plain, "PER", Some((Position::Inside, "PER"))),
        ] {
            let found = style.parse(text).map(|tag| (tag.position, tag.kind));
            assert_eq!(found, expected, "{text}");
        }
    }
}
