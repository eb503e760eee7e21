//! One sentence with its entities and relations, and what a pointer does on it.

use std::sync::Arc;

use leptos::prelude::*;
use leptos::svg;
use sinet_formats::Provenance;
use sinet_page::document::{EntityId, RelationId, Selection};
use sinet_page::layout::{self, Point, Rect, Scene, Sentence, layout};
use sinet_page::picture::{self, Face, Picture};
use sinet_text::WordRange;
use wasm_bindgen::JsCast;
use web_sys::{Element, PointerEvent};

use crate::app::Page;
use crate::hand::{self, Item};
use crate::measure;

/// How far the corner of an arc is rounded.
const ROUND: f32 = 5.0;
/// How far a pointer moves before it drags.
const DRAG: f32 = 5.0;
/// Width of the place where an edge of an entity is taken hold of.
const HANDLE: f32 = 24.0;

/// A sentence as it is drawn.
struct Drawn {
    picture: Picture,
    sentence: Sentence,
    /// For each part of the sentence its word in the document.
    owners: Vec<usize>,
    scene: Scene,
}

/// What a pointer drags.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Drag {
    /// It went down here, on an entity or not.
    Down { entity: Option<EntityId>, word: usize, at: Point },
    /// From an entity towards another.
    Arc { entity: EntityId, word: usize, from: Point, to: Point },
    /// Over words.
    Words { anchor: usize, word: usize },
    /// An edge of an entity.
    Edge { entity: EntityId, end: bool, words: WordRange },
}

/// One sentence.
#[component]
pub fn PictureView(page: Page, sentence: usize, width: Signal<f32>, tabbed: Memo<Option<Item>>) -> impl IntoView {
    let picture = Memo::new(move |_| {
        let editor = page.editor;
        editor.document.with(|document| {
            editor.labels.with(|labels| editor.hidden.with(|hidden| Picture::of(document, labels, sentence, hidden)))
        })
    });
    let drag = RwSignal::new(None::<Drag>);
    let drawn = move || {
        let picture = picture.get();
        let types = page.editor.types.get();
        let (laid_out, owners) = picture.sentence(&types, measure::width);
        let scene = layout(&laid_out, width.get());
        let drawn = Arc::new(Drawn { picture, sentence: laid_out, owners, scene });
        let entities = outer_first(&drawn.scene)
            .into_iter()
            .map(|place| view! { <EntityView page drawn=drawn.clone() place tabbed/> })
            .collect_view();
        let words = words(&drawn);
        let arcs = (0..drawn.scene.arcs.len())
            .map(|place| view! { <ArcView page drawn=drawn.clone() place tabbed/> })
            .collect_view();
        view! {
            <Canvas page sentence drawn=drawn.clone() drag tabbed>
                {entities}
                {words}
                {arcs}
            </Canvas>
            <Tip page drawn/>
        }
    };
    view! { <div class="picture">{drawn}</div> }
}

