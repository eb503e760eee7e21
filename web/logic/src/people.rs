//! Two people's labels of the same documents: opened from two files, measured, decided one by one, and written as a third.

mod keys;
mod measures;

use std::hash::{DefaultHasher, Hash, Hasher};

use sinet_document::agreement::{
    Adjudication, Agreement, Alone, Comparison, Decision, Disagreement, Paired, Place, pair,
};
use sinet_formats::LabelledDocument;
use sinet_text::{TypeName, Types, WordRange};

pub use keys::{Act, HELP, act};
pub use measures::{Measure, measures, of_types};

use crate::correct::keys::Step;

/// The documents of two people, and how far they are decided. One disagreement is looked at, if there is one.
#[derive(Debug, Clone)]
pub struct People {
    /// The names of the two files.
    pub names: [String; 2],
    /// The documents that only one file has.
    pub alone: Vec<Alone>,
    /// How far the two agree.
    pub agreement: Agreement,
    /// The types that are known beforehand, then those that the files have.
    pub types: Types,
    /// The name under which decisions on these files are kept. It stands for all texts and differences: where one is another,
    /// so is the name.
    pub note: String,
    adjudication: Adjudication,
    /// Every disagreement, in order.
    places: Vec<Place>,
    /// The one that is looked at, as an index into `places`.
    at: usize,
}

/// Two files without a document in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("These two files have no document with the same text: open two files of the same documents.")]
pub struct NothingInCommon;

/// A file of a person, read.
#[derive(Debug, Clone, Default)]
pub struct PersonsFile {
    /// Its name.
    pub name: String,
    /// Its documents.
    pub documents: Vec<LabelledDocument>,
}

impl People {
    /// Compares two files. `known` are types with words for readers, and which relations have no direction.
    ///
    /// # Errors
    ///
    /// [`NothingInCommon`] if no text is in both.
    pub fn compare([first, second]: [PersonsFile; 2], known: &Types) -> Result<Self, NothingInCommon> {
        let types = with_types_of(known, first.documents.iter().chain(&second.documents));
        let names = [first.name, second.name];
        let Paired { pairs, alone } = pair(first.documents, second.documents);
        if pairs.is_empty() {
            return Err(NothingInCommon);
        }
        let comparisons: Vec<Comparison> = pairs.into_iter().map(|pair| Comparison::new(pair, &types)).collect();
        let agreement = Agreement::over(&comparisons);
        let note = note(&comparisons);
        let adjudication = Adjudication::new(comparisons);
        let places = adjudication.places().collect();
        Ok(Self { names, alone, agreement, types, note, adjudication, places, at: 0 })
    }

    /// Every disagreement, document by document in the order of the text.
    pub fn places(&self) -> &[Place] {
        &self.places
    }

    /// The disagreement that is looked at, as an index into [`Self::places`]; `None` if there is none.
    pub fn at(&self) -> Option<usize> {
        (self.at < self.places.len()).then_some(self.at)
    }

    /// Looks at a disagreement, as an index into [`Self::places`].
    pub fn look_at(&mut self, index: usize) {
        if index < self.places.len() {
            self.at = index;
        }
    }

    /// The documents, compared.
    pub fn comparisons(&self) -> &[Comparison] {
        self.adjudication.comparisons()
    }

    /// The document of a place.
    pub fn comparison(&self, place: Place) -> &Comparison {
        &self.adjudication.comparisons()[place.document]
    }

    /// The disagreement at a place.
    pub fn disagreement(&self, place: Place) -> &Disagreement {
        &self.comparison(place).disagreements()[place.disagreement]
    }

    /// The decision at a place, if there is one.
    pub fn decision(&self, place: Place) -> Option<&Decision> {
        self.adjudication.decision(place)
    }

    /// Number of disagreements that are decided.
    pub fn decided(&self) -> usize {
        self.adjudication.decided()
    }

