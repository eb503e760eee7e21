//! The text with its entities and relations, a picture for each sentence.

use std::sync::Arc;

use leptos::html;
use leptos::prelude::*;
use sinet_page::document::{Edit, EntityId, RelationId, Selection};
use sinet_page::layout::{self, Point, Rect, Scene, layout};
use sinet_page::picture::{self, Face, Picture};
use wasm_bindgen::prelude::*;

use crate::app::Page;
use crate::measure;

/// How many sentences are shown at first, and how many more at each wish.
const PAGE_OF_SENTENCES: usize = 40;
/// How far the corner of an arc is rounded.
const ROUND: f32 = 5.0;

/// What the reader points at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Item {
    Entity(EntityId),
    Relation(RelationId),
}

/// All sentences, the first of them at once.
#[component]
pub fn Sentences(page: Page) -> impl IntoView {
    let frame = NodeRef::<html::Div>::new();
    let width = watch_width(frame);
    let limit = RwSignal::new(PAGE_OF_SENTENCES);
    let pointed = RwSignal::new(None::<Item>);
    let count = Memo::new(move |_| page.editor.document.with(|document| document.sentences().len()));
    Effect::new(move || {
        page.shown.track();
        limit.set(PAGE_OF_SENTENCES);
        pointed.set(None);
    });
    let rows = move || {
        let several = count.get() > 1;
        (0..count.get().min(limit.get()))
            .map(|window| {
                view! {
                    <div class="sentence">
                        {several.then(|| view! { <PickButton page window/> })}
                        <PictureView page window width pointed/>
                    </div>
                }
            })
            .collect_view()
    };
    view! {
        <section
            class="sentences"
            aria-label="Annotated text"
            class:stale=move || page.is_stale()
            aria-busy=move || page.is_stale().to_string()
            on:keydown=move |event| key(page, pointed, &event)
        >
            <div node_ref=frame class="frame">{rows}</div>
            <Show when=move || { limit.get() < count.get() }>
                <p class="more">
                    {move || format!("{} of {} sentences. ", limit.get(), count.get())}
                    <button type="button" class="quiet" on:click=move |_| *limit.write() += PAGE_OF_SENTENCES>
                        "Show more"
                    </button>
                </p>
            </Show>
        </section>
    }
}

/// What a key does while the focus is in the annotated text.
fn key(page: Page, pointed: RwSignal<Option<Item>>, event: &web_sys::KeyboardEvent) {
    let command = event.ctrl_key() || event.meta_key();
    let edit = match page.editor.selection.get_untracked() {
        Selection::Entity(id) => Some(Edit::RemoveEntity(id)),
        Selection::Relation(id) => Some(Edit::RemoveRelation(id)),
        _ => None,
    };
    match (event.key().to_lowercase().as_str(), edit) {
        ("escape", _) => {
            pointed.set(None);
            page.select(Selection::None);
        }
        ("delete" | "backspace", Some(edit)) => {
            event.prevent_default();
            // What is selected is there, so it can go.
            page.apply(edit).ok();
        }
        ("z", _) if command && event.shift_key() => _ = page.redo(),
        ("z", _) if command => _ = page.undo(),
        ("y", _) if command => _ = page.redo(),
        _ => {}
    }
}

/// Chooses the sentence whose attention is shown.
#[component]
fn PickButton(page: Page, window: usize) -> impl IntoView {
    view! {
        <button
            type="button"
            class="pick"
            aria-label=format!("Show the attention of sentence {}", window + 1)
            aria-pressed=move || (page.window.get() == window).to_string()
            on:click=move |_| page.window.set(window)
        >
            {window + 1}
        </button>
    }
}