/// The picture's own element, with all that a pointer does on it.
#[component]
fn Canvas(
    page: Page,
    sentence: usize,
    drawn: Arc<Drawn>,
    drag: RwSignal<Option<Drag>>,
    tabbed: Memo<Option<Item>>,
    children: Children,
) -> impl IntoView {
    let element = NodeRef::<svg::Svg>::new();
    let Scene { width, height, .. } = drawn.scene;
    let place = move |event: &PointerEvent| {
        let frame = element.get_untracked().map(|element| element.get_bounding_client_rect());
        let (left, top, scale) = frame.map_or((0.0, 0.0, 1.0), |frame| {
            (frame.left(), frame.top(), if frame.width() > 0.0 { f64::from(width) / frame.width() } else { 1.0 })
        });
        let from = |position: i32, start: f64| ((f64::from(position) - start) * scale) as f32;
        Point { x: from(event.client_x(), left), y: from(event.client_y(), top) }
    };
    let down = {
        let drawn = drawn.clone();
        move |event: PointerEvent| {
            if event.button() != 0 || !event.is_primary() {
                return;
            }
            let at = place(&event);
            let Some(word) = drawn.word_at(at) else { return };
            let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
            let on = |selector: &str| target.as_ref().and_then(|target| target.closest(selector).ok().flatten());
            if let (Some(handle), Selection::Entity(entity)) = (on(".handle"), page.editor.selection.get_untracked()) {
                let words = drawn.picture.entities.iter().find(|it| it.id == entity).map(|it| it.words);
                if let Some(words) = words {
                    event.prevent_default();
                    capture(&event);
                    let end = handle.get_attribute("data-edge").as_deref() == Some("end");
                    drag.set(Some(Drag::Edge { entity, end, words }));
                }
            } else if on(".arc").is_none() {
                let entity = on(".entity").and_then(|element| drawn.entity_named(&element.id()));
                drag.set(Some(Drag::Down { entity, word, at }));
            }
        }
    };
    let moved = {
        let drawn = drawn.clone();
        move |event: PointerEvent| {
            let Some(now) = drag.get_untracked() else { return };
            let to = place(&event);
            let Some(word) = drawn.word_at(to) else { return };
            let next = match now {
                Drag::Down { at, .. } if (at.x - to.x).abs().max((at.y - to.y).abs()) < DRAG => now,
                Drag::Down { entity: Some(entity), word, at } => {
                    capture(&event);
                    Drag::Arc { entity, word, from: at, to }
                }
                Drag::Down { entity: None, word: anchor, .. } => {
                    capture(&event);
                    Drag::Words { anchor, word }
                }
                Drag::Arc { entity, word, from, .. } => Drag::Arc { entity, word, from, to },
                Drag::Words { anchor, .. } => Drag::Words { anchor, word },
                Drag::Edge { entity, end, words } => Drag::Edge { entity, end, words: with_edge(words, end, word) },
            };
            if next != now {
                drag.set(Some(next));
            }
        }
    };
    let up = {
        let drawn = drawn.clone();
        move |event: PointerEvent| {
            let Some(now) = drag.get_untracked() else { return };
            drag.set(None);
            let Some(word) = drawn.word_at(place(&event)) else { return };
            match now {
                Drag::Down { entity: Some(entity), .. } => hand::click_entity(page, entity),
                Drag::Down { entity: None, word, at } => {
                    if drawn.is_on_word(at) {
                        choose_words(page, word, word);
                    } else {
                        page.select(Selection::None);
                    }
                }
                Drag::Arc { entity, word: anchor, .. } => match entity_under(&event) {
                    Some(name) if name == entity.to_string() => {}
                    Some(name) => {
                        let tail = page.editor.labels.with_untracked(|labels| {
                            labels.entities.iter().find(|it| it.id.to_string() == name).map(|it| it.id)
                        });
                        if let Some(tail) = tail {
                            hand::relate(page, entity, tail);
                        }
                    }
                    None => choose_words(page, anchor, word),
                },
                Drag::Words { anchor, .. } => choose_words(page, anchor, word),
                Drag::Edge { entity, words, .. } => hand::put_edge(page, entity, words),
            }
        }
    };
    let chosen = {
        let drawn = drawn.clone();
        move || {
            let words = match drag.get() {
                Some(Drag::Words { anchor, word }) => Some(between(anchor, word)),
                Some(Drag::Edge { words, .. }) => Some(words),
                Some(_) => None,
                None => match page.editor.selection.get() {
                    Selection::Words(words) => Some(words),
                    _ => None,
                },
            }?;
            let boxes = drawn.boxes(words).into_iter();
            Some(boxes.map(|Rect { x, y, width, height }| view! { <rect class="chosen" x=x y=y width=width height=height rx="3"/> }).collect_view())
        }
    };
    let handles = {
        let drawn = drawn.clone();
        move || {
            let Selection::Entity(id) = page.editor.selection.get() else { return None };
            let place = drawn.picture.entities.iter().position(|entity| entity.id == id)?;
            Some(drawn.handles(place).map(|(edge, x, Rect { y, height, .. })| {
                let left = x - HANDLE / 2.0;
                view! {
                    <g class="handle" data-edge=edge>
                        <rect class="reach" x=left y=y width=HANDLE height=height/>
                        <path class="grip" d=format!("M{x} {}V{}", y + 4.0, y + height - 4.0)/>
                    </g>
                }
            }))
        }
    };
    let thread = move || match drag.get() {
        Some(Drag::Arc { from, to, .. }) => {
            Some(view! { <path class="thread" d=format!("M{} {}L{} {}", from.x, from.y, to.x, to.y)/> })
        }
        _ => None,
    };
    let direction = if drawn.sentence.right_to_left { "rtl" } else { "ltr" };
    let reached = move || match page.editor.selection.get() {
        Selection::Words(_) => page.window.get() == sentence,
        _ => tabbed.get().is_none() && sentence == 0,
    };
    let told = move || match page.editor.selection.get() {
        Selection::Words(words) if page.window.get() == sentence => {
            let words = page.editor.document.with(|document| document.text_of(words).to_owned());
            format!("Sentence {}, selected: {words}", sentence + 1)
        }
        _ => format!("Sentence {}", sentence + 1),
    };
    view! {
        <svg
            node_ref=element
            id=format!("sentence-{sentence}")
            role="group"
            tabindex=move || if reached() { "0" } else { "-1" }
            aria-label=told
            direction=direction
            width=width
            height=height
            viewBox=format!("0 0 {width} {height}")
            font-family=measure::FAMILY
            class:dragged=move || matches!(drag.get(), Some(Drag::Arc { .. } | Drag::Words { .. } | Drag::Edge { .. }))
            on:pointerdown=down
            on:pointermove=moved
            on:pointerup=up
            on:pointercancel=move |_| drag.set(None)
        >
            {chosen}
            {children()}
            {handles}
            {thread}
        </svg>
    }
}

