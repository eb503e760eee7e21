//! How the reading on the page came about, and what it would be otherwise.

use std::cell::Cell;
use std::rc::Rc;

use leptos::prelude::*;
use leptos::task::spawn_local;
use sinet_document::difference::Difference;
use sinet_document::{Labels, Selection};
use sinet_formats::Source;
use sinet_logic::explain::why::{self, Why};
use sinet_protocol::{Most, Settings};
use sinet_text::Types;
use sinet_text::WordRange;
use sinet_text::explanation::{Explanation, Question};

use crate::app::{Page, Shown};
use crate::engine::{Engine, Reread};

/// How much of a sentence is shown with other settings than the model's own, which may find thousands of relations in
/// it: as much as can still be looked at, and drawn at once.
pub const MOST: Most = Most { entities: 8, relations: 8 };

/// Settings and explanations; a copy is the same state.
#[derive(Clone, Copy)]
pub struct Understanding {
    /// What the model finds by itself in the text that is shown.
    pub own: RwSignal<Option<Own>>,
    /// How a person wants it to read instead.
    pub chosen: RwSignal<Option<Settings>>,
    /// How what is shown was read; [`Self::chosen`] as soon as the model has answered.
    shows: RwSignal<Option<Settings>>,
    /// How many entities and relations it finds so beyond [`MOST`].
    pub more: RwSignal<(usize, usize)>,
    /// Why what is selected is, or is not, found.
    pub answer: RwSignal<Option<Result<Answered, String>>>,
    rereading: Latest,
    explaining: Latest,
}

/// A reading by the model as it is.
#[derive(Clone)]
pub struct Own {
    /// The reading.
    pub shown: Shown,
    /// The thresholds of the model, and the parts that it has.
    pub settings: Settings,
}

/// An explanation of what was selected.
#[derive(Debug, Clone, PartialEq)]
pub struct Answered {
    /// What it is about, in the text's own words.
    pub subject: String,
    /// What a person says about it, if they do.
    pub by_person: Option<String>,
    /// The explanation.
    pub why: Why,
}

impl Understanding {
    /// Nothing is known yet.
    pub fn new() -> Self {
        Self {
            own: RwSignal::new(None),
            chosen: RwSignal::new(None),
            shows: RwSignal::new(None),
            more: RwSignal::default(),
            answer: RwSignal::new(None),
            rereading: Latest::new(),
            explaining: Latest::new(),
        }
    }

    /// Another model comes: it reads by itself.
    pub fn forget(self) {
        self.own.set(None);
        self.chosen.set(None);
        self.shows.set(None);
        self.more.set((0, 0));
        self.answer.set(None);
    }

    /// How the text is read; `None` before a model has read one.
    pub fn settings(self) -> Option<Settings> {
        self.chosen.get().or_else(|| self.own.with(|own| own.as_ref().map(|own| own.settings)))
    }
}

impl Page {
    /// Explains whatever is selected, again whenever that or the reading changes.
    pub fn explain_selection(self) {
        Effect::new(move || {
            self.editor.selection.track();
            self.editor.labels.track();
            self.shown.track();
            self.understanding.explaining.run(move || self.explain());
        });
    }

    /// Reads the text in another way than the model by itself; `None` is the model by itself.
    pub fn choose_settings(self, settings: Option<Settings>) {
        let own = self.understanding.own.with_untracked(|own| own.as_ref().map(|own| own.settings));
        let settings = settings.filter(|settings| Some(*settings) != own);
        if self.understanding.chosen.get_untracked() != settings {
            self.understanding.chosen.set(settings);
            self.reread();
        }
    }

    /// What the chosen settings change; `None` while nothing is chosen, or the model has not answered yet.
    pub fn difference(self) -> Option<Difference> {
        let chosen = self.understanding.chosen.get()?;
        if self.understanding.shows.get() != Some(chosen) {
            return None;
        }
        self.understanding.own.with(|own| {
            self.shown.with(|shown| {
                let (own, shown) = (&own.as_ref()?.shown.reading.annotation, &shown.as_ref()?.reading.annotation);
                (own.text == shown.text).then(|| Difference::between(own, shown))
            })
        })
    }

    /// Takes what the model finds by itself, and shows what it finds with the chosen settings.
    pub fn take_own_reading(self, shown: Shown, settings: Settings) {
        self.understanding.own.set(Some(Own { shown: shown.clone(), settings }));
        if self.understanding.chosen.get_untracked().is_some() { self.reread() } else { self.show_read(shown, None) }
    }

    fn show_read(self, shown: Shown, settings: Option<Settings>) {
        self.understanding.shows.set(settings);
        self.show(shown);
    }

    /// Shows the text as it reads with the settings of now.
    fn reread(self) {
        self.understanding.rereading.run(move || self.reread_once());
    }