    /// Does what a person asks for about the disagreement that is looked at, and says what was done, one sentence.
    pub fn run(&mut self, act: Act) -> String {
        match act {
            Act::Go(step) => {
                let last = self.places.len().saturating_sub(1);
                self.at = match step {
                    Step::Back | Step::Up => self.at.saturating_sub(1),
                    Step::On | Step::Down => (self.at + 1).min(last),
                    Step::First => 0,
                    Step::Last => last,
                };
                String::new()
            }
            Act::Undo => match self.adjudication.undo() {
                Some(place) => {
                    self.at = self.places.binary_search(&place).unwrap_or(self.at);
                    "Undone.".to_owned()
                }
                None => "There is nothing to undo.".to_owned(),
            },
            Act::First => self.decide_and_go_on(Decision::First, "As the first has it."),
            Act::Second => self.decide_and_go_on(Decision::Second, "As the second has it."),
            Act::Both => self.decide_and_go_on(Decision::Both, "As both have it."),
            Act::Neither => self.decide_and_go_on(Decision::Neither, "Neither."),
            Act::Type(number) => self.decide_own(|people, own| {
                let kinds = match own {
                    Own::Entity { .. } => &people.types.entities,
                    Own::Relation { .. } => &people.types.relations,
                };
                let kind = kinds.get(number)?.name.clone();
                Some(match own {
                    Own::Entity { words, .. } => Own::Entity { kind, words },
                    Own::Relation { reversed, .. } => Own::Relation { kind, reversed },
                })
            }),
            Act::MoveEdge { end, step } => self.decide_own(|people, own| match own {
                Own::Entity { kind, words } => Some(Own::Entity { kind, words: people.moved(words, end, step)? }),
                Own::Relation { .. } => None,
            }),
            Act::Reverse => self.decide_own(|_, own| match own {
                Own::Relation { kind, reversed } => Some(Own::Relation { kind, reversed: !reversed }),
                Own::Entity { .. } => None,
            }),
        }
    }

    /// What is decided, to be kept; `None` if nothing is.
    pub fn decisions(&self) -> Option<String> {
        let history = self.adjudication.history();
        (!history.is_empty()).then(|| serde_json::to_string(history).expect("decisions are plain JSON"))
    }

    /// Decides as was kept of the same files, and says so. A decision that makes no sense here is passed over.
    pub fn decide_again(&mut self, decisions: &str) -> String {
        let history: Vec<(Place, Decision)> = serde_json::from_str(decisions).unwrap_or_default();
        for (place, decision) in history {
            self.adjudication.decide(place, decision).ok();
        }
        self.at = self.places.iter().position(|place| self.decision(*place).is_none()).unwrap_or_default();
        format!("Decided before: {} of {}.", self.decided(), self.places.len())
    }

    /// Decides as another tab has it now, and says so. The place that is looked at stays.
    pub fn follow(&mut self, decisions: Option<&str>) -> String {
        let at = self.at;
        while self.adjudication.undo().is_some() {}
        self.decide_again(decisions.unwrap_or_default());
        self.at = at;
        format!("Decided in another tab: {} of {}.", self.decided(), self.places.len())
    }

    /// The third documents, as far as they are decided. Each has a name.
    pub fn documents(&self) -> Vec<LabelledDocument> {
        let mut documents = self.adjudication.documents();
        for (index, document) in documents.iter_mut().enumerate() {
            if document.id.is_empty() {
                document.id = format!("document-{}", index + 1);
            }
        }
        documents
    }

    /// Decides, and goes on to the next that is not decided; after the last comes the first.
    fn decide_and_go_on(&mut self, decision: Decision, said: &str) -> String {
        let Some(&place) = self.places.get(self.at) else { return "There is no difference.".to_owned() };
        if let Err(error) = self.adjudication.decide(place, decision) {
            return error.to_string();
        }
        let (before, after) = self.places.split_at(self.at + 1);
        let open = |place: &&Place| self.adjudication.decision(**place).is_none();
        match after.iter().chain(before).find(open) {
            Some(next) => {
                self.at = self.places.binary_search(next).unwrap_or(self.at);
                said.to_owned()
            }
            None => format!("{said} Every difference is decided."),
        }
    }

    /// Decides for a label of one's own, made of what is decided now, else of what the first has, else the second.
    fn decide_own(&mut self, change: impl FnOnce(&Self, Own) -> Option<Own>) -> String {
        let Some(&place) = self.places.get(self.at) else { return "There is no difference.".to_owned() };
        let Some(own) = self.own(place).and_then(|own| change(self, own)) else {
            return "That cannot be done here.".to_owned();
        };
        let decision = match own {
            Own::Entity { kind, words } => Decision::Entity { kind, words },
            Own::Relation { kind, reversed } => Decision::Relation { kind, reversed },
        };
        match self.adjudication.decide(place, decision) {
            Ok(()) => format!("{}.", self.tell_decision(place)),
            Err(error) => error.to_string(),
        }
    }

    fn own(&self, place: Place) -> Option<Own> {
        use sinet_document::agreement::Label;
        let labels = &self.disagreement(place).labels;
        let label = match self.decision(place) {
            Some(Decision::Entity { kind, words }) => return Some(Own::Entity { kind: kind.clone(), words: *words }),
            Some(Decision::Relation { kind, reversed }) => {
                return Some(Own::Relation { kind: kind.clone(), reversed: *reversed });
            }
            Some(Decision::Second) => labels[1].as_ref().or(labels[0].as_ref()),
            _ => labels[0].as_ref().or(labels[1].as_ref()),
        };
        Some(match label? {
            Label::Entity(end) => {
                Own::Entity { kind: end.kind.clone(), words: self.comparison(place).words_of(end.span)? }
            }
            Label::Relation { kind, .. } => Own::Relation { kind: kind.clone(), reversed: false },
        })
    }