#[component]
fn EntityView(page: Page, drawn: Arc<Drawn>, place: usize, tabbed: Memo<Option<Item>>) -> impl IntoView {
    let entity = &drawn.picture.entities[place];
    let types = page.editor.types.get_untracked();
    let label = drawn.scene.labels[place];
    let marks = (drawn.scene.marks.iter().filter(|mark| mark.entity == place))
        .map(|mark| {
            let Rect { x, y, width, height } = mark.rect;
            let (left, right, bottom) = (x + 1.5, x + width - 1.5, y + height - 2.0);
            view! {
                <rect x=x y=y width=width height=height rx="4"/>
                <path class="under" d=format!("M{left} {bottom}H{right}")/>
            }
        })
        .collect_view();
    let (weight, size) = measure::weight_and_size(Face::EntityLabel);
    let (name, told) = (picture::entity_label(&types, entity), picture::tell_entity(&types, entity));
    let (id, kind, provenance) = (entity.id, entity.kind.clone(), entity.provenance);
    let class = format!("entity tone-{}", types.tone(&kind));
    let right_to_left = drawn.sentence.right_to_left;
    let on_focus = move || hand::touch_entity(page, id);
    view! {
        <ItemView page drawn=drawn.clone() item=Item::Entity(id) name=id.to_string() class provenance kind told tabbed on_focus>
            {marks}
            {text(&name, label, 12.0, right_to_left, size, weight)}
        </ItemView>
    }
}

