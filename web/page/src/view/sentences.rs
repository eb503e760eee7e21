//! The text with its entities and relations, a picture for each sentence.

use std::sync::Arc;

use leptos::html;
use leptos::prelude::*;
use sinet_page::layout::{self, Point, Rect, Scene, layout};
use sinet_page::reading::{Face, Reading};
use wasm_bindgen::prelude::*;

use crate::app::{Page, Shown};
use crate::measure;

/// How many sentences are shown at first, and how many more at each wish.
const PAGE_OF_SENTENCES: usize = 40;
/// How far the corner of an arc is rounded.
const ROUND: f32 = 5.0;

/// What the reader points at, as an index into the annotation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Item {
    Entity(usize),
    Relation(usize),
}

/// All sentences, the first of them at once.
#[component]
pub fn Sentences(page: Page) -> impl IntoView {
    let frame = NodeRef::<html::Div>::new();
    let width = watch_width(frame);
    let limit = RwSignal::new(PAGE_OF_SENTENCES);
    let pointed = RwSignal::new(None::<Item>);
    Effect::new(move || {
        page.shown.track();
        limit.set(PAGE_OF_SENTENCES);
        pointed.set(None);
    });
    let count = move || page.shown.with(|shown| shown.as_ref().map_or(0, |shown| shown.reading.window_count()));
    let rows = move || {
        page.shown.with(|shown| shown.clone()).map(|Shown { reading, .. }| {
            let several = reading.window_count() > 1;
            (0..reading.window_count().min(limit.get()))
                .map(|window| {
                    let reading = reading.clone();
                    view! {
                        <div class="sentence">
                            {several.then(|| view! { <PickButton page window/> })}
                            <Picture reading window width pointed/>
                        </div>
                    }
                })
                .collect_view()
        })
    };
    view! {
        <section
            class="sentences"
            aria-label="Annotated text"
            class:stale=move || page.is_stale()
            aria-busy=move || page.is_stale().to_string()
            on:keydown=move |event| if event.key() == "Escape" { pointed.set(None) }
        >
            <div node_ref=frame class="frame">{rows}</div>
            <Show when=move || { limit.get() < count() }>
                <p class="more">
                    {move || format!("{} of {} sentences. ", limit.get(), count())}
                    <button type="button" class="quiet" on:click=move |_| *limit.write() += PAGE_OF_SENTENCES>
                        "Show more"
                    </button>
                </p>
            </Show>
        </section>
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
fn Picture(reading: Arc<Reading>, window: usize, width: Signal<f32>, pointed: RwSignal<Option<Item>>) -> impl IntoView {
    let sentence = reading.sentence(window, measure::width);
    let picture = move || {
        let scene = Arc::new(layout(&sentence, width.get()));
        let words = (sentence.words.iter().zip(&scene.words))
            .map(|(word, place)| view! { <text x=place.x y=place.y>{word.text.clone()}</text> })
            .collect_view();
        let (word_weight, word_size) = measure::weight_and_size(Face::Word);
        let entities: Vec<usize> = outer_first(&scene);
        let entities = entities
            .into_iter()
            .map(|place| view! { <EntityView reading=reading.clone() scene=scene.clone() window place pointed/> })
            .collect_view();
        let arcs = (0..scene.arcs.len())
            .map(|place| view! { <ArcView reading=reading.clone() scene=scene.clone() window place pointed/> })
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
            <Tip reading=reading.clone() scene window pointed/>
        }
    };
    view! { <div class="picture">{picture}</div> }
}

#[component]
fn EntityView(
    reading: Arc<Reading>,
    scene: Arc<Scene>,
    window: usize,
    place: usize,
    pointed: RwSignal<Option<Item>>,
) -> impl IntoView {
    let entity = reading.entities_in(window)[place];
    let label = scene.labels[place];
    let marks = (scene.marks.iter().filter(|mark| mark.entity == place))
        .map(|mark| {
            let Rect { x, y, width, height } = mark.rect;
            view! { <rect x=x y=y width=width height=height rx="4"/> }
        })
        .collect_view();
    let (weight, size) = measure::weight_and_size(Face::EntityLabel);
    let (name, told) = (reading.entity_type(entity).to_owned(), reading.tell_entity(entity));
    let kind = reading.annotation.entities[entity].kind.clone();
    let tone = reading.tone(entity);
    let item = Item::Entity(entity);
    let class = move || format!("entity tone-{tone} {}", emphasis(&reading, pointed.get(), item));
    view! {
        <g
            class=class
            role="img"
            tabindex="0"
            aria-label=told
            data-type=kind
            on:pointerenter=move |_| pointed.set(Some(item))
            on:pointerleave=move |_| leave(pointed, item)
            on:focus=move |_| pointed.set(Some(item))
            on:blur=move |_| leave(pointed, item)
        >
            {marks}
            <text x=label.x y={label.y + 12.0} font-size=size font-weight=weight>{name}</text>
        </g>
    }
}

#[component]
fn ArcView(
    reading: Arc<Reading>,
    scene: Arc<Scene>,
    window: usize,
    place: usize,
    pointed: RwSignal<Option<Item>>,
) -> impl IntoView {
    let relation = reading.relations_in(window)[place];
    let arc = &scene.arcs[place];
    let (weight, size) = measure::weight_and_size(Face::ArcLabel);
    let (name, told) = (reading.relation_type(relation).to_owned(), reading.tell_relation(relation));
    let kind = reading.annotation.relations[relation].kind.clone();
    let way = arc_path(arc);
    let tip = arc.tip.map(|Point { x, y }| {
        let (left, right, top) = (x - 3.5, x + 3.5, y - 6.0);
        view! { <path class="arrow" d=format!("M{left} {top}L{right} {top}L{x} {y}Z")/> }
    });
    let (x, y) = (arc.label.x, arc.label.y + 11.5);
    let item = Item::Relation(relation);
    let class = move || format!("arc {}", emphasis(&reading, pointed.get(), item));
    view! {
        <g
            class=class
            role="img"
            tabindex="0"
            aria-label=told
            data-type=kind
            on:pointerenter=move |_| pointed.set(Some(item))
            on:pointerleave=move |_| leave(pointed, item)
            on:focus=move |_| pointed.set(Some(item))
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
fn Tip(reading: Arc<Reading>, scene: Arc<Scene>, window: usize, pointed: RwSignal<Option<Item>>) -> impl IntoView {
    let tip = move || {
        let (place, told) = match pointed.get()? {
            Item::Entity(entity) => {
                let place = reading.entities_in(window).iter().position(|&own| own == entity)?;
                let mark = scene.marks.iter().filter(|mark| mark.entity == place).next_back()?;
                (mark.rect, reading.tell_entity(entity))
            }
            Item::Relation(relation) => {
                let place = reading.relations_in(window).iter().position(|&own| own == relation)?;
                (scene.arcs.get(place)?.label, reading.tell_relation(relation))
            }
        };
        let left = place.x.min(scene.width - 220.0).max(0.0);
        Some(view! {
            <div class="tip" aria-hidden="true" style:left=format!("{left}px") style:top=format!("{}px", place.bottom() + 4.0)>
                {told}
            </div>
        })
    };
    tip
}

/// Nothing more is pointed at, unless something else is by now.
fn leave(pointed: RwSignal<Option<Item>>, item: Item) {
    if pointed.get_untracked() == Some(item) {
        pointed.set(None);
    }
}

/// `lit` for what the reader points at and what hangs on it, `dim` for the rest.
fn emphasis(reading: &Reading, pointed: Option<Item>, item: Item) -> &'static str {
    let ends = |relation: usize| {
        let relation = &reading.annotation.relations[relation];
        [relation.head, relation.tail]
    };
    let lit = match (pointed, item) {
        (None, _) => return "",
        (Some(Item::Relation(relation)), Item::Entity(entity)) => ends(relation).contains(&entity),
        (Some(Item::Entity(entity)), Item::Relation(relation)) => ends(relation).contains(&entity),
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