    /// Words with an edge moved by one word; `None` if it cannot go further.
    fn moved(&self, words: WordRange, end: bool, step: Step) -> Option<WordRange> {
        let count = self.comparison(*self.places.get(self.at)?).words().len();
        let edge = if end { words.end } else { words.start };
        let edge = match step {
            Step::Back => edge.checked_sub(1)?,
            _ => edge + 1,
        };
        let moved = if end { WordRange { end: edge, ..words } } else { WordRange { start: edge, ..words } };
        (moved.start < moved.end && moved.end <= count).then_some(moved)
    }

    /// The decision at a place in a few words; empty if there is none.
    pub fn tell_decision(&self, place: Place) -> String {
        let text = |words: &WordRange| {
            let comparison = self.comparison(place);
            comparison.span_of(*words).and_then(|span| span.of(comparison.text())).unwrap_or_default()
        };
        match self.decision(place) {
            None => String::new(),
            Some(Decision::First) => "First".to_owned(),
            Some(Decision::Second) => "Second".to_owned(),
            Some(Decision::Both) => "Both".to_owned(),
            Some(Decision::Neither) => "Neither".to_owned(),
            Some(Decision::Entity { kind, words }) => format!("{} “{}”", self.types.entity(kind), text(words)),
            Some(Decision::Relation { kind, reversed }) => {
                format!("{}{}", self.types.relation(kind), if *reversed { ", reversed" } else { "" })
            }
        }
    }
}

fn note(comparisons: &[Comparison]) -> String {
    let mut hasher = DefaultHasher::new();
    for comparison in comparisons {
        (comparison.text(), comparison.disagreements()).hash(&mut hasher);
    }
    format!("sinet-people-{:016x}", hasher.finish())
}

/// A label of one's own.
enum Own {
    Entity { kind: String, words: WordRange },
    Relation { kind: String, reversed: bool },
}

/// Some types, then those that only the documents have, by name.
fn with_types_of<'d>(known: &Types, documents: impl Iterator<Item = &'d LabelledDocument>) -> Types {
    let mut types = known.clone();
    for document in documents {
        let entities = document.entities.iter().map(|entity| entity.kind.as_str());
        let relations = document.relations.iter().map(|relation| relation.kind.as_str());
        add(&mut types.entities, entities);
        add(&mut types.relations, relations);
    }
    types.entities[known.entities.len()..].sort_by(|a, b| a.name.cmp(&b.name));
    types.relations[known.relations.len()..].sort_by(|a, b| a.name.cmp(&b.name));
    types
}