#[component]
fn ArcView(page: Page, drawn: Arc<Drawn>, place: usize, tabbed: Memo<Option<Item>>) -> impl IntoView {
    let relation = &drawn.picture.relations[place];
    let types = page.editor.types.get_untracked();
    let arc = &drawn.scene.arcs[place];
    let (weight, size) = measure::weight_and_size(Face::ArcLabel);
    let name = picture::relation_label(&types, relation);
    let told = page.editor.labels.with_untracked(|labels| picture::tell_relation(&types, labels, relation));
    let (id, kind, provenance) = (relation.id, relation.kind.clone(), relation.provenance);
    let way = arc_path(arc);
    let tip = arc.tip.map(|Point { x, y }| {
        let (left, right, top) = (x - 3.5, x + 3.5, y - 6.0);
        view! { <path class="arrow" d=format!("M{left} {top}L{right} {top}L{x} {y}Z")/> }
    });
    let right_to_left = drawn.sentence.right_to_left;
    let label = arc.label;
    let class = "arc".to_owned();
    let select = move || page.select(Selection::Relation(id));
    view! {
        <ItemView
            page
            drawn=drawn.clone()
            item=Item::Relation(id)
            name=id.to_string()
            class
            provenance
            kind
            told
            tabbed
            on_focus=select
            on:click=move |_| select()
        >
            <path class="reach" d=way.clone()/>
            <path class="line" d=way/>
            {tip}
            {text(&name, label, 11.5, right_to_left, size, weight)}
        </ItemView>
    }
}

/// What entities and relations have in common for those who point, hear or use keys.
#[component]
fn ItemView(
    page: Page,
    drawn: Arc<Drawn>,
    item: Item,
    name: String,
    class: String,
    provenance: Provenance,
    kind: String,
    told: String,
    tabbed: Memo<Option<Item>>,
    on_focus: impl Fn() + 'static,
    children: Children,
) -> impl IntoView {
    let provenance = if provenance == Provenance::Person { "own" } else { "found" };
    let class = move || format!("{class} {provenance} {}", emphasis(page, &drawn.picture, item));
    view! {
        <g
            id=name
            class=class
            role="button"
            tabindex=move || if tabbed.get() == Some(item) { "0" } else { "-1" }
            aria-label=told
            aria-pressed=move || is_selected(page.editor.selection.get(), item).to_string()
            data-type=kind
            on:pointerenter=move |_| page.hand.pointed.set(Some(item))
            on:pointerleave=move |_| leave(page, item)
            on:focus=move |_| on_focus()
        >
            {children()}
        </g>
    }
}

/// The words themselves.
fn words(drawn: &Drawn) -> impl IntoView + use<> {
    let (weight, size) = measure::weight_and_size(Face::Word);
    let anchor = anchor(drawn.sentence.right_to_left);
    let words = (drawn.sentence.words.iter().zip(&drawn.scene.words))
        .map(|(word, place)| view! { <text x=place.x y=place.y text-anchor=anchor>{word.text.clone()}</text> })
        .collect_view();
    view! { <g class="words" font-size=size font-weight=weight>{words}</g> }
}

/// A label in its place.
fn text(name: &str, label: Rect, baseline: f32, right_to_left: bool, size: f32, weight: u32) -> impl IntoView + use<> {
    let (x, y) = (label.x, label.y + baseline);
    view! { <text x=x y=y text-anchor=anchor(right_to_left) font-size=size font-weight=weight>{name.to_owned()}</text> }
}

/// Which end of a text stands at its left edge.
fn anchor(right_to_left: bool) -> &'static str {
    if right_to_left { "end" } else { "start" }
}

