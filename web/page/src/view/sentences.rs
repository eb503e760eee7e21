//! The annotated text: a picture for each sentence, of which only those near the window are drawn.

use std::collections::BTreeSet;

use leptos::html;
use leptos::prelude::*;
use sinet_document::Selection;
use sinet_logic::correct::keys::{Held, command};
use wasm_bindgen::prelude::*;
use web_sys::{IntersectionObserver, IntersectionObserverEntry, IntersectionObserverInit, ResizeObserver};

use super::picture::{PictureView, Viewer};
use crate::correct::{Interaction, Item, focus_target};
use crate::session::Editor;

/// How far outside of what is seen a sentence is drawn already.
const AHEAD: &str = "1200px 0px";

/// How many sentences are drawn before it is known which are near.
const AT_ONCE: usize = 8;

/// All sentences. They scroll in `page`.
#[component]
pub fn Sentences(interaction: Interaction, page: NodeRef<html::Div>) -> impl IntoView {
    let frame = NodeRef::<html::Div>::new();
    let width = watch_width(frame);
    let (session, editor) = (interaction.session, interaction.session.editor);
    let near = watch_sentences(page);
    let count = Memo::new(move |_| editor.document.with(|document| document.sentences().len()));
    let text = Memo::new(move |_| editor.document.with(|document| document.text().to_owned()));
    Effect::new(move || {
        text.track();
        interaction.pointed.set(None);
        interaction.relating.set(None);
    });
    let tabbed = tabbed(interaction);
    let row = move |sentence| view! { <Row interaction sentence width near tabbed/> };
    view! {
        <section
            class="sentences"
            aria-label="Annotated text"
            class:stale=move || session.is_stale()
            class:alone=move || interaction.alone.get()
            on:keydown=move |event| press(interaction, &event)
        >
            <div node_ref=frame class="frame">
                <For each=move || 0..count.get() key=|sentence| *sentence children=row/>
            </div>
        </section>
    }
}

/// Only the pictures, of the first sentences, to be looked at.
#[component]
pub fn Pictures(editor: Editor) -> impl IntoView {
    let frame = NodeRef::<html::Div>::new();
    let width = watch_width(frame);
    let tabbed = Memo::new(|_| None::<Item>);
    let count = Memo::new(move |_| editor.document.with(|document| document.sentences().len()));
    let viewer = Viewer::looking(editor);
    let rows = move || {
        (0..count.get().min(SENTENCES))
            .map(|sentence| view! { <div class="sentence"><PictureView viewer sentence width tabbed/></div> })
            .collect_view()
    };
    view! { <div node_ref=frame class="pictures">{rows}</div> }
}

/// How many sentences are shown where all are drawn at once.
const SENTENCES: usize = 40;

/// Place of a sentence, and its picture while it is near the window.
#[component]
fn Row(
    interaction: Interaction,
    sentence: usize,
    width: Signal<f32>,
    near: Near,
    tabbed: Memo<Option<Item>>,
) -> impl IntoView {
    let place = NodeRef::<html::Div>::new();
    let selected = Memo::new(move |_| {
        interaction.session.window.get() == sentence && interaction.session.editor.selection.get() != Selection::None
    });
    let drawn =
        Memo::new(move |_| near.all.get() || near.sentences.with(|near| near.contains(&sentence)) || selected.get());
    let words = move || {
        let range =
            interaction.session.editor.document.with_untracked(|document| document.sentences().get(sentence).copied());
        range.map_or(0, |words| words.end.saturating_sub(words.start))
    };
    // How high so many words were.
    let height = StoredValue::new((0, 0_i32));
    Effect::new(move |observed: Option<bool>| {
        let place = place.get();
        if let (false, Some(place)) = (observed.unwrap_or(false), &place) {
            near.watch(place);
        }
        place.is_some()
    });
    // A sentence that is not drawn keeps the room that it had, or that so many words are likely to take.
    let room = move || {
        let (words, (measured, height)) = (words(), height.get_value());
        let guess = || (words as f32 * 75.0 / width.get_untracked().max(200.0)).ceil() as i32 * 80;
        (!drawn.get()).then(|| format!("{}px", if words == measured { height } else { guess() }))
    };
    let picture = move || {
        if drawn.get() {
            Some(view! { <PictureView viewer=Viewer::working(interaction) sentence width tabbed/> })
        } else {
            if let Some(place) = place.get_untracked() {
                height.set_value((words(), place.offset_height()));
            }
            None
        }
    };
    view! {
        <div class="sentence" node_ref=place data-sentence=sentence style:height=room>
            <PickButton interaction sentence/>
            {picture}
        </div>
    }
}

/// Chooses the sentence whose attention is shown.
#[component]
fn PickButton(interaction: Interaction, sentence: usize) -> impl IntoView {
    view! {
        <button
            type="button"
            class="pick"
            tabindex="-1"
            aria-label=format!("Show the attention of sentence {}", sentence + 1)
            aria-pressed=move || (interaction.session.window.get() == sentence).to_string()
            on:click=move |_| interaction.session.show_window(sentence)
        >
            {sentence + 1}
        </button>
    }
}