/// One sentence.
#[component]
fn PictureView(page: Page, window: usize, width: Signal<f32>, pointed: RwSignal<Option<Item>>) -> impl IntoView {
    let picture = Memo::new(move |_| {
        let editor = page.editor;
        editor.document.with(|document| {
            editor.labels.with(|labels| editor.hidden.with(|hidden| Picture::of(document, labels, window, hidden)))
        })
    });
    let drawn = move || {
        let picture = Arc::new(picture.get());
        let types = page.editor.types.get();
        let (sentence, _) = picture.sentence(&types, measure::width);
        let scene = Arc::new(layout(&sentence, width.get()));
        let words = (sentence.words.iter().zip(&scene.words))
            .map(|(word, place)| view! { <text x=place.x y=place.y>{word.text.clone()}</text> })
            .collect_view();
        let (word_weight, word_size) = measure::weight_and_size(Face::Word);
        let entities: Vec<usize> = outer_first(&scene);
        let entities = entities
            .into_iter()
            .map(|place| view! { <EntityView page picture=picture.clone() scene=scene.clone() place pointed/> })
            .collect_view();
        let arcs = (0..scene.arcs.len())
            .map(|place| view! { <ArcView page picture=picture.clone() scene=scene.clone() place pointed/> })
            .collect_view();
        view! {
            <svg
                role="group"
                aria-label=format!("Sentence {}", window + 1)
                width=scene.width
                height=scene.height
                font-family=measure::FAMILY
            >
                {entities}
                <g class="words" font-size=word_size font-weight=word_weight>{words}</g>
                {arcs}
            </svg>
            <Tip page picture scene pointed/>
        }
    };
    view! { <div class="picture">{drawn}</div> }
}

#[component]
fn EntityView(
    page: Page,
    picture: Arc<Picture>,
    scene: Arc<Scene>,
    place: usize,
    pointed: RwSignal<Option<Item>>,
) -> impl IntoView {
    let entity = &picture.entities[place];
    let types = page.editor.types.get_untracked();
    let label = scene.labels[place];
    let marks = (scene.marks.iter().filter(|mark| mark.entity == place))
        .map(|mark| {
            let Rect { x, y, width, height } = mark.rect;
            view! { <rect x=x y=y width=width height=height rx="4"/> }
        })
        .collect_view();
    let (weight, size) = measure::weight_and_size(Face::EntityLabel);
    let (name, told) = (picture::entity_label(&types, entity), picture::tell_entity(&types, entity));
    let kind = entity.kind.clone();
    let tone = types.tone(&kind);
    let (item, selection) = (Item::Entity(entity.id), Selection::Entity(entity.id));
    let class = move || format!("entity tone-{tone} {}", emphasis(&picture, pointed.get(), item));
    view! {
        <g
            class=class
            role="img"
            tabindex="0"
            aria-label=told
            data-type=kind
            on:pointerenter=move |_| pointed.set(Some(item))
            on:pointerleave=move |_| leave(pointed, item)
            on:focus=move |_| {
                pointed.set(Some(item));
                page.select(selection);
            }
            on:blur=move |_| leave(pointed, item)
        >
            {marks}
            <text x=label.x y={label.y + 12.0} font-size=size font-weight=weight>{name}</text>
        </g>
    }
}

#[component]
fn ArcView(
    page: Page,
    picture: Arc<Picture>,
    scene: Arc<Scene>,
    place: usize,
    pointed: RwSignal<Option<Item>>,
) -> impl IntoView {
    let relation = &picture.relations[place];
    let types = page.editor.types.get_untracked();
    let arc = &scene.arcs[place];
    let (weight, size) = measure::weight_and_size(Face::ArcLabel);
    let name = picture::relation_label(&types, relation);
    let told = page.editor.labels.with_untracked(|labels| picture::tell_relation(&types, labels, relation));
    let kind = relation.kind.clone();
    let way = arc_path(arc);
    let tip = arc.tip.map(|Point { x, y }| {
        let (left, right, top) = (x - 3.5, x + 3.5, y - 6.0);
        view! { <path class="arrow" d=format!("M{left} {top}L{right} {top}L{x} {y}Z")/> }
    });
    let (x, y) = (arc.label.x, arc.label.y + 11.5);
    let (item, selection) = (Item::Relation(relation.id), Selection::Relation(relation.id));
    let class = move || format!("arc {}", emphasis(&picture, pointed.get(), item));
    view! {
        <g
            class=class
            role="img"
            tabindex="0"
            aria-label=told
            data-type=kind
            on:pointerenter=move |_| pointed.set(Some(item))
            on:pointerleave=move |_| leave(pointed, item)
            on:focus=move |_| {
                pointed.set(Some(item));
                page.select(selection);
            }
            on:blur=move |_| leave(pointed, item)
        >
            <path class="reach" d=way.clone()/>
            <path class="line" d=way/>
            {tip}
            <text x=x y=y font-size=size font-weight=weight>{name}</text>
        </g>
    }
}