    async fn reread_once(self) {
        let Some(Own { shown: own, .. }) = self.understanding.own.get_untracked() else { return };
        let is_newest = move |own: &Shown| {
            own.model == self.model.get_untracked()
                && self.text.with_untracked(|text| *text == own.reading.annotation.text)
        };
        if !is_newest(&own) {
            // What is being read will lead here.
            return;
        }
        let Some(settings) = self.understanding.chosen.get_untracked() else {
            self.understanding.more.set((0, 0));
            return self.show_read(own, None);
        };
        let text = own.reading.annotation.text.clone();
        let answer = self.engine.get_untracked().reread(text, settings, MOST).await;
        if !is_newest(&own) {
            return;
        }
        match answer {
            Ok(Reread { reading, more_entities, more_relations }) => {
                self.understanding.more.set((more_entities, more_relations));
                self.show_read(Shown { reading: reading.into(), ..own }, Some(settings));
            }
            Err(message) => self.refusal.set(Some(message)),
        }
    }

    async fn explain(self) {
        let selection = self.editor.selection.get_untracked();
        let asked = self.editor.labels.with_untracked(|labels| question(selection, labels));
        let settings = untrack(|| self.understanding.settings());
        let (Some(question), Some(settings), false) = (asked, settings, untrack(|| self.is_stale())) else {
            return self.understanding.answer.set(None);
        };
        let text = self.editor.document.with_untracked(|document| document.text().to_owned());
        let engine: Engine = self.engine.get_untracked();
        let answer = engine.explain(text, question, settings).await;
        let answer = answer.map(|explanation| self.tell(selection, &explanation));
        self.understanding.answer.set(Some(answer));
    }

    /// An explanation for readers.
    fn tell(self, selection: Selection, explanation: &Explanation) -> Answered {
        let types = self.editor.types.get_untracked();
        let text = |words| self.editor.document.with_untracked(|document| document.text_of(words).to_owned());
        let by_person = self.editor.labels.with_untracked(|labels| by_person(selection, labels, &types));
        match explanation {
            Explanation::Span(span) => Answered {
                subject: format!("“{}”", text(span.words)),
                by_person,
                why: why::of_span(span, &types.entities),
            },
            Explanation::Pair(pair) => {
                let (head, tail) = (text(pair.head), text(pair.tail));
                Answered {
                    subject: format!("“{head}” and “{tail}”"),
                    by_person,
                    why: why::of_pair(pair, &head, &tail, &types.relations),
                }
            }
        }
    }

    /// The words that are selected: an entity's, or those of both ends.
    pub fn selected_words(self) -> Vec<WordRange> {
        let selection = self.editor.selection.get();
        self.editor.labels.with(|labels| match question(selection, labels) {
            None => Vec::new(),
            Some(Question::Span { words }) => vec![words],
            Some(Question::Pair { head, tail, .. }) => vec![head, tail],
        })
    }
}

/// What there is to explain about a selection.
fn question(selection: Selection, labels: &Labels) -> Option<Question> {
    let words = |id| Some(labels.entity(id)?.words);
    let pair = |head, tail| {
        let entities = labels.entities.iter().map(|entity| entity.words).collect();
        Some(Question::Pair { head: words(head)?, tail: words(tail)?, entities })
    };
    match selection {
        Selection::None => None,
        Selection::Entity(id) => Some(Question::Span { words: words(id)? }),
        Selection::Words(words) => Some(Question::Span { words }),
        Selection::Pair(head, tail) => pair(head, tail),
        Selection::Relation(id) => {
            let relation = labels.relation(id)?;
            pair(relation.head, relation.tail)
        }
    }
}

/// What a person says about what is selected.
fn by_person(selection: Selection, labels: &Labels, types: &Types) -> Option<String> {
    let (name, source) = match selection {
        Selection::Entity(id) => labels.entity(id).map(|entity| (types.entity(&entity.kind), entity.source))?,
        Selection::Relation(id) => {
            labels.relation(id).map(|relation| (types.relation(&relation.kind), relation.source))?
        }
        _ => return None,
    };
    (source == Source::Person).then(|| format!("You say: {name}. What the model says:"))
}

/// Work of which one piece is done at a time; of what is asked for meanwhile only the last is done.
#[derive(Clone, Copy)]
struct Latest(StoredValue<Rc<Work>, LocalStorage>);

#[derive(Default)]
struct Work {
    is_running: Cell<bool>,
    again: Cell<bool>,
}

impl Latest {
    fn new() -> Self {
        Self(StoredValue::new_local(Rc::default()))
    }

    /// Does the work now, or once more when what is running has ended.
    fn run<F: Future<Output = ()>>(self, work: impl Fn() -> F + 'static) {
        let state = self.0.get_value();
        if state.is_running.replace(true) {
            return state.again.set(true);
        }
        spawn_local(async move {
            loop {
                work().await;
                if !state.again.replace(false) {
                    break;
                }
            }
            state.is_running.set(false);
        });
    }
}