/// A key, while the focus is in the annotated text.
pub fn press(interaction: Interaction, event: &web_sys::KeyboardEvent) {
    let held = Held { alt: event.alt_key(), shift: event.shift_key(), control: event.ctrl_key() || event.meta_key() };
    let target = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
    let on =
        |selector: &str| target.as_ref().is_some_and(|element| element.closest(selector).is_ok_and(|it| it.is_some()));
    // A button has its own Enter, and a dialog all of its keys.
    if on("dialog") || on("button") && event.key() == "Enter" {
        return;
    }
    let right_to_left = interaction.session.editor.document.with_untracked(|document| {
        document
            .sentences()
            .get(interaction.session.window.get_untracked())
            .is_some_and(|&words| sinet_figure::is_right_to_left(document.text_of(words)))
    });
    if let Some(command) = command(&event.key(), held, right_to_left)
        && interaction.run(command)
    {
        event.prevent_default();
    }
}

/// The one element of the text that the Tab key reaches: what is selected, or the first entity.
fn tabbed(interaction: Interaction) -> Memo<Option<Item>> {
    Memo::new(move |_| {
        let selection = interaction.session.editor.selection.get();
        if let Selection::Words(_) = selection {
            return None;
        }
        let first = || {
            let hidden = interaction.session.editor.hidden.get();
            let shown = |entity: &&sinet_document::Entity| {
                entity.words.start < entity.words.end && !hidden.entities.contains(&entity.kind)
            };
            interaction
                .session
                .editor
                .labels
                .with(|labels| labels.entities.iter().find(shown).map(|entity| Item::Entity(entity.id)))
        };
        focus_target(selection).or_else(first)
    })
}

/// Which sentences are near the window.
#[derive(Clone, Copy)]
struct Near {
    sentences: RwSignal<BTreeSet<usize>>,
    /// All are drawn, for the printer.
    all: RwSignal<bool>,
    /// Where they scroll.
    page: NodeRef<html::Div>,
    /// Made for the first sentence, when all of that is in the document.
    observer: StoredValue<Option<Watching<IntersectionObserver>>, LocalStorage>,
}

impl Near {
    /// Watches a sentence from now on.
    fn watch(self, place: &web_sys::HtmlElement) {
        self.observer.update_value(|observer| {
            if observer.is_none() {
                *observer = self.observe();
            }
            if let Some(watching) = observer {
                watching.observer.observe(place);
            }
        });
    }

    fn observe(self) -> Option<Watching<IntersectionObserver>> {
        let sentences = self.sentences;
        let on_move = Closure::<dyn Fn(js_sys::Array)>::new(move |entries: js_sys::Array| {
            let moved = entries.iter().filter_map(|entry| {
                let entry: IntersectionObserverEntry = entry.unchecked_into();
                let sentence = entry.target().get_attribute("data-sentence")?.parse().ok()?;
                Some((sentence, entry.is_intersecting()))
            });
            sentences.update(|near: &mut BTreeSet<usize>| {
                for (sentence, is_near) in moved {
                    if is_near {
                        near.insert(sentence)
                    } else {
                        near.remove(&sentence)
                    };
                }
            });
        });
        let options = IntersectionObserverInit::new();
        options.set_root(self.page.get_untracked().map(|page| page.unchecked_into()).as_ref());
        options.set_root_margin(AHEAD);
        let observer = IntersectionObserver::new_with_options(on_move.as_ref().unchecked_ref(), &options).ok()?;
        Some(Watching { observer, _callback: on_move })
    }
}

/// An observer of the browser with the closure that it calls. Both end with the view that holds them.
struct Watching<O: Observer> {
    observer: O,
    _callback: Closure<dyn Fn(js_sys::Array)>,
}

impl<O: Observer> Drop for Watching<O> {
    fn drop(&mut self) {
        // It must not call a closure that is about to go.
        self.observer.stop();
    }
}

trait Observer {
    /// It calls nobody any more.
    fn stop(&self);
}

impl Observer for IntersectionObserver {
    fn stop(&self) {
        self.disconnect();
    }
}

impl Observer for ResizeObserver {
    fn stop(&self) {
        self.disconnect();
    }
}

fn watch_sentences(page: NodeRef<html::Div>) -> Near {
    // The observer speaks only after the page has been shown, which would then move.
    let sentences = RwSignal::new((0..AT_ONCE).collect());
    let all = RwSignal::new(false);
    for (event, print) in [("beforeprint", true), ("afterprint", false)] {
        let handle = window_event_listener_untyped(event, move |_| all.set(print));
        on_cleanup(move || handle.remove());
    }
    Near { sentences, all, page, observer: StoredValue::new_local(None) }
}

/// The width of an element, kept up to date.
pub fn watch_width(frame: NodeRef<html::Div>) -> Signal<f32> {
    let width = RwSignal::new(600.0);
    let on_resize = Closure::<dyn Fn(js_sys::Array)>::new(move |entries: js_sys::Array| {
        let entry: web_sys::ResizeObserverEntry = entries.get(0).unchecked_into();
        let new = entry.content_rect().width().floor() as f32;
        if new > 0.0 && new != width.get_untracked() {
            width.set(new);
        }
    });
    let observer = ResizeObserver::new(on_resize.as_ref().unchecked_ref()).ok();
    let watching = StoredValue::new_local(observer.map(|observer| Watching { observer, _callback: on_resize }));
    Effect::new(move || {
        let Some(frame) = frame.get() else { return };
        watching.with_value(|watching| {
            if let Some(watching) = watching {
                watching.observer.observe(&frame);
            }
        });
    });
    width.into()
}