/// Type and score of what the reader points at. Hidden from those who hear: they have been told already.
#[component]
fn Tip(page: Page, picture: Arc<Picture>, scene: Arc<Scene>, pointed: RwSignal<Option<Item>>) -> impl IntoView {
    move || {
        let types = page.editor.types.get();
        let (place, told) = match pointed.get()? {
            Item::Entity(id) => {
                let place = picture.entities.iter().position(|entity| entity.id == id)?;
                let mark = scene.marks.iter().rfind(|mark| mark.entity == place)?;
                (mark.rect, picture::tell_entity(&types, &picture.entities[place]))
            }
            Item::Relation(id) => {
                let place = picture.relations.iter().position(|relation| relation.id == id)?;
                let relation = &picture.relations[place];
                let told = page.editor.labels.with(|labels| picture::tell_relation(&types, labels, relation));
                (scene.arcs.get(place)?.label, told)
            }
        };
        let left = place.x.min(scene.width - 220.0).max(0.0);
        Some(view! {
            <div class="tip" aria-hidden="true" style:left=format!("{left}px") style:top=format!("{}px", place.bottom() + 4.0)>
                {told}
            </div>
        })
    }
}

/// Nothing more is pointed at, unless something else is by now.
fn leave(pointed: RwSignal<Option<Item>>, item: Item) {
    if pointed.get_untracked() == Some(item) {
        pointed.set(None);
    }
}

/// `lit` for what the reader points at and what hangs on it, `dim` for the rest.
fn emphasis(picture: &Picture, pointed: Option<Item>, item: Item) -> &'static str {
    let ends = |id: RelationId| {
        let relation = picture.relations.iter().find(|relation| relation.id == id);
        relation.map_or([None; 2], |relation| [Some(relation.head), Some(relation.tail)])
    };
    let lit = match (pointed, item) {
        (None, _) => return "",
        (Some(Item::Relation(relation)), Item::Entity(entity)) => ends(relation).contains(&Some(entity)),
        (Some(Item::Entity(entity)), Item::Relation(relation)) => ends(relation).contains(&Some(entity)),
        (Some(pointed), item) => pointed == item,
    };
    if lit { "lit" } else { "dim" }
}

/// The entities of a scene in the order in which they are painted, each once.
fn outer_first(scene: &Scene) -> Vec<usize> {
    let mut order: Vec<usize> = Vec::with_capacity(scene.labels.len());
    for mark in &scene.marks {
        if !order.contains(&mark.entity) {
            order.push(mark.entity);
        }
    }
    order
}

/// The lines of an arc as SVG path data, with rounded corners.
fn arc_path(arc: &layout::Arc) -> String {
    let mut path = String::new();
    for line in &arc.lines {
        path += &format!("M{} {}", line[0].x, line[0].y);
        for corner in line.windows(3) {
            let (before, at, after) = (corner[0], corner[1], corner[2]);
            let (from, to) = (towards(at, before), towards(at, after));
            path += &format!("L{} {}Q{} {} {} {}", from.x, from.y, at.x, at.y, to.x, to.y);
        }
        let last = line[line.len() - 1];
        path += &format!("L{} {}", last.x, last.y);
    }
    path
}

/// The point on the way from one to another where rounding ends.
fn towards(from: Point, to: Point) -> Point {
    let length = (to.x - from.x).abs() + (to.y - from.y).abs();
    let part = if length > 0.0 { ROUND.min(length / 2.0) / length } else { 0.0 };
    Point { x: from.x + (to.x - from.x) * part, y: from.y + (to.y - from.y) * part }
}

/// The width of an element, kept up to date.
fn watch_width(frame: NodeRef<html::Div>) -> Signal<f32> {
    let width = RwSignal::new(600.0);
    let on_resize = Closure::<dyn Fn(js_sys::Array)>::new(move |entries: js_sys::Array| {
        let entry: web_sys::ResizeObserverEntry = entries.get(0).unchecked_into();
        let new = entry.content_rect().width().floor() as f32;
        if new > 0.0 && new != width.get_untracked() {
            width.set(new);
        }
    });
    let observer = web_sys::ResizeObserver::new(on_resize.as_ref().unchecked_ref()).ok();
    // The page lives as long as its window.
    on_resize.forget();
    Effect::new(move || {
        if let (Some(frame), Some(observer)) = (frame.get(), &observer) {
            observer.observe(&frame);
        }
    });
    width.into()
}