fn add<'k>(types: &mut Vec<TypeName>, kinds: impl Iterator<Item = &'k str>) {
    for kind in kinds {
        if types.iter().all(|known| known.name != kind) {
            types.push(TypeName { name: kind.to_owned(), verbose: kind.to_owned(), symmetric: false });
        }
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;
    use sinet_formats::{Format, LabelledEntity, LabelledRelation, Provenance, Writer};
    use sinet_text::ByteSpan;

    use super::*;

    const TEXT: &str = "Ada met Zoë in Köln.";

    fn file(name: &str, entities: &[(&str, &str)], relations: &[(usize, &str, usize)]) -> PersonsFile {
        let entity = |&(covered, kind): &(&str, &str)| {
            let start = TEXT.find(covered).unwrap();
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
        let document = LabelledDocument {
            entities: entities.iter().map(entity).collect(),
            relations: relations.iter().map(relation).collect(),
            ..LabelledDocument::new("", TEXT)
        };
        PersonsFile { name: name.to_owned(), documents: vec![document] }
    }

    fn people() -> People {
        let first = file("a.json", &[("Ada", "P"), ("Zoë", "P"), ("Köln", "L")], &[(0, "met", 1)]);
        let second = file("b.json", &[("Ada", "P"), ("Zoë in Köln", "P")], &[(1, "met", 0)]);
        People::compare([first, second], &Types::default()).unwrap()
    }

    /// Each disagreement with its decision, the one that is looked at with a star.
    fn show(people: &People) -> String {
        let line = |(index, place): (usize, &Place)| {
            let star = if people.at() == Some(index) { "*" } else { " " };
            let labels = people
                .disagreement(*place)
                .labels
                .clone()
                .map(|label| label.map_or("–".to_owned(), |label| label.tell(TEXT, &people.types)));
            format!("{star} {} | {} | {}\n", labels[0], labels[1], people.tell_decision(*place))
        };
        people.places().iter().enumerate().map(line).collect()
    }

    #[test]
    fn one_key_decides_and_goes_on() {
        let mut people = people();
        people.run(Act::First);
        people.run(Act::Go(Step::On));
        people.run(Act::Second);
        expect![[r#"
              P “Zoë” | P “Zoë in Köln” | First
            * met from “Ada” to “Zoë” | met from “Zoë in Köln” to “Ada” | 
              L “Köln” | – | Second
        "#]]
        .assert_eq(&show(&people));
        assert_eq!(people.run(Act::Neither), "Neither. Every difference is decided.");
        let mut writer = Writer::new(Format::Sinet, Vec::new());
        people.documents().iter().for_each(|document| writer.write(document).unwrap());
        let (content, _) = writer.finish().unwrap();
        expect![[r#"
            {"id":"document-1","text":"Ada met Zoë in Köln.","model":"","offset_unit":"code_points","words":[{"start":0,"end":3},{"start":4,"end":7},{"start":8,"end":11},{"start":12,"end":14},{"start":15,"end":19},{"start":19,"end":20}],"sentences":[{"start":0,"end":6}],"windows":[],"entities":[{"type":"P","start":0,"end":3,"words":{"start":0,"end":1},"text":"Ada","source":"person"},{"type":"P","start":8,"end":11,"words":{"start":2,"end":3},"text":"Zoë","source":"person"}],"relations":[]}
        "#]].assert_eq(&String::from_utf8(content).unwrap());
        assert_eq!([people.run(Act::Undo), people.run(Act::Undo)], ["Undone.", "Undone."]);
        assert_eq!((people.decided(), people.at()), (1, Some(2)));
    }

    #[test]
    fn decisions_of_another_tab_take_the_place_of_those_here() {
        let (mut here, mut there) = (people(), people());
        there.run(Act::Second);
        here.run(Act::First);
        here.run(Act::Go(Step::Last));
        let at = here.at();
        let said = here.follow(there.decisions().as_deref());
        assert_eq!((here.decisions(), here.at()), (there.decisions(), at));
        assert!(said.starts_with("Decided in another tab: 1 of "), "{said}");
        here.follow(None);
        assert_eq!((here.decisions(), here.at()), (None, at));
    }

    #[test]
    fn decisions_are_kept_for_the_same_files_only() {
        let mut before = people();
        assert_eq!(before.decisions(), None);
        for act in [Act::First, Act::Go(Step::First), Act::Type(0), Act::Go(Step::Last), Act::Neither] {
            before.run(act);
        }
        let mut again = people();
        assert_eq!(again.note, before.note);
        assert_eq!(again.decide_again(&before.decisions().unwrap()), "Decided before: 2 of 3.");
        assert_eq!(again.at(), Some(1), "at the first that is not decided");
        assert_eq!(again.decisions(), before.decisions());
        again.run(Act::Undo);
        again.run(Act::Undo);
        assert_eq!(
            again.tell_decision(again.places()[0]),
            "First",
            "what was decided anew is taken back to what it was"
        );
        assert_eq!(again.decide_again("[]]"), "Decided before: 1 of 3.");
        let files = [file("a.json", &[("Ada", "P")], &[]), file("b.json", &[("Ada", "Q")], &[])];
        let mut other = People::compare(files, &Types::default()).unwrap();
        assert_ne!(other.note, before.note);
        assert_eq!(other.decide_again(&before.decisions().unwrap()), "Decided before: 1 of 1.");
    }

    #[test]
    fn a_label_of_ones_own_is_made_of_what_is_there() {
        let mut people = people();
        assert_eq!(people.run(Act::MoveEdge { end: true, step: Step::On }), "P “Zoë in”.");
        assert_eq!(people.run(Act::Type(0)), "L “Zoë in”.");
        assert_eq!(people.run(Act::MoveEdge { end: false, step: Step::Back }), "L “met Zoë in”.");
        assert_eq!(people.run(Act::Reverse), "That cannot be done here.");
        people.look_at(1);
        assert_eq!(people.run(Act::Reverse), "met, reversed.");
        assert_eq!(people.run(Act::Reverse), "met.");
        assert_eq!(people.run(Act::Type(7)), "That cannot be done here.");
        assert_eq!(people.run(Act::MoveEdge { end: true, step: Step::On }), "That cannot be done here.");
        people.look_at(99);
        assert_eq!(people.at(), Some(1));
    }

    #[test]
    fn files_without_a_common_text_are_refused() {
        let mut other = file("b.json", &[], &[]);
        other.documents[0].text.push('!');
        let refused = People::compare([file("a.json", &[], &[]), other], &Types::default());
        assert_eq!(refused.map(|_| ()), Err(NothingInCommon));
        let same = [file("a.json", &[], &[]), file("b.json", &[], &[])];
        let mut people = People::compare(same, &Types::default()).unwrap();
        assert_eq!((people.at(), people.run(Act::First).as_str()), (None, "There is no difference."));
        assert_eq!(
            (people.run(Act::Go(Step::Last)), people.run(Act::Type(0))),
            (String::new(), "There is no difference.".to_owned())
        );
    }
}