/// Type and score of what the reader points at. Hidden from those who hear: they have been told already.
#[component]
fn Tip(page: Page, drawn: Arc<Drawn>) -> impl IntoView {
    move || {
        let types = page.editor.types.get();
        let Drawn { picture, scene, .. } = &*drawn;
        let (place, told) = match page.hand.pointed.get()? {
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

impl Drawn {
    fn entity_named(&self, name: &str) -> Option<EntityId> {
        self.picture.entities.iter().find(|entity| entity.id.to_string() == name).map(|entity| entity.id)
    }

    /// The word of the document that is nearest to a point.
    fn word_at(&self, point: Point) -> Option<usize> {
        self.owners.get(self.scene.word_at(&self.sentence.words, point)?).copied()
    }

    fn is_on_word(&self, point: Point) -> bool {
        (0..self.owners.len()).any(|part| {
            let Rect { x, y, width, height } = self.scene.word_box(&self.sentence.words, part);
            (x..x + width).contains(&point.x) && (y..y + height).contains(&point.y)
        })
    }

    /// Boxes around words of the document, one for each line.
    fn boxes(&self, words: WordRange) -> Vec<Rect> {
        let mut boxes: Vec<Rect> = Vec::new();
        for part in (0..self.owners.len()).filter(|&part| (words.start..words.end).contains(&self.owners[part])) {
            let word = self.scene.word_box(&self.sentence.words, part);
            match boxes.last_mut().filter(|last| last.y == word.y) {
                Some(last) => {
                    let right = last.right().max(word.right());
                    last.x = last.x.min(word.x);
                    last.width = right - last.x;
                }
                None => boxes.push(word),
            }
        }
        boxes
    }

    /// Where the edges of an entity are taken hold of: which edge, and its place.
    fn handles(&self, place: usize) -> [(&'static str, f32, Rect); 2] {
        let own = || self.scene.marks.iter().filter(|mark| mark.entity == place).map(|mark| mark.rect);
        let (first, last) = (own().next().unwrap_or_default(), own().next_back().unwrap_or_default());
        let [start, end] = if self.sentence.right_to_left { [first.right(), last.x] } else { [first.x, last.right()] };
        [("start", start, first), ("end", end, last)]
    }
}

fn between(a: usize, b: usize) -> WordRange {
    WordRange { start: a.min(b), end: a.max(b) + 1 }
}

/// Some words with one edge at another word, at least one of them.
fn with_edge(words: WordRange, end: bool, word: usize) -> WordRange {
    if end {
        WordRange { start: words.start, end: word.max(words.start) + 1 }
    } else {
        WordRange { start: word.min(words.end - 1), end: words.end }
    }
}

fn choose_words(page: Page, anchor: usize, word: usize) {
    hand::select_words(page, anchor, between(anchor, word));
    hand::focus(page);
}

/// Follows the pointer wherever it goes.
fn capture(event: &PointerEvent) {
    if let Some(element) = event.current_target().and_then(|target| target.dyn_into::<Element>().ok()) {
        element.set_pointer_capture(event.pointer_id()).ok();
    }
}

/// The entity that lies under a pointer, in any sentence.
fn entity_under(event: &PointerEvent) -> Option<String> {
    let element = document().element_from_point(event.client_x() as f32, event.client_y() as f32)?;
    Some(element.closest(".entity").ok()??.id())
}

/// Nothing more is pointed at, unless something else is by now.
fn leave(page: Page, item: Item) {
    if page.hand.pointed.get_untracked() == Some(item) {
        page.hand.pointed.set(None);
    }
}

fn is_selected(selection: Selection, item: Item) -> bool {
    match (selection, item) {
        (Selection::Entity(id), Item::Entity(own)) => id == own,
        (Selection::Relation(id), Item::Relation(own)) => id == own,
        (Selection::Pair(head, tail), Item::Entity(own)) => [head, tail].contains(&own),
        _ => false,
    }
}

/// `lit` for what the reader points at, or has selected, and what hangs on it; `dim` for the rest.
fn emphasis(page: Page, picture: &Picture, item: Item) -> &'static str {
    let selection = page.editor.selection.get();
    let selected = is_selected(selection, item);
    let ends = |id: RelationId| {
        let relation = picture.relations.iter().find(|relation| relation.id == id);
        relation.map_or([None; 2], |relation| [Some(relation.head), Some(relation.tail)])
    };
    let hangs_on = |item: Item, centre: Item| match (centre, item) {
        (Item::Relation(relation), Item::Entity(entity)) => ends(relation).contains(&Some(entity)),
        (Item::Entity(entity), Item::Relation(relation)) => ends(relation).contains(&Some(entity)),
        (centre, item) => centre == item,
    };
    let centre = page.hand.pointed.get().or(match selection {
        Selection::Entity(id) => Some(Item::Entity(id)),
        Selection::Relation(id) => Some(Item::Relation(id)),
        _ => None,
    });
    match (selected, centre) {
        (true, _) => "lit selected",
        (false, None) => "",
        (false, Some(centre)) if hangs_on(item, centre) => "lit",
        _ => "dim",
    }
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
